/** What the parts of a world of real nodes (channels, payments, sweeps) have of the whole. */
import type { PaymentResult, RecordSink } from '../../simulate/records.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import type { Binding } from './binding.ts';
import type { RealChain } from './real-chain.ts';
import type { RealNode } from './real-node.ts';
import type { Wires } from './wires.ts';

export interface World {
  readonly timeline: Timeline;
  readonly binding: Binding;
  readonly chain: RealChain;
  readonly nodes: readonly RealNode[];
  readonly wires: Wires;
  /** The network of the plan is being built: no time passes, nothing is recorded. */
  readonly isSettingUp: boolean;
  nowUs(): number;
  record(code: Parameters<RecordSink['record']>[0], a: number, b: number, c: number, amount: number): void;
  /** Number of a text that records refer to. */
  text(text: string): number;
  paid(result: PaymentResult): void;
  after(delayUs: number, happen: () => void): void;
  /** After all that the nodes have to say now. */
  soon(happen: () => void): void;
  /** A node was called and has something to work off. */
  touch(node: RealNode): void;
  /** Two nodes can talk: both run, nothing keeps them apart. */
  canReach(a: number, b: number): boolean;
  /** Index of the node with this key, −1 for none. */
  indexOf(id: Uint8Array): number;
  indexOfHex(id: string): number;
}
