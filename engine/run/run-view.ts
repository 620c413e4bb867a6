/** What expectations see of a run: the backend's observations and the book of payments. */
import type {
  Awaitable,
  Backend,
  ChainObservation,
  ChannelObservation,
  InvoiceObservation,
  NodeObservation,
} from '../backends/backend.ts';
import type { ExpectationView, PaymentStats } from '../kinds/expectation.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { PaymentBook } from './payment-book.ts';

/** Looks names up once for a whole run. */
export class RunView {
  readonly #backend: Backend;
  readonly #book: PaymentBook;
  readonly #nodes: ReadonlyMap<string, number>;
  readonly #channels: ReadonlyMap<string, number>;
  readonly #invoices: ReadonlyMap<string, number>;
  readonly #figure: NonNullable<ExpectationView['figure']>;

  constructor(
    timeline: Timeline,
    backend: Backend,
    book: PaymentBook,
    figure: NonNullable<ExpectationView['figure']> = () => null,
  ) {
    this.#figure = figure;
    this.#backend = backend;
    this.#book = book;
    this.#nodes = new Map(timeline.network.nodes.map((node, index) => [node.name, index]));
    this.#invoices = new Map((timeline.invoices ?? []).map(({ name }, index) => [name, index]));
    this.#channels = new Map(timeline.channelNames.map((name, index) => [name, index]));
  }

  /** The view at an instant, µs. */
  at(timeUs: number): ExpectationView {
    return {
      timeUs,
      chain: (): Awaitable<ChainObservation> => this.#backend.chain(),
      payments: (pattern): PaymentStats | null => this.#book.stats(pattern),
      p95Time: (pattern) => this.#book.p95Time(pattern),
      figure: this.#figure,
      channel: (name): Awaitable<ChannelObservation | null> => {
        const index = this.#channels.get(name);
        return index === undefined ? null : this.#backend.channel(index);
      },
      invoice: (name): Awaitable<InvoiceObservation | null> => {
        const index = this.#invoices.get(name);
        return index === undefined ? null : this.#backend.invoice(index);
      },
      node: (name): Awaitable<NodeObservation | null> => {
        const index = this.#nodes.get(name);
        return index === undefined ? null : this.#backend.node(index);
      },
    };
  }
}
