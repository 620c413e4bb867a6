/**
 * What the `rpc` backend asks of a process that has nodes, in whatever protocol: one driver is one process. A protocol is a
 * Driver and the BackendLimits of what it can do. Methods that are optional are absent where the protocol has no such call;
 * scenarios that need one are refused before they are played, so that the limits must not name what the driver lacks.
 *
 * Every call either is done when its promise resolves, or rejects with a DriverRefusal (the process answered that it will
 * not: the run goes on) or a DriverFailure (no use can be made of the process any more: the run ends).
 */
import type { Outcome } from '../../simulate/records.ts';
import type { CongestMempoolRequest } from '../../timeline/control.ts';
import type { ChainPlan, NodePlan, PolicyPlan } from '../../timeline/network.ts';
import type { ReorgRequest } from '../../timeline/reorgs.ts';
import type { PaymentProfile } from '../../timeline/timeline.ts';
import type { PolicyObservation } from '../backend.ts';

/** Why a process is of no use any more. */
export type DriverFault =
  /** It is not there, or is gone. */
  | 'unreachable'
  /** It took longer than a call may take. */
  | 'late'
  /** It has no such call: it speaks another protocol, or another version of it. */
  | 'unknown-call'
  /** What it answered is no answer. */
  | 'nonsense';

export class DriverFailure extends Error {
  override readonly name = 'DriverFailure';
  readonly fault: DriverFault;
  /** The call as the protocol names it. */
  readonly call: string;
  /** The node that it was about, as the process names it; empty where it was about none. */
  readonly node: string;
  /** What messages call the process, where it is not the driver's own. */
  readonly at: string | undefined;

  constructor(
    fault: DriverFault,
    { call, node, at }: { readonly call: string; readonly node: string; readonly at?: string },
    reason: string,
  ) {
    super(reason);
    this.fault = fault;
    this.call = call;
    this.node = node;
    this.at = at;
  }
}

/** The process said no. The message is its sentence. */
export class DriverRefusal extends Error {
  override readonly name = 'DriverRefusal';
}

/** A node, as its process and its peers know it. */
export interface DriverNode {
  /** What its process calls it. */
  readonly name: string;
  /** 33 bytes in hex. */
  readonly pubkey: string;
  /** HOST:PORT that its peers reach it at. */
  readonly address: string;
}

/** Which nodes a process is to have. */
export interface DriverStart {
  /** In the order in which start() answers them. Names are the scenario's. */
  readonly nodes: readonly NodePlan[];
  readonly chain: ChainPlan;
  /** Delay of gossip, µs. */
  readonly gossipUs: number;
  /** Name of a saved network that has these nodes already; null: they are made. */
  readonly load: string | null;
}

export interface DriverOpening {
  /** The scenario's own number of the channel: one that was closed may come again. */
  readonly id: number;
  readonly node: DriverNode;
  readonly peer: DriverNode;
  readonly capacitySat: number;
  readonly pushMsat: number;
  readonly announced: boolean;
  /** Of the opener and of its peer; empty where the process cannot be told. */
  readonly policy: PolicyPlan;
  readonly reversePolicy: PolicyPlan;
  /** One-way delay of the link, µs; for processes that can be told. */
  readonly latencyUs: number;
}

export interface DriverClosing {
  readonly id: number;
  /** Who closes. */
  readonly node: DriverNode;
  readonly force: boolean;
}

/** What a process tells of a channel that was opened through it. */
export interface DriverChannel {
  readonly id: number;
  readonly state: 'pending' | 'open' | 'closing' | 'force_closing' | 'resolving' | 'closed';
  /** Of the opener and of its peer, msat; absent where the protocol does not tell. */
  readonly balancesMsat?: readonly [number, number];
  /** HTLCs in flight; absent where the protocol does not tell. */
  readonly htlcs?: number;
  /** Both ends are connected; absent where the protocol does not tell. */
  readonly connected?: boolean;
}

