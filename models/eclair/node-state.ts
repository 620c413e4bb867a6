/** What the model keeps of one node: its settings and what it learnt. */
import type { BalanceEstimates } from './balance-estimates.ts';
import type { EclairSettings } from './options.ts';

export interface EclairNode {
  readonly settings: EclairSettings;
  /** Channels that no route of this node takes until a time, µs, by edge; null until the first. */
  excluded: Map<number, number> | null;
  /** Balances learnt from payments; null when path finding does not use them, or nothing was learnt. */
  estimates: BalanceEstimates | null;
}
