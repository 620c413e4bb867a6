/**
 * Messages carry everything that the seam has: each field, the optional ones, too, with a value of its own. A field or
 * method of node-model.ts that is missing here does not compile, so that nobody forgets to send a new one.
 */
import { expect, it } from 'vitest';
import { blankPolicy } from '../simulate/channel-terms.ts';
import type {
  ChannelOffer,
  ChannelTerms,
  ClaimView,
  ClosingRange,
  CommitmentView,
  ConfirmationTargets,
  ForwardRequest,
  NodeModel,
  NodeTiming,
  Policy,
  ReceiveRequest,
} from '../simulate/node-model.ts';
import { blankView } from '../simulate/node-model.ts';
import type { PaymentRequest } from '../simulate/payment-request.ts';
import * as messages from './messages.ts';
import { RemoteModel } from './remote-model.ts';
import {
  decodeAnswer,
  decodeDescription,
  decodeTurn,
  encodeAnswer,
  encodeDescription,
  encodeTurn,
  type Message,
  type PolicyMessage,
} from './wire.ts';

type Full<T> = { -readonly [K in keyof Required<T>]: Required<T>[K] };

/** A message as the other side reads it. */
function sent(ask: string, payload: Message): Message {
  const turn = { number: 1, now_us: 2, height: 3, changes: [], model: 'm', [ask]: payload };
  return decodeTurn(encodeTurn(turn))[ask] as Message;
}

const policy: Full<Policy> = {
  feeBaseMsat: 1,
  feeRatePpm: 2,
  cltvDelta: 3,
  minHtlcMsat: 4,
  maxHtlcMsat: 2_100_000_000_000_000_000 / 1000,
  disabled: true,
  inboundFeeBaseMsat: -5,
  inboundFeeRatePpm: -6,
};

const view: Full<CommitmentView> = {
  edge: 1,
  localMsat: 2,
  remoteMsat: 3,
  localReserveMsat: 4,
  remoteReserveMsat: 5,
  localDustMsat: 6,
  remoteDustMsat: 7,
  isFunder: true,
  feeratePerKw: 8,
  localUntrimmed: 9,
  remoteUntrimmed: 10,
  localTrimmedMsat: 11,
  remoteTrimmedMsat: 12,
  offeredCount: 13,
  offeredMsat: 14,
  maxAcceptedHtlcs: 15,
  maxInFlightMsat: Number.MAX_SAFE_INTEGER,
  peerHtlcMinimumMsat: 17,
};

it('views and policies', () => {
  const read = sent('maximum_for', { view: messages.viewMessage(view), policy: messages.policyMessage(policy) });
  expect(messages.readView(read.view as Message, blankView())).toEqual(view);
  expect(messages.readPolicy(read.policy as PolicyMessage, blankPolicy())).toEqual(policy);
});

it('forwards', () => {
  const request: Full<ForwardRequest> = {
    node: 1,
    incomingEdge: 2,
    incomingAmountMsat: 3,
    incomingExpiry: 4,
    outgoingEdge: 5,
    requestedEdge: 6,
    outgoingAmountMsat: 7,
    outgoingExpiry: 8,
    height: 9,
    exists: true,
    usable: true,
    connected: true,
    announced: true,
    policy,
    former: { ...policy, feeBaseMsat: 77 },
    inboundFeeBaseMsat: -10,
    inboundFeeRatePpm: -11,
    view,
  };
  const blank = { policy: blankPolicy(), view: blankView() } as ForwardRequest;
  const read = sent('check_forward', messages.forwardMessage(request));
  expect(messages.readForward(read, 9, blank)).toEqual(request);
  const plain = sent('check_forward', messages.forwardMessage({ ...request, former: null }));
  expect(messages.readForward(plain, 9, blank).former).toBeNull();
});

it('receipts', () => {
  const request: Full<ReceiveRequest> = {
    node: 1,
    amountMsat: 2,
    expiry: 3,
    height: 4,
    onionAmountMsat: 5,
    onionExpiry: 6,
    totalMsat: 7,
    method: 'invoice',
    payable: true,
    invoiceCltvDelta: 8,
    invoiceAmountMsat: 9,
    setTotalMsat: -1,
    partial: true,
  };
  expect(messages.readReceive(sent('check_receive', messages.receiveMessage(request)), 4)).toEqual(request);
});

it('payments', () => {
  const request: Full<PaymentRequest> = {
    payment: 1,
    source: 2,
    destination: 3,
    amountMsat: 4,
    method: 'invoice',
    invoice: { amountMsat: -1, expiresUs: 5, before: 'in_flight' },
    probe: true,
    finalCltvDelta: -1,
    multiPart: true,
    feeLimitMsat: -1,
    timeoutUs: 6,
    maxParts: 7,
    maxCltv: 8,
    outgoingEdges: [9, 10],
    lastHop: -1,
    route: [11, -1, 12],
    startedUs: 13,
    key0: 4_294_967_295,
    key1: 14,
  };
  const read = sent('start_payment', messages.paymentMessage(request, 99));
  expect(messages.readPayment(read)).toEqual(request);
  expect(read.next_attempt).toBe(99);
  const bare = { ...request, invoice: null, outgoingEdges: null, route: null };
  expect(messages.readPayment(sent('start_payment', messages.paymentMessage(bare, 0)))).toEqual(bare);
  const closed = { ...request, outgoingEdges: [] };
  expect(messages.readPayment(sent('start_payment', messages.paymentMessage(closed, 0)))).toEqual(closed);
});

