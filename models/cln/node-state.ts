/** What the model keeps of one node: its settings, what it learnt, and what it has in flight. */
import type { KnowledgeLayer } from './knowledge-layer.ts';
import type { ClnSettings } from './options.ts';
import type { Reservations } from './reservations.ts';

export interface ClnNode {
  readonly settings: ClnSettings;
  /** The layer "xpay"; null until something was learnt. */
  layer: KnowledgeLayer | null;
  /** Null until the first payment. */
  reservations: Reservations | null;
}
