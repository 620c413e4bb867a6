/**
 * A backend for tests: it knows no network. A payment resolves after a delay that depends on its row only; every
 * third one fails. What it can be told to do wrong is in FakeOptions.
 */
import type {
  Awaitable,
  Backend,
  ChainObservation,
  ChannelGossip,
  ChannelObservation,
  InvoiceObservation,
  NodeObservation,
  OwnChannel,
} from '../../backends/backend.ts';
import { FAILURE } from '../../simulate/failure.ts';
import { OUTCOME, RECORD, type RecordSink } from '../../simulate/records.ts';
import type { CongestMempoolRequest, LoseDataRequest, RebalanceRequest } from '../../timeline/control.ts';
import type { OldStateRequest } from '../../timeline/old-states.ts';
import type { ReorgRequest } from '../../timeline/reorgs.ts';
import type { Timeline } from '../../timeline/timeline.ts';

export interface FakeOptions {
  /** Answers by promises, as a backend in another process does. */
  readonly async?: boolean;
  /** Payments of this row never resolve. */
  readonly stuck?: readonly number[];
  /** The amount of the record with this index is one more than it should be. */
  readonly changeRecord?: number;
  /** Throws when this payment starts. */
  readonly failAtPayment?: number;
  /** Answer of check(). */
  readonly broken?: string;
  /** Extra records for each payment, to make long logs. */
  readonly chatter?: number;
  /** Called with every instant that is advanced to. */
  readonly onAdvance?: (untilUs: number) => void;
}

