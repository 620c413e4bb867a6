/** The seam's own objects (node-model.ts) as messages of model.proto, and back. Field by field; decides nothing. */
import { blankPolicy } from '../simulate/channel-terms.ts';
import type {
  ChannelOffer,
  ChannelTerms,
  ClaimView,
  ClosingRange,
  CommitmentView,
  ConfirmationTargets,
  ForwardRequest,
  NodeTiming,
  Policy,
  ReceiveRequest,
} from '../simulate/node-model.ts';
import type { PaymentRequest } from '../simulate/payment-request.ts';
import type { Message, PolicyMessage, TermsMessage } from './wire.ts';

export function viewMessage(v: CommitmentView): Message {
  return {
    edge: v.edge,
    local_msat: v.localMsat,
    remote_msat: v.remoteMsat,
    local_reserve_msat: v.localReserveMsat,
    remote_reserve_msat: v.remoteReserveMsat,
    local_dust_msat: v.localDustMsat,
    remote_dust_msat: v.remoteDustMsat,
    is_funder: v.isFunder,
    feerate_per_kw: v.feeratePerKw,
    local_untrimmed: v.localUntrimmed,
    remote_untrimmed: v.remoteUntrimmed,
    local_trimmed_msat: v.localTrimmedMsat,
    remote_trimmed_msat: v.remoteTrimmedMsat,
    offered_count: v.offeredCount,
    offered_msat: v.offeredMsat,
    max_accepted_htlcs: v.maxAcceptedHtlcs,
    max_in_flight_msat: v.maxInFlightMsat,
    peer_htlc_minimum_msat: v.peerHtlcMinimumMsat,
  };
}

/** Fills a view with what a message says. */
export function readView(message: Message, out: CommitmentView): CommitmentView {
  const m = message as Record<string, number>;
  out.edge = m.edge as number;
  out.localMsat = m.local_msat as number;
  out.remoteMsat = m.remote_msat as number;
  out.localReserveMsat = m.local_reserve_msat as number;
  out.remoteReserveMsat = m.remote_reserve_msat as number;
  out.localDustMsat = m.local_dust_msat as number;
  out.remoteDustMsat = m.remote_dust_msat as number;
  out.isFunder = message.is_funder as boolean;
  out.feeratePerKw = m.feerate_per_kw as number;
  out.localUntrimmed = m.local_untrimmed as number;
  out.remoteUntrimmed = m.remote_untrimmed as number;
  out.localTrimmedMsat = m.local_trimmed_msat as number;
  out.remoteTrimmedMsat = m.remote_trimmed_msat as number;
  out.offeredCount = m.offered_count as number;
  out.offeredMsat = m.offered_msat as number;
  out.maxAcceptedHtlcs = m.max_accepted_htlcs as number;
  out.maxInFlightMsat = m.max_in_flight_msat as number;
  out.peerHtlcMinimumMsat = m.peer_htlc_minimum_msat as number;
  return out;
}

export function policyMessage(p: Policy): PolicyMessage {
  return {
    fee_base_msat: p.feeBaseMsat,
    fee_rate_ppm: p.feeRatePpm,
    cltv_delta: p.cltvDelta,
    min_htlc_msat: p.minHtlcMsat,
    max_htlc_msat: p.maxHtlcMsat,
    disabled: p.disabled,
    inbound_fee_base_msat: p.inboundFeeBaseMsat,
    inbound_fee_rate_ppm: p.inboundFeeRatePpm,
  };
}

export function readPolicy(m: PolicyMessage, out: Policy): Policy {
  out.feeBaseMsat = m.fee_base_msat;
  out.feeRatePpm = m.fee_rate_ppm;
  out.cltvDelta = m.cltv_delta;
  out.minHtlcMsat = m.min_htlc_msat;
  out.maxHtlcMsat = m.max_htlc_msat;
  out.disabled = m.disabled;
  out.inboundFeeBaseMsat = m.inbound_fee_base_msat;
  out.inboundFeeRatePpm = m.inbound_fee_rate_ppm;
  return out;
}

