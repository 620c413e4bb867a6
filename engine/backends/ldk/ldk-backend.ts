/**
 * The control plane over real LDK nodes, which run in a thread of their own: a panic of LDK ruins its memory, and only that.
 * Here records are handed on and answers awaited; what is done with nodes is in ldk-host.ts.
 */
import { Worker } from 'node:worker_threads';
import type { Json } from '../../base/json.ts';
import type { RecordSink } from '../../simulate/records.ts';
import type {
  CloseChannelRequest,
  CongestMempoolRequest,
  LoseDataRequest,
  OpenChannelRequest,
  RebalanceRequest,
  SendOnchainRequest,
  SetLatencyRequest,
  SetPolicyRequest,
} from '../../timeline/control.ts';
import { isJournal, type JournalState } from '../../timeline/journal.ts';
import type { OldStateRequest } from '../../timeline/old-states.ts';
import type { MadePayment } from '../../timeline/own-payments.ts';
import type { ReorgRequest } from '../../timeline/reorgs.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import type {
  Backend,
  BackendStart,
  ChainObservation,
  ChannelGossip,
  ChannelObservation,
  InvoiceObservation,
  NodeObservation,
  OwnChannel,
} from '../backend.ts';
import type { Happening, HostAnswer, LdkCalls } from './ldk-host.ts';

/** Where the host of the nodes lives. */
export interface HostLink {
  /** Builds the network, or goes to a state of it; what happened until then, or nothing. @throws Error */
  start(timeline: Timeline, from: JournalState | null): Promise<readonly Happening[]>;
  call<M extends keyof LdkCalls>(
    method: M,
    args: Parameters<LdkCalls[M]>,
  ): Promise<HostAnswer<ReturnType<LdkCalls[M]>>>;
  close(): Promise<void>;
}

/** Events of real nodes that are worked off before the run is asked whether it goes on: some tenths of a second. */
const SLICE_EVENTS = 200;

export class LdkBackend implements Backend {
  readonly name = 'ldk';
  readonly clock = 'virtual' as const;
  readonly #link: HostLink;
  #sink: RecordSink | null = null;
  #timeline: Timeline | null = null;

  constructor(link: HostLink) {
    this.#link = link;
  }

  async start(timeline: Timeline, sink: RecordSink, from?: BackendStart): Promise<void> {
    const state = from?.state ?? null;
    if (state !== null && (!isJournal(state) || state.backend !== this.name)) {
      throw new Error(`E832 the backend ${this.name} does not go on from a state of another one`);
    }
    this.#sink = sink;
    this.#timeline = timeline;
    this.#hand(await this.#link.start(timeline, state));
  }

  capture(): Promise<JournalState> {
    return this.#ask('capture');
  }

  /** Also stops after payments, so that what they make due is done at that instant, and often enough for signals. */
  advance(untilUs: number, inclusive: boolean, maxEvents: number): Promise<boolean> {
    return this.#ask('advance', untilUs, inclusive, Math.min(maxEvents, SLICE_EVENTS));
  }

  pay(row: number): Promise<void> {
    const made = this.#made(row);
    return made === null ? this.#ask('pay', row) : this.#ask('pay', row, made);
  }

