/** What a run says of models in other processes, and what it gets. Types only, of which none is Node's. */
import type { ModelKind } from '../simulate/node-model.ts';
import type { AnnouncedModel } from '../spec/schema-types.ts';
import type { ModelEntry } from './model-folder.ts';

/** PEM texts. */
export interface LinkTls {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface LinkTarget {
  /** HOST:PORT. */
  readonly address: string;
  /** Absent without TLS. */
  readonly tls?: LinkTls;
}

export interface LinkLimits {
  /** How long a process may take to say what it is, and to answer each turn, ms. */
  readonly answerMs: number;
}

/** Model processes of a run. */
export interface RemoteModelsSettings {
  /** Number of processes of ours to start. */
  readonly count: number;
  /** Those that run already. */
  readonly targets: readonly LinkTarget[];
  /** Commands that start others, as words. */
  readonly start: readonly (readonly string[])[];
  /** Implementations of this process may decide here where no process offers them. */
  readonly inProcess: boolean;
  readonly limits: LinkLimits;
}

export interface RemoteModels {
  /** Models that they offer and this process does not know itself: a scenario may name them. */
  readonly announced: readonly AnnouncedModel[];
  /** For one simulation, with nodes of these models. @throws Error when one of them cannot be had */
  kinds(needed: ReadonlySet<string>): readonly ModelKind[];
  close(): Promise<void>;
}

/** What processes that have nodes speak: the protocol of BLAST, or the control plane. */
export type NodeProtocol = 'blast' | 'control';

/** A bitcoind whose wallet has coins. */
export interface BitcoindTarget {
  /** Without user and password. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** Processes that have the nodes of a run (backend `rpc`), as a command is told of them. */
export interface NodeProcessesSettings {
  readonly protocol: NodeProtocol;
  /** Those that run already, by the model whose nodes they have. */
  readonly targets: ReadonlyMap<string, LinkTarget>;
  /** One that runs already and has all nodes, whatever their one model is; null: none. */
  readonly sole: LinkTarget | null;
  /** Those of a folder of models. */
  readonly folder: ReadonlyMap<string, ModelEntry>;
  /** The chain that all processes watch; null: each has one of its own, out of reach. */
  readonly bitcoind: BitcoindTarget | null;
  /** Whether one at an address of another machine may be spoken to without TLS. */
  readonly insecure: boolean;
  /** How long a call may take, ms. */
  readonly callMs: number;
  /** Names of saved networks to begin with, and to keep at the end; null: none. */
  readonly load: string | null;
  readonly save: string | null;
}

/** What a run adds to that. */
export interface NodeProcessesRequest extends NodeProcessesSettings {
  readonly clock: { now(): number; sleep(ms: number): Promise<void> };
  /** How many times faster than the clock the scenario's time goes. */
  readonly speed: number;
  /** Gets what the process of a model prints. */
  log(model: string, text: string): void;
  /** What messages call that log; null where nobody keeps it. */
  logName(model: string): string | null;
  /** Set when nobody waits for the run any more. */
  readonly stop?: AbortSignal;
}