export function termsMessage(t: ChannelTerms): TermsMessage {
  return {
    dust_limit_sat: t.dustLimitSat,
    reserve_sat: t.reserveSat,
    max_accepted_htlcs: t.maxAcceptedHtlcs,
    max_in_flight_msat: t.maxInFlightMsat,
    htlc_minimum_msat: t.htlcMinimumMsat,
    to_self_delay: t.toSelfDelay,
  };
}

export function readTerms(m: TermsMessage): ChannelTerms {
  return {
    dustLimitSat: m.dust_limit_sat,
    reserveSat: m.reserve_sat,
    maxAcceptedHtlcs: m.max_accepted_htlcs,
    maxInFlightMsat: m.max_in_flight_msat,
    htlcMinimumMsat: m.htlc_minimum_msat,
    toSelfDelay: m.to_self_delay,
  };
}

export function offerMessage(o: ChannelOffer): Message {
  return {
    capacity_sat: o.capacitySat,
    push_msat: o.pushMsat,
    announced: o.announced,
    feerate_per_kw: o.feeratePerKw,
  };
}

export function readOffer(m: Message): ChannelOffer {
  return {
    capacitySat: m.capacity_sat as number,
    pushMsat: m.push_msat as number,
    announced: m.announced as boolean,
    feeratePerKw: m.feerate_per_kw as number,
  };
}

export function forwardMessage(r: ForwardRequest): Message {
  return {
    node: r.node,
    incoming_edge: r.incomingEdge,
    incoming_amount_msat: r.incomingAmountMsat,
    incoming_expiry: r.incomingExpiry,
    outgoing_edge: r.outgoingEdge,
    requested_edge: r.requestedEdge,
    outgoing_amount_msat: r.outgoingAmountMsat,
    outgoing_expiry: r.outgoingExpiry,
    exists: r.exists,
    usable: r.usable,
    connected: r.connected,
    announced: r.announced,
    policy: policyMessage(r.policy),
    ...(r.former === undefined || r.former === null ? {} : { former: policyMessage(r.former) }),
    inbound_fee_base_msat: r.inboundFeeBaseMsat,
    inbound_fee_rate_ppm: r.inboundFeeRatePpm,
    view: viewMessage(r.view),
  };
}

/** Fills a request; `height` is the turn's. */
export function readForward(m: Message, height: number, out: ForwardRequest): ForwardRequest {
  out.node = m.node as number;
  out.incomingEdge = m.incoming_edge as number;
  out.incomingAmountMsat = m.incoming_amount_msat as number;
  out.incomingExpiry = m.incoming_expiry as number;
  out.outgoingEdge = m.outgoing_edge as number;
  out.requestedEdge = m.requested_edge as number;
  out.outgoingAmountMsat = m.outgoing_amount_msat as number;
  out.outgoingExpiry = m.outgoing_expiry as number;
  out.height = height;
  out.exists = m.exists as boolean;
  out.usable = m.usable as boolean;
  out.connected = m.connected as boolean;
  out.announced = m.announced as boolean;
  readPolicy(m.policy as PolicyMessage, out.policy);
  const former = m.former as PolicyMessage | null | undefined;
  out.former = former === null || former === undefined ? null : readPolicy(former, blankPolicy());
  out.inboundFeeBaseMsat = m.inbound_fee_base_msat as number;
  out.inboundFeeRatePpm = m.inbound_fee_rate_ppm as number;
  readView(m.view as Message, out.view);
  return out;
}

export function receiveMessage(r: ReceiveRequest): Message {
  return {
    node: r.node,
    amount_msat: r.amountMsat,
    expiry: r.expiry,
    onion_amount_msat: r.onionAmountMsat,
    onion_expiry: r.onionExpiry,
    total_msat: r.totalMsat,
    method: r.method,
    payable: r.payable,
    invoice_cltv_delta: r.invoiceCltvDelta,
    invoice_amount_msat: r.invoiceAmountMsat,
    set_total_msat: r.setTotalMsat,
    partial: r.partial,
  };
}