/** What a process tells of a node. Absent members are what the protocol does not tell. */
export interface DriverFigures {
  readonly walletSat: number;
  /** Own balance in its open channels, msat. */
  readonly localMsat: number;
  /** The others' balance in its open channels, msat. */
  readonly remoteMsat?: number;
  /** HTLCs that it has forwarded and settled, and what it earned by it. */
  readonly forwards?: number;
  readonly feesEarnedMsat?: number;
  /** HTLCs that its defences against jamming refused. */
  readonly htlcsRefused?: number;
}

/** A channel that is open, as one of its nodes sees it (OwnChannel in ../backend.ts). */
export interface DriverOwnChannel {
  readonly id: number;
  /** The other node, as its process calls it. */
  readonly peer: string;
  readonly active: boolean;
  readonly announced: boolean;
  readonly capacitySat: number;
  readonly localMsat: number;
  readonly remoteMsat: number;
  readonly reserveMsat: number;
  readonly htlcs: number;
  readonly policy: PolicyObservation;
}

/** What the public knows of a channel, seen from one of its nodes (ChannelGossip in ../backend.ts). */
export interface DriverGossip {
  readonly id: number;
  readonly peer: string;
  readonly capacitySat: number;
  readonly policy: PolicyObservation | null;
  readonly reverse: PolicyObservation | null;
}

export interface DriverPayment {
  readonly node: DriverNode;
  /** Who is paid; with `invoice` the node that made it. */
  readonly destination: DriverNode;
  /** As makeInvoice answered it; null for other payments: by keysend, AMP or an invoice that the recipient makes for this one. */
  readonly invoice: string | null;
  readonly amountMsat: number;
  /** `route` and `outgoingChannels` are the scenario's own numbers of channels; it has no `routes`, `lastHop` or `invoice`. */
  readonly profile: Omit<PaymentProfile, 'routes' | 'lastHop' | 'invoice'>;
  /** Node from which the parts must come to the destination; absent for any. */
  readonly lastHop?: DriverNode;
}

/** A payment of a node to itself. Channels by the scenario's own numbers. */
export interface DriverCircle {
  readonly node: DriverNode;
  readonly outChannel: number;
  readonly inChannel: number;
  readonly amountMsat: number;
  /** −1 where the node decides. */
  readonly maxFeeMsat: number;
  /** The whole way; empty: the node looks for one. */
  readonly route: readonly number[];
}

/** What came of a payment. */
export interface DriverPaid {
  readonly outcome: Outcome;
  readonly attempts: number;
  /** Parts that succeeded. */
  readonly parts: number;
  readonly feeMsat: number;
  /** Public keys from the payer to the recipient; empty where it is not known. */
  readonly route: readonly string[];
  /** BOLT 4; 0 when none. */
  readonly failureCode: number;
  /** Hop that reported it, 0 the sender; −1 when none. */
  readonly failureHop: number;
}

/** An invoice that is to be made. */
export interface DriverInvoice {
  readonly node: DriverNode;
  /** −1 when the payer says how much. */
  readonly amountMsat: number;
  /** µs; absent where the node decides. */
  readonly expiryUs?: number;
  /** The recipient holds a complete payment until the invoice is settled or cancelled. */
  readonly hold: boolean;
}

/** What a process tells of an invoice. */
export interface DriverInvoiceState {
  readonly state: 'open' | 'held' | 'settled' | 'cancelled' | 'expired';
  /** Node whose payment is held or was settled, as its process calls it; empty without one. */
  readonly payer: string;
}

/** What a process tells of the chain. Feerates sat per 1000 weight units. */
export interface DriverChain {
  readonly height: number;
  /** Transactions of the nodes that wait for a block. */
  readonly mempool: number;
  readonly feesSat: number;
  /** Estimates for the next block, and for six. */
  readonly feeratePerKw: number;
  readonly feerate6PerKw: number;
  /** Least that mempools take beyond what they always do. */
  readonly minimumPerKw: number;
  /** Weight of strangers' transactions. */
  readonly backlogWeight: number;
}

