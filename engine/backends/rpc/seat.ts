/** Who has which node, and what the backend is given. Types only. */
import type { Timeline } from '../../timeline/timeline.ts';
import type { Driver, DriverNode } from './driver.ts';

/** A node and the process that has it. */
export interface Seat {
  readonly name: string;
  readonly driver: Driver;
  readonly node: DriverNode;
  running: boolean;
}

/** Processes for the models of a scenario. */
export interface RpcProcesses {
  /** In the order of the models. */
  readonly drivers: readonly Driver[];
  close(): Promise<void>;
}

/** The machine's clock, ms. */
export interface RpcClock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface RpcSettings {
  /** Has the processes of these models; all of them are gone after close(). @throws Error that says why not */
  processes(models: readonly string[], timeline: Timeline): Promise<RpcProcesses>;
  readonly clock: RpcClock;
  /** How many times faster than the clock the scenario's time goes. */
  readonly speed: number;
  /** Names of saved networks to begin with, and to keep at the end; null: none. */
  readonly load: string | null;
  readonly save: string | null;
  /** Set when nobody waits for the run any more. */
  readonly stop?: AbortSignal;
}