export function readReceive(m: Message, height: number): ReceiveRequest {
  return {
    node: m.node as number,
    amountMsat: m.amount_msat as number,
    expiry: m.expiry as number,
    height,
    onionAmountMsat: m.onion_amount_msat as number,
    onionExpiry: m.onion_expiry as number,
    totalMsat: m.total_msat as number,
    method: m.method as ReceiveRequest['method'],
    payable: m.payable as boolean,
    invoiceCltvDelta: m.invoice_cltv_delta as number,
    invoiceAmountMsat: m.invoice_amount_msat as number,
    setTotalMsat: m.set_total_msat as number,
    partial: m.partial as boolean,
  };
}

export function paymentMessage(r: PaymentRequest, nextAttempt: number): Message {
  return {
    payment: r.payment,
    source: r.source,
    destination: r.destination,
    amount_msat: r.amountMsat,
    method: r.method,
    ...(r.invoice === null
      ? {}
      : {
          invoice: { amount_msat: r.invoice.amountMsat, expires_us: r.invoice.expiresUs, before: r.invoice.before },
        }),
    probe: r.probe,
    final_cltv_delta: r.finalCltvDelta,
    multi_part: r.multiPart,
    fee_limit_msat: r.feeLimitMsat,
    timeout_us: r.timeoutUs,
    max_parts: r.maxParts,
    max_cltv: r.maxCltv,
    ...(r.outgoingEdges === null ? {} : { outgoing_edges: { edges: r.outgoingEdges } }),
    last_hop: r.lastHop,
    ...(r.route === null ? {} : { route: { edges: r.route } }),
    started_us: r.startedUs,
    key0: r.key0,
    key1: r.key1,
    next_attempt: nextAttempt,
  };
}

export function readPayment(m: Message): PaymentRequest {
  const n = m as Record<string, number>;
  const edges = (name: string): readonly number[] | null =>
    (m[name] as { readonly edges: readonly number[] } | null | undefined)?.edges ?? null;
  const invoice = m.invoice as Message | null | undefined;
  return {
    payment: n.payment as number,
    source: n.source as number,
    destination: n.destination as number,
    amountMsat: n.amount_msat as number,
    method: m.method as PaymentRequest['method'],
    invoice:
      invoice === null || invoice === undefined
        ? null
        : {
            amountMsat: invoice.amount_msat as number,
            expiresUs: invoice.expires_us as number,
            before: invoice.before as 'none' | 'in_flight' | 'paid',
          },
    probe: m.probe as boolean,
    finalCltvDelta: n.final_cltv_delta as number,
    multiPart: m.multi_part as boolean,
    feeLimitMsat: n.fee_limit_msat as number,
    timeoutUs: n.timeout_us as number,
    maxParts: n.max_parts as number,
    maxCltv: n.max_cltv as number,
    outgoingEdges: edges('outgoing_edges'),
    lastHop: n.last_hop as number,
    route: edges('route'),
    startedUs: n.started_us as number,
    key0: n.key0 as number,
    key1: n.key1 as number,
  };
}

export function timingMessage(t: NodeTiming): Message {
  const finite = (us: number): number | undefined => (Number.isFinite(us) ? us : undefined);
  return {
    commit_delay_us: t.commitDelayUs,
    commit_batch: t.commitBatch,
    reconnect_delay_us: t.reconnectDelayUs,
    peer_timeout_us: t.peerTimeoutUs,
    mailbox_us: t.mailboxUs,
    disable_after_us: finite(t.disableAfterUs),
    enable_after_us: finite(t.enableAfterUs),
    mpp_timeout_us: t.mppTimeoutUs,
    tick_us: t.tickUs,
    maximum_interval_us: t.maximumIntervalUs,
    first_batch_us: t.firstBatchUs,
    former_policy_us: t.formerPolicyUs,
    former_maximum: t.formerMaximum,
  };
}

