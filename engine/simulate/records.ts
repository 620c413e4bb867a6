/**
 * The log of everything that happened, as fixed-size records of numbers. The run digest is taken over exactly these;
 * files such as events.ndjson are made from them. Codes are part of the digest: never renumber, only add.
 *
 * A record is (code, time µs, a, b, c, amount). What a, b, c and amount mean is said at each code; -1 where nothing
 * applies. Channels are channel instances (an index that is never used again), edges are 2 · channel + side.
 */
export const RECORD = {
  /** a blocks mined, b transactions confirmed, c new height. */
  block: 1,
  /** a node. */
  nodeStarted: 2,
  /** a node, b 1 when it crashed: its peers do not know yet. */
  nodeStopped: 3,
  /** a channel instance, b new lifecycle state, c event (see channel-lifecycle); amount: capacity sat. */
  channelState: 4,
  /** a channel instance, b name index, c 1 when both ends are connected. */
  channelActive: 5,
  /** a edge whose policy changed; b base msat, c rate ppm; amount: htlc_maximum msat. */
  policy: 6,
  /** a transaction kind (TX), b channel instance, c fee sat; amount: value sat. */
  txBroadcast: 7,
  /** as txBroadcast, but c height. */
  txConfirmed: 8,
  /** a node; amount: sat added to its wallet from outside. */
  funded: 9,
  /** a payment, b source node, c destination node; amount msat. */
  paymentStarted: 20,
  /** a payment, b attempt, c number of hops; amount: msat sent by the source, fees included. */
  attemptSent: 21,
  /** a attempt, b edge, c expiry height; amount msat. */
  htlcOffered: 22,
  /** a attempt, b edge; amount msat: irrevocably committed on both sides. */
  htlcCommitted: 23,
  /** a attempt, b edge, c failure code: the node at the end of `edge` begins to fail it back. */
  htlcFailed: 24,
  /** a attempt, b edge; amount msat: the node at the end of `edge` releases the preimage. */
  htlcFulfilled: 25,
  /** a attempt, b payment, c hops; amount: fee msat. */
  attemptSucceeded: 26,
  /** a attempt, b failing hop (0: the sender), c failure code; amount msat. */
  attemptFailed: 27,
  /** a payment, b outcome (OUTCOME), c attempts; amount: fees msat. */
  paymentResolved: 28,
  /** a HTLC's edge, b attempt, c 1 resolved by preimage, 2 by timeout, 3 trimmed; amount msat. */
  htlcOnChain: 29,
  /** a channel instance, b name index, c reason: number of a text given to RecordSink.text before. */
  openRejected: 30,
  /** as openRejected. */
  closeRejected: 31,
  /** a sending node, b receiving node, c reason as openRejected; amount: sat that were not sent. */
  sendRejected: 32,
  /** a channel instance, or −1 for the chain's estimate; b old, c new sat per 1000 weight units. */
  feerate: 33,
  /** a channel instance; amount: new one-way delay in µs. */
  latency: 34,
  /** a group of a partition (1, 2, …), b number of its nodes; a 0 when the partition is healed. */
  partition: 35,
  /** a and b nodes, c 1 connected, 0 disconnected, by an event. */
  peers: 36,
  /**
   * a attempt, b edge that the HTLC came in by, c what a defence of the node at its end did: 1 too many pending, 2 too
   * often, 3 blocked (all refused), 4 queued, 5 taken from the queue, 6 refused for want of resources; amount msat.
   */
  defence: 37,
  /** a transaction kind, b channel instance, c fee sat that it would have paid; amount: value sat: another took its place. */
  txReplaced: 38,
  /** a weight of strangers' transactions in the mempool, b its minimum feerate, c estimate for the next block; sat per 1000 weight units. */
  mempool: 39,
  /** a invoice with a name, b its new state (INVOICE), c payment that is held or settled, −1 for none; amount: msat of it. */
  invoice: 40,
  /** a edge of a node that broadcasts a revoked commitment, b commitments of that node before it; amount: its balance on it, sat. */
  cheat: 44,
  /**
   * a edge of the cheater; b an output of a revoked commitment: 1 its balance, 2 an HTLC, 3 that of a second-level
   * transaction; c who has it: 1 the victim, 2 the cheater, 3 nobody: it is not worth its fee; amount: value sat.
   */
  revokedOutput: 45,
  /** a edge of a node that has lost the newest states of its channel, b commitments that it had before the one that it has left. */
  dataLost: 46,
  /** a blocks undone, b transactions in them, c height after it; amount: blocks that were to be undone. */
  reorg: 47,
  /**
   * a transaction kind, b channel instance, c where it is after a reorganisation: 0 nowhere (what it spends is not there, or
   * not yet spendable), 1 in the mempool; amount: value sat.
   */
  txUndone: 48,
} as const;
export type RecordCode = (typeof RECORD)[keyof typeof RECORD];