  /** What an agent has written into its row of the run's timeline, of which the nodes have another copy; null for other rows. */
  #made(row: number): MadePayment | null {
    const { behaviours = [], payments } = this.#timeline!;
    const isOwn = behaviours.some(({ nodes, payments: rows }) => {
      return rows !== null && row >= rows.first && row < rows.first + rows.count * nodes.length;
    });
    if (!isOwn) return null;
    const { source, destination, amountMsat, lane } = payments;
    return {
      source: source[row]!,
      destination: destination[row]!,
      amountMsat: amountMsat[row]!,
      ...(lane === undefined ? {} : { lane: lane[row]! }),
    };
  }

  startNode(node: number): Promise<void> {
    return this.#ask('startNode', node);
  }

  stopNode(node: number): Promise<void> {
    return this.#ask('stopNode', node);
  }

  openChannel(request: OpenChannelRequest): Promise<void> {
    return this.#ask('openChannel', request);
  }

  closeChannel(request: CloseChannelRequest): Promise<void> {
    return this.#ask('closeChannel', request);
  }

  setPolicy(request: SetPolicyRequest): Promise<void> {
    return this.#ask('setPolicy', request);
  }

  fund(node: number, sat: number): Promise<void> {
    return this.#ask('fund', node, sat);
  }

  crashNode(node: number): Promise<void> {
    return this.#ask('crashNode', node);
  }

  connectPeer(a: number, b: number): Promise<void> {
    return this.#ask('connectPeer', a, b);
  }

  disconnectPeer(a: number, b: number): Promise<void> {
    return this.#ask('disconnectPeer', a, b);
  }

  partition(groups: readonly (readonly number[])[]): Promise<void> {
    return this.#ask('partition', groups);
  }

  heal(): Promise<void> {
    return this.#ask('heal');
  }

  sendOnchain(request: SendOnchainRequest): Promise<void> {
    return this.#ask('sendOnchain', request);
  }

  setLatency(request: SetLatencyRequest): Promise<void> {
    return this.#ask('setLatency', request);
  }

  setFeerate(feeratePerKw: number): Promise<void> {
    return this.#ask('setFeerate', feeratePerKw);
  }

  congestMempool(request: CongestMempoolRequest): Promise<void> {
    return this.#ask('congestMempool', request);
  }

  rebalance(request: RebalanceRequest): Promise<void> {
    return this.#ask('rebalance', request);
  }

  cheat(request: OldStateRequest): Promise<void> {
    return this.#ask('cheat', request);
  }

  loseData(request: LoseDataRequest): Promise<void> {
    return this.#ask('loseData', request);
  }

  reorg(request: ReorgRequest): Promise<void> {
    return this.#ask('reorg', request);
  }

  createInvoice(invoice: number): Promise<void> {
    return this.#ask('createInvoice', invoice);
  }

  settleInvoice(invoice: number): Promise<void> {
    return this.#ask('settleInvoice', invoice);
  }

  cancelInvoice(invoice: number): Promise<void> {
    return this.#ask('cancelInvoice', invoice);
  }

  invoice(invoice: number): Promise<InvoiceObservation> {
    return this.#ask('invoice', invoice);
  }

  mine(blocks: number): Promise<void> {
    return this.#ask('mine', blocks);
  }

  node(node: number): Promise<NodeObservation> {
    return this.#ask('node', node);
  }

  channel(channel: number): Promise<ChannelObservation> {
    return this.#ask('channel', channel);
  }

  chain(): Promise<ChainObservation> {
    return this.#ask('chain');
  }

  ownChannels(node: number): Promise<readonly OwnChannel[]> {
    return this.#ask('ownChannels', node);
  }

  gossip(node: number): Promise<readonly ChannelGossip[]> {
    return this.#ask('gossip', node);
  }

  inFlight(): Promise<number> {
    return this.#ask('inFlight');
  }

  check(): Promise<string | null> {
    return this.#ask('check');
  }

  stateDigest(): Promise<string> {
    return this.#ask('stateDigest');
  }

  metrics(): Promise<{ readonly [key: string]: Json }> {
    return this.#ask('metrics');
  }

  stop(): Promise<void> {
    return this.#link.close();
  }

  async #ask<M extends keyof LdkCalls>(method: M, ...args: Parameters<LdkCalls[M]>): Promise<ReturnType<LdkCalls[M]>> {
    const { value, happened } = await this.#link.call(method, args);
    this.#hand(happened);
    return value;
  }

  #hand(happened: readonly Happening[]): void {
    const sink = this.#sink;
    if (sink === null) return;
    for (const one of happened) {
      if (one[0] === 'record') sink.record(one[1], one[2], one[3], one[4], one[5], one[6]);
      else if (one[0] === 'payment') sink.payment(one[1]);
      else sink.text(one[1], one[2]);
    }
  }
}

/** Nodes in this very thread, for tests and programs that have no file to start a thread with. */
export function inlineLink(): HostLink {
  let host: import('./ldk-host.ts').LdkHost | null = null;
  return {
    start: async (timeline, from) => {
      const { LdkHost } = await import('./ldk-host.ts');
      host = await LdkHost.start(timeline, from);
      return host.take();
    },
    call: async (method, args) => host!.call(method, args),
    close: async () => {
      host = null;
    },
  };
}

/** What a thread that hosts nodes is started with, and what it is asked and answers. */
export interface LdkThreadData {
  readonly kind: 'blast-ldk';
}
export type LdkThreadAsks =
  | { readonly timeline: Timeline; readonly from: JournalState | null }
  | { readonly method: keyof LdkCalls; readonly args: readonly unknown[] };
export type LdkThreadSays = { readonly answer: HostAnswer<unknown> } | { readonly problem: string };

/** Nodes in a thread that begins with the module at `entry`, which calls serveLdk. */
export function threadLink(entry: URL): HostLink {
  let worker: Worker | null = null;
  let ended: Error | null = null;
  let waiting: ((says: LdkThreadSays) => void) | null = null;
  const ask = (message: LdkThreadAsks): Promise<HostAnswer<unknown>> =>
    new Promise((resolve, reject) => {
      if (ended !== null || worker === null) {
        reject(ended ?? new Error('the thread of the nodes has ended'));
        return;
      }
      waiting = (says) => {
        waiting = null;
        if ('problem' in says) reject(new Error(says.problem));
        else resolve(says.answer);
      };
      worker.postMessage(message);
    });
  return {
    start: async (timeline, from) => {
      worker = new Worker(entry, { workerData: { kind: 'blast-ldk' } satisfies LdkThreadData });
      const end = (why: string): void => {
        ended = new Error(`LDK has ended: ${why}`);
        waiting?.({ problem: ended.message });
      };
      worker.on('message', (says: LdkThreadSays) => waiting?.(says));
      worker.on('error', (error: unknown) => end(error instanceof Error ? error.message : String(error)));
      worker.on('exit', () => end('its thread is gone'));
      return (await ask({ timeline, from })).happened;
    },
    call: (method, args) => ask({ method, args }) as ReturnType<HostLink['call']> as never,
    close: async () => {
      const gone = worker;
      worker = null;
      await gone?.terminate();
    },
  };
}