export function readTiming(m: Message): NodeTiming {
  const n = m as Record<string, number>;
  const has = (name: string): boolean => Object.hasOwn(m, name) && m[name] !== null && m[name] !== undefined;
  return {
    commitDelayUs: n.commit_delay_us as number,
    commitBatch: n.commit_batch as number,
    reconnectDelayUs: n.reconnect_delay_us as number,
    peerTimeoutUs: n.peer_timeout_us as number,
    mailboxUs: n.mailbox_us as number,
    disableAfterUs: has('disable_after_us') ? (n.disable_after_us as number) : Number.POSITIVE_INFINITY,
    enableAfterUs: has('enable_after_us') ? (n.enable_after_us as number) : Number.POSITIVE_INFINITY,
    mppTimeoutUs: n.mpp_timeout_us as number,
    ...(has('tick_us') ? { tickUs: n.tick_us as number } : {}),
    ...(has('maximum_interval_us') ? { maximumIntervalUs: n.maximum_interval_us as number } : {}),
    ...(has('first_batch_us') ? { firstBatchUs: n.first_batch_us as number } : {}),
    ...(has('former_policy_us') ? { formerPolicyUs: n.former_policy_us as number } : {}),
    ...(has('former_maximum') ? { formerMaximum: m.former_maximum as boolean } : {}),
  };
}

export function claimMessage(c: ClaimView): Message {
  return {
    node: c.node,
    kind: c.kind,
    weight: c.weight,
    from_wallet: c.fromWallet,
    value_sat: c.valueSat,
    urgent_sat: c.urgentSat,
    balance_sat: c.balanceSat,
    own_fee_sat: c.ownFeeSat,
    expiry: c.expiry,
    deadline: c.deadline,
    feerate_per_kw: c.feeratePerKw,
    since_height: c.sinceHeight,
    start_per_kw: c.startPerKw,
    bumped_at: c.bumpedAt,
  };
}

export function readClaim(m: Message, height: number): ClaimView {
  const n = m as Record<string, number>;
  return {
    node: n.node as number,
    kind: m.kind as ClaimView['kind'],
    weight: n.weight as number,
    fromWallet: m.from_wallet as boolean,
    valueSat: n.value_sat as number,
    urgentSat: n.urgent_sat as number,
    balanceSat: n.balance_sat as number,
    ownFeeSat: n.own_fee_sat as number,
    height,
    expiry: n.expiry as number,
    deadline: n.deadline as number,
    feeratePerKw: n.feerate_per_kw as number,
    sinceHeight: n.since_height as number,
    startPerKw: n.start_per_kw as number,
    bumpedAt: n.bumped_at as number,
  };
}

export function targetsMessage(t: ConfirmationTargets): Message {
  return {
    funding: t.funding,
    cooperative_close: t.cooperativeClose,
    commitment: t.commitment,
    send: t.send,
  };
}

export function closingRangeMessage({ weight, blocks, leastPerKw, addSat }: ClosingRange): Message {
  return { weight, blocks, least_per_kw: leastPerKw, add_sat: addSat };
}

export function readClosingRange(m: Message | null | undefined): ClosingRange | null {
  if (m === null || m === undefined) return null;
  return {
    weight: m.weight as number,
    blocks: m.blocks as number,
    leastPerKw: m.least_per_kw as number,
    addSat: m.add_sat as number,
  };
}

export function readTargets(m: Message | null | undefined): ConfirmationTargets | null {
  if (m === null || m === undefined) return null;
  return {
    funding: m.funding as number,
    cooperativeClose: m.cooperative_close as number,
    commitment: m.commitment as number,
    send: m.send as number,
  };
}