it('claims', () => {
  const claim: Full<ClaimView> = {
    node: 1,
    kind: 'htlc_timeout',
    weight: 2,
    fromWallet: true,
    valueSat: 3,
    urgentSat: 4,
    balanceSat: 5,
    ownFeeSat: 6,
    height: 7,
    expiry: -1,
    deadline: 8,
    feeratePerKw: 9,
    sinceHeight: -1,
    startPerKw: 10,
    bumpedAt: 11,
  };
  expect(messages.readClaim(sent('claim_feerate', messages.claimMessage(claim)), 7)).toEqual(claim);
});

it('openings', () => {
  const offer: Full<ChannelOffer> = { capacitySat: 1, pushMsat: 2, announced: true, feeratePerKw: 3 };
  const terms: Full<ChannelTerms> = {
    dustLimitSat: 1,
    reserveSat: 2,
    maxAcceptedHtlcs: 3,
    maxInFlightMsat: 4,
    htlcMinimumMsat: 5,
    toSelfDelay: 6,
  };
  const payload = { node: 1, offer: messages.offerMessage(offer), opener_terms: messages.termsMessage(terms) };
  const read = sent('answer_opening', payload);
  expect(messages.readOffer(read.offer as Message)).toEqual(offer);
  expect(messages.readTerms(read.opener_terms as never)).toEqual(terms);
});

it('what a model is', () => {
  const timing: Full<NodeTiming> = {
    commitDelayUs: 1,
    commitBatch: 2,
    reconnectDelayUs: 3,
    peerTimeoutUs: 4,
    mailboxUs: 5,
    disableAfterUs: 6,
    enableAfterUs: 7,
    mppTimeoutUs: 8,
    tickUs: 9,
    maximumIntervalUs: 10,
    firstBatchUs: 11,
    formerPolicyUs: 12,
    formerMaximum: true,
  };
  const targets: Full<ConfirmationTargets> = { funding: 1, cooperativeClose: 2, commitment: 3, send: 4 };
  const range: Full<ClosingRange> = { weight: 5, blocks: 6, leastPerKw: 7, addSat: 8 };
  const told = (t: NodeTiming): Message =>
    decodeDescription(
      encodeDescription({
        protocol: 1,
        software: 's',
        models: [
          {
            timing: messages.timingMessage(t),
            targets: messages.targetsMessage(targets),
            closing_range: messages.closingRangeMessage(range),
          },
        ],
      }),
    ).models[0] as Message;
  expect(messages.readTiming(told(timing).timing as Message)).toEqual(timing);
  expect(messages.readTargets(told(timing).targets as Message)).toEqual(targets);
  expect(messages.readClosingRange(told(timing).closing_range as Message)).toEqual(range);
  expect(messages.readClosingRange(null)).toBeNull();
  const { tickUs, maximumIntervalUs, firstBatchUs, formerPolicyUs, formerMaximum, ...least } = timing;
  const never = { ...least, disableAfterUs: Number.POSITIVE_INFINITY, enableAfterUs: Number.POSITIVE_INFINITY };
  expect(messages.readTiming(told(never).timing as Message)).toEqual(never);
});

it('a model of another process has every method that a model can have', () => {
  const methods: Record<keyof NodeModel, true> = {
    name: true,
    timing: true,
    invoiceCltvDelta: true,
    invoiceExpiryUs: true,
    holdExpiryDelta: true,
    addNode: true,
    foresee: true,
    openingTerms: true,
    refuseToOpen: true,
    answerOpening: true,
    refuseTerms: true,
    openerDepth: true,
    walletReserveSat: true,
    commitmentFeerate: true,
    defaultPolicy: true,
    maximumFor: true,
    spendable: true,
    checkOffer: true,
    checkIncoming: true,
    checkForward: true,
    omitsUpdates: true,
    chooseForward: true,
    batchAt: true,
    checkReceive: true,
    offeredDeadline: true,
    receivedDeadline: true,
    closeDepth: true,
    claimDepth: true,
    lossDepth: true,
    failsBackAt: true,
    targets: true,
    closingRange: true,
    claimFeerate: true,
    readsMempool: true,
    justice: true,
    fundingReorg: true,
    startPayment: true,
    channelUpdate: true,
    attemptSucceeded: true,
    attemptFailed: true,
    paymentTimer: true,
    capture: true,
    restore: true,
  };
  const description = {
    name: 'm',
    version: 'm 1',
    summary: '',
    timing: {} as NodeTiming,
    invoiceCltvDelta: 0,
    invoiceExpiryUs: 0,
    holdExpiryDelta: 0,
    omitsUpdates: false,
    readsMempool: false,
    justice: 'each' as const,
    fundingReorg: 'keep' as const,
    targets: { funding: 1, cooperativeClose: 1, commitment: 1, send: 1 },
    closingRange: { weight: 1, blocks: 1, leastPerKw: 1, addSat: 1 },
    answers: [
      'opener_depth',
      'maximum_for',
      'batch_at',
      'check_incoming',
      'claim_feerate',
      'claim_depth',
      'loss_depth',
      'fails_back_at',
    ],
    foreseeable: [],
    checksRoutes: false,
  };
  const model = new RemoteModel(description, { ask: () => ({ number: 1 }) } as never, {} as never, 0);
  for (const name of Object.keys(methods)) expect(model, name).toHaveProperty(name);
});

it.each([1, 127, 128, 30_000, 3_000_000, 400_000_000, 90_000_000_000, 2 ** 50])(
  'an answer of %i that is cut off anywhere is none',
  (value) => {
    const bytes = encodeAnswer({ number: 5, value });
    expect(decodeAnswer(bytes)).toMatchObject({ number: 5, value });
    for (let n = 3; n < bytes.length; n++)
      expect(() => decodeAnswer(bytes.subarray(0, n))).toThrow('index out of range');
  },
);