/** Kinds of transactions in txBroadcast and txConfirmed. */
export const TX = {
  funding: 0,
  coopClose: 1,
  commitment: 2,
  /** Sweep of the broadcaster's own balance after its to_self_delay. */
  sweepLocal: 3,
  /** Sweep of the other side's balance. */
  sweepRemote: 4,
  /** Spends an HTLC output by timeout. */
  htlcTimeout: 5,
  /** Spends an HTLC output with the preimage. */
  htlcSuccess: 6,
  /** Sweep of a second-level output after its to_self_delay. */
  htlcSweep: 7,
  /** From one wallet to another; the channel is −1. */
  send: 8,
  /** Spends an anchor of a commitment in the mempool, so that both pay more together (CPFP). */
  anchor: 9,
  /** Takes an output of a revoked commitment, or of the cheater's second-level transactions. */
  penalty: 10,
} as const;
export type TxKind = (typeof TX)[keyof typeof TX];
export const TX_NAMES: readonly string[] = Object.keys(TX);

/** Outcomes of a payment; the names are sim-ln's, so that its users' scripts read them. */
export const OUTCOME = {
  Success: 0,
  RecipientRejected: 1,
  UserAbandoned: 2,
  RetriesExhausted: 3,
  PaymentExpired: 4,
  RouteNotFound: 5,
  UnexpectedError: 6,
  IncorrectPaymentDetails: 7,
  InsufficientBalance: 8,
  NotDispatched: 9,
} as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];
export const OUTCOME_NAMES: readonly string[] = Object.keys(OUTCOME);

/** Everything known about a payment when it resolves. */
export interface PaymentResult {
  /** Row of Timeline.payments. */
  readonly payment: number;
  readonly startedUs: number;
  readonly resolvedUs: number;
  readonly outcome: Outcome;
  /** Attempts made, failed ones and parts included. */
  readonly attempts: number;
  /** Parts that succeeded. */
  readonly parts: number;
  readonly feeMsat: number;
  /** Nodes of the first part that succeeded, else of the last attempt; empty when there was none. */
  readonly route: readonly number[];
  /** Channel instances of the same route. */
  readonly channels: readonly number[];
  /** Last failure code (BOLT 4), 0 when none. */
  readonly failureCode: number;
  /** Hop that reported it: 0 the sender, n the recipient; -1 when none. */
  readonly failureHop: number;
}

export interface RecordSink {
  record(code: RecordCode, timeUs: number, a: number, b: number, c: number, amount: number): void;
  payment(result: PaymentResult): void;
  /** Announces a text that records refer to by this number (reasons of refusals). Numbers count from 0. */
  text(number: number, text: string): void;
  /**
   * Set by the sink while the backend advances: something is due now. The backend stops after the event during which it
   * became true, and advance() answers false; whoever set it takes it back.
   */
  interrupt?: boolean;
}