export class FakeBackend implements Backend {
  readonly name = 'fake';
  readonly clock = 'virtual';
  readonly applied: string[] = [];
  readonly #options: FakeOptions;
  #timeline: Timeline | null = null;
  #sink: RecordSink | null = null;
  #queue: { atUs: number; row: number; startedUs: number }[] = [];
  #nowUs = 0;
  #records = 0;
  #resolved = 0;
  #height = 100;
  readonly #stopped = new Set<number>();
  #inFlight = 0;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
  }

  start(timeline: Timeline, sink: RecordSink): Awaitable<void> {
    this.#timeline = timeline;
    this.#sink = sink;
    return this.#answer(undefined);
  }

  advance(untilUs: number, inclusive: boolean, maxEvents: number): Awaitable<boolean> {
    this.#options.onAdvance?.(untilUs);
    for (let events = 0; ; events++) {
      const next = this.#queue[0];
      if (next === undefined || next.atUs > untilUs || (next.atUs === untilUs && !inclusive)) break;
      if (events === maxEvents) return this.#answer(false);
      this.#queue.shift();
      this.#nowUs = next.atUs;
      this.#resolve(next.row, next.startedUs);
      if (this.#sink?.interrupt === true) return this.#answer(false);
    }
    this.#nowUs = Math.max(this.#nowUs, untilUs);
    return this.#answer(true);
  }

  pay(row: number): Awaitable<void> {
    if (row === this.#options.failAtPayment) throw new Error('the node does not answer');
    const { payments } = this.#plan();
    const amount = payments.amountMsat[row] as number;
    this.#emit(RECORD.paymentStarted, row, payments.source[row] as number, payments.destination[row] as number, amount);
    for (let i = 0; i < (this.#options.chatter ?? 0); i++) this.#emit(RECORD.attemptSent, row, i, 1, amount);
    this.#inFlight++;
    if (this.#options.stuck?.includes(row) !== true) {
      const atUs = this.#nowUs + 100_000 + (row % 7) * 1_000;
      this.#queue.push({ atUs, row, startedUs: this.#nowUs });
      this.#queue.sort((a, b) => a.atUs - b.atUs || a.row - b.row);
    }
    return this.#answer(undefined);
  }

  startNode(node: number): Awaitable<void> {
    this.applied.push(`start ${node}`);
    this.#stopped.delete(node);
    this.#emit(RECORD.nodeStarted, node, -1, -1, 0);
    return this.#answer(undefined);
  }

  stopNode(node: number): Awaitable<void> {
    this.applied.push(`stop ${node}`);
    this.#stopped.add(node);
    this.#emit(RECORD.nodeStopped, node, -1, -1, 0);
    return this.#answer(undefined);
  }

  openChannel(): Awaitable<void> {
    this.applied.push('open');
    const instance = this.#plan().network.channels.length;
    this.#emit(RECORD.channelState, instance, 0, -1, 30_000);
    return this.#answer(undefined);
  }

  closeChannel(): Awaitable<void> {
    this.applied.push('close');
    return this.#answer(undefined);
  }

  setPolicy(): Awaitable<void> {
    this.applied.push('policy');
    return this.#answer(undefined);
  }

  fund(node: number, sat: number): Awaitable<void> {
    this.#emit(RECORD.funded, node, -1, -1, sat);
    return this.#answer(undefined);
  }

  mine(blocks: number): Awaitable<void> {
    this.#height += blocks;
    this.#emit(RECORD.block, blocks, 0, this.#height, 0);
    return this.#answer(undefined);
  }

  createInvoice(invoice: number): Awaitable<void> {
    return this.#note(`create invoice ${invoice}`);
  }

  settleInvoice(invoice: number): Awaitable<void> {
    return this.#note(`settle invoice ${invoice}`);
  }

  cancelInvoice(invoice: number): Awaitable<void> {
    return this.#note(`cancel invoice ${invoice}`);
  }

  invoice(): Awaitable<InvoiceObservation> {
    return this.#answer({ name: 'bill', state: 'open', node: 'node-0', payer: '' });
  }

  crashNode(node: number): Awaitable<void> {
    return this.#note(`crash ${node}`);
  }

  connectPeer(a: number, b: number): Awaitable<void> {
    return this.#note(`connect ${a} ${b}`);
  }

  disconnectPeer(a: number, b: number): Awaitable<void> {
    return this.#note(`disconnect ${a} ${b}`);
  }

  partition(groups: readonly (readonly number[])[]): Awaitable<void> {
    return this.#note(`partition ${JSON.stringify(groups)}`);
  }

  heal(): Awaitable<void> {
    return this.#note('heal');
  }

  sendOnchain(): Awaitable<void> {
    return this.#note('send');
  }

  setLatency(): Awaitable<void> {
    return this.#note('latency');
  }

  setFeerate(feeratePerKw: number): Awaitable<void> {
    return this.#note(`feerate ${feeratePerKw}`);
  }

  cheat(request: OldStateRequest): Awaitable<void> {
    return this.#note(`cheat ${request.oldState} ${request.value}`);
  }

  loseData(request: LoseDataRequest): Awaitable<void> {
    return this.#note(`lose data ${request.oldState} ${request.broadcast}`);
  }

  congestMempool(request: CongestMempoolRequest): Awaitable<void> {
    return this.#note(`congest ${request.weight}`);
  }

  reorg(request: ReorgRequest): Awaitable<void> {
    return this.#note(`reorg ${request.depth} ${request.blocks}`);
  }

  rebalance(request: RebalanceRequest): Awaitable<void> {
    this.applied.push(`rebalance ${request.row}`);
    return this.pay(request.row);
  }

  node(node: number): Awaitable<NodeObservation> {
    const plan = this.#plan().network.nodes[node];
    return this.#answer({
      name: plan?.name ?? '',
      model: 'fake',
      running: !this.#stopped.has(node),
      walletSat: 1_000,
      channels: 1,
      localBalanceMsat: 10_000,
      remoteBalanceMsat: 20_000,
      forwards: 0,
      feesEarnedMsat: 0,
      htlcsRefused: 0,
    });
  }

  channel(channel: number): Awaitable<ChannelObservation> {
    return this.#answer({
      name: this.#plan().channelNames[channel] ?? '',
      state: this.applied.includes('close') ? 'closed' : 'open',
      active: true,
      announced: true,
      node0: 'alice',
      node1: 'bob',
      capacitySat: 30_000,
      balance0Msat: 1,
      balance1Msat: 2,
      htlcs: this.#inFlight,
    });
  }

  chain(): Awaitable<ChainObservation> {
    return this.#answer({
      height: this.#height,
      mempool: 0,
      feesSat: 0,
      feerate: 1,
      feerate6: 1,
      minimumFeerate: 0,
      backlog: 0,
    });
  }

  ownChannels(): Awaitable<readonly OwnChannel[]> {
    return this.#answer([]);
  }

  gossip(): Awaitable<readonly ChannelGossip[]> {
    return this.#answer([]);
  }

  inFlight(): Awaitable<number> {
    return this.#answer(this.#inFlight);
  }

  check(): Awaitable<string | null> {
    return this.#answer(this.#options.broken ?? null);
  }

  stateDigest(): Awaitable<string> {
    return this.#answer((this.#resolved * 1000 + this.#height).toString(16).padStart(64, '0'));
  }

  metrics(): Awaitable<{ readonly resolved: number }> {
    return this.#answer({ resolved: this.#resolved });
  }

  stop(): Awaitable<void> {
    return this.#answer(undefined);
  }

  #note(what: string): Awaitable<void> {
    this.applied.push(what);
    return this.#answer(undefined);
  }

  #plan(): Timeline {
    if (this.#timeline === null) throw new Error('not started');
    return this.#timeline;
  }

  #answer<T>(value: T): Awaitable<T> {
    return this.#options.async === true ? Promise.resolve(value) : value;
  }

  #emit(code: (typeof RECORD)[keyof typeof RECORD], a: number, b: number, c: number, amount: number): void {
    const changed = this.#records++ === this.#options.changeRecord ? 1 : 0;
    this.#sink?.record(code, this.#nowUs, a, b, c, amount + changed);
  }

  #resolve(row: number, startedUs: number): void {
    const { payments } = this.#plan();
    const failed = row % 3 === 2;
    const outcome = failed ? OUTCOME.RouteNotFound : OUTCOME.Success;
    this.#inFlight--;
    this.#resolved++;
    this.#emit(RECORD.paymentResolved, row, outcome, 1, failed ? 0 : 5);
    this.#sink?.payment({
      payment: row,
      startedUs,
      resolvedUs: this.#nowUs,
      outcome,
      attempts: 1,
      parts: failed ? 0 : 1,
      feeMsat: failed ? 0 : 5,
      route: failed ? [] : [payments.source[row] as number, payments.destination[row] as number],
      channels: failed ? [] : [0],
      failureCode: failed ? FAILURE.temporary_channel_failure : FAILURE.none,
      failureHop: failed ? 1 : -1,
    });
  }
}