export interface Driver {
  /** What messages call the process: `lnd at 127.0.0.1:5050`. */
  readonly target: string;

  /**
   * Makes or loads the nodes. Called before anything else, once or, where one process has the nodes of several models, once
   * for each of them; resolves when all of them can be asked.
   */
  start(start: DriverStart): Promise<readonly DriverNode[]>;
  connect(node: DriverNode, peer: DriverNode): Promise<void>;
  disconnect(node: DriverNode, peer: DriverNode): Promise<void>;
  /**
   * Makes usable what was opened so far, and lets all nodes know of it: called before the scenario's time begins. Absent where
   * blocks come by themselves.
   */
  settle?(): Promise<void>;
  /** Whether a node is connected to a peer. */
  connected(node: DriverNode, peer: DriverNode): Promise<boolean>;
  /** Resolves when the funding transaction is broadcast. The peer may be a node of another process. */
  openChannel(opening: DriverOpening): Promise<void>;
  /** Resolves when the close has begun. */
  closeChannel(closing: DriverClosing): Promise<void>;
  /** All channels that were opened through this driver, or before the network was saved, and are not forgotten yet. */
  channels(): Promise<readonly DriverChannel[]>;
  figures(node: DriverNode): Promise<DriverFigures>;
  /** Keeps the network under a name. */
  save(name: string): Promise<void>;
  /** Ends the nodes. The process may end, too. */
  stop(): Promise<void>;
  /** Lets the connection go, whatever state it is in. */
  close(): void;

  startNode?(node: DriverNode): Promise<void>;
  stopNode?(node: DriverNode, crash: boolean): Promise<void>;
  /** Gives coins to a node's wallet, which may need a block. */
  fund?(node: DriverNode, sat: number): Promise<void>;
  /** What drivers of one chain have in common, so that it is told once; absent: each process has a chain of its own. */
  readonly chain?: object;
  /** Finds blocks. */
  mine?(blocks: number): Promise<void>;
  /** Height of the chain. */
  height?(): Promise<number>;
  /** All that the process knows of its chain; absent where it tells no more than the height. */
  chainFigures?(): Promise<DriverChain>;
  /** Undoes the last blocks, and finds others in their place. */
  reorg?(request: ReorgRequest): Promise<void>;
  setFeerate?(feeratePerKw: number): Promise<void>;
  congestMempool?(request: CongestMempoolRequest): Promise<void>;
  /** Sends coins from wallet to wallet in a transaction. */
  sendCoins?(from: DriverNode, to: DriverNode, sat: number): Promise<void>;
  /** Channels of a node that are open; absent, with gossip, where policies are not told. */
  ownChannels?(node: DriverNode): Promise<readonly DriverOwnChannel[]>;
  /** Channels of a node of which the public knows a policy. */
  gossip?(node: DriverNode): Promise<readonly DriverGossip[]>;
  setPolicy?(id: number, node: DriverNode, policy: PolicyPlan): Promise<void>;
  /** Changes the one-way delay of links, µs; channels by the scenario's own numbers. */
  setLatency?(ids: readonly number[], latencyUs: number): Promise<void>;
  /** Resolves when the payment has ended; a payment that fails is no refusal. */
  pay?(payment: DriverPayment): Promise<DriverPaid>;
  /** As pay(), in a circle. */
  rebalance?(circle: DriverCircle): Promise<DriverPaid>;
  /** Answers what the invoice is called in the calls below, and in pay(). */
  makeInvoice?(invoice: DriverInvoice): Promise<string>;
  invoice?(id: string): Promise<DriverInvoiceState>;
  /** Releases the preimage of the payment that is held. */
  settleInvoice?(id: string): Promise<void>;
  /** Takes an invoice back, with the payment that is held. */
  cancelInvoice?(id: string): Promise<void>;
}
