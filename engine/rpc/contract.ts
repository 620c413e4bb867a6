/** What a run says of models in other processes, and what it gets. Types only, of which none is Node's. */
import type { ModelKind } from '../simulate/node-model.ts';

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

/** Model processes of a run: those that run already, or the number of those to start. */
export interface RemoteModelsSettings {
  readonly where: readonly LinkTarget[] | number;
  readonly limits: LinkLimits;
}

export interface RemoteModels {
  /** For one simulation. */
  readonly kinds: readonly ModelKind[];
  close(): Promise<void>;
}
