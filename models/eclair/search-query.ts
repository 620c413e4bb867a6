/** What path finding is asked: from whom to whom, how much, within which limits. */
import type { BalanceEstimates } from './balance-estimates.ts';
import { DEFAULT_SETTINGS, type SearchSettings } from './options.ts';

export class SearchQuery {
  source = 0;
  destination = 0;
  /** What the recipient gets over each route. */
  amountMsat = 0;
  maxFeeMsat = 0;
  maxLength = 0;
  maxCltv = 0;
  settings: SearchSettings = DEFAULT_SETTINGS.search;
  /** Null: balances are taken as equally likely. */
  estimates: BalanceEstimates | null = null;
  nowS = 0;
  ignoredNodes: ReadonlySet<number> = new Set();
  ignoredEdges: ReadonlySet<number> = new Set();
  /** Node that the route must come in from; −1 for any. */
  lastHop = -1;
}
