/** What a run says of models in other processes, and what it gets. Types only, of which none is Node's. */
import type { ModelKind } from '../simulate/node-model.ts';
import type { AnnouncedModel } from '../spec/schema-types.ts';

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
  /** How long a process may take to say what it is, and to answer a turn, ms. */
  readonly connectMs: number;
  readonly turnMs: number;
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
