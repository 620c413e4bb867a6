/** Nodes, channels, payments and events of a hosted network as messages of control.proto. */
import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { invoiceHash, paymentHash } from '../timeline/payment-hash.ts';
import { CHANNEL_STATES, INVOICE_STATES, PAYMENT_FAILURES, PAYMENT_METHODS, PAYMENT_STATES } from './control-names.ts';
import type { HostedChannel, HostedEdge } from './hosted-channel.ts';
import type { HostedNetwork } from './hosted-network.ts';
import { type HostedAttempt, type HostedPayment, succeeded } from './hosted-payments.ts';
import type { HostEvent } from './network-host.ts';
import { policyMessage } from './policy-message.ts';
import { jsonToStruct } from './struct.ts';

export type ControlMessage = Readonly<Record<string, unknown>>;

/** Bits of a short channel id (BOLT 7): block, transaction, output. */
const BLOCK_SHIFT = 40n;
const TX_SHIFT = 16n;

/** Seed of the preimages of invoices, which name nothing of a scenario. */
const INVOICE_SEED = 1;

export function nodeMessage(network: HostedNetwork, node: number): ControlMessage {
  const plan = network.nodes.plan(node);
  const figures = network.nodes.figures(node);
  return {
    name: plan.name,
    public_key: Buffer.from(hexToBytes(network.nodes.pubkey(node))),
    alias: network.nodes.alias(node),
    model: plan.model,
    options: jsonToStruct(plan.options),
    running: figures.running,
    wallet_sat: figures.walletSat,
    channels: figures.channels,
    local_balance_msat: figures.localBalanceMsat,
    remote_balance_msat: figures.remoteBalanceMsat,
    forwards: figures.forwards,
    fees_earned_msat: figures.feesEarnedMsat,
    htlcs_refused: figures.htlcsRefused,
  };
}

export function channelMessage(network: HostedNetwork, channel: HostedChannel): ControlMessage {
  const { channels, byName, graph } = network.world;
  const instance = byName[channel.slot] as number;
  const fundedAt = channels.fundedAt[instance] as number;
  const state = network.channels.stateOf(channel);
  return {
    channel_id: channel.id,
    channel_point: { funding_txid: fundingTxid(network, channel), output_index: 0 },
    short_channel_id: fundedAt > 0 ? scid(fundedAt, instance) : '0',
    state: CHANNEL_STATES[state] ?? 'CHANNEL_UNSPECIFIED',
    active: channels.usable(instance),
    announced: state === 'open' && graph.isKnown(2 * instance),
    capacity_sat: (channels.capacityMsat[instance] as number) / 1000,
    ends: [channel.source, channel.destination].map((node) => {
      const edge = network.channels.edgeOf(channel, node);
      return {
        node: network.nodes.name(node),
        balance_msat: channels.balanceMsat[edge],
        reserve_msat: channels.reserveMsat[edge],
        htlcs_offered: channels.offeredCount[edge],
        htlcs_offered_msat: channels.offeredMsat[edge],
        policy: policyMessage(network.channels.policy(edge, 'in_force')),
      };
    }),
  };
}

/** @throws HostError when there is none of this index */
export function invoiceMessage(network: HostedNetwork, index: number): ControlMessage {
  const { plan, state, payer, createdUs, expiresUs } = network.invoices.at(index);
  return {
    invoice_id: index + 1,
    node: network.nodes.name(plan.node),
    ...(plan.amountMsat < 0 ? {} : { amount_msat: plan.amountMsat }),
    hold: plan.hold === true,
    state: INVOICE_STATES[state] ?? 'INVOICE_UNSPECIFIED',
    created_us: createdUs,
    expires_us: expiresUs,
    payer,
    payment_hash: Buffer.from(hexToBytes(invoiceHash(INVOICE_SEED, plan.name))),
  };
}

export function paymentMessage(network: HostedNetwork, payment: HostedPayment): ControlMessage {
  const { profile, ended } = payment;
  const done = succeeded(payment);
  const hash =
    profile.invoice === undefined
      ? paymentHash(network.paymentKey(payment), 0)
      : invoiceHash(INVOICE_SEED, network.invoices.at(profile.invoice).plan.name);
  return {
    payment_id: payment.id,
    node: network.nodes.name(payment.source),
    destination: network.nodes.name(payment.destination),
    ...(profile.invoice === undefined ? {} : { invoice_id: profile.invoice + 1 }),
    amount_msat: payment.amountMsat,
    method: PAYMENT_METHODS[profile.method],
    state: PAYMENT_STATES[done === null ? 'in_flight' : done ? 'succeeded' : 'failed'],
    failure: PAYMENT_FAILURES[ended?.outcome ?? 0],
    ...(payment.failureHop < 0 && payment.failureCode === 0
      ? {}
      : { failure_code: payment.failureCode, ...(payment.failureHop < 0 ? {} : { failure_hop: payment.failureHop }) }),
    fee_msat: payment.feeMsat,
    attempts_made: payment.made,
    parts: payment.parts,
    started_us: payment.startedUs,
    ...(ended === null ? {} : { resolved_us: ended.resolvedUs }),
    route: (ended?.route ?? []).map((edge) => edgeMessage(network, edge)),
    attempts: payment.attempts.map((attempt) => attemptMessage(network, attempt)),
    payment_hash: Buffer.from(hexToBytes(hash)),
  };
}

function attemptMessage(network: HostedNetwork, attempt: HostedAttempt): ControlMessage {
  return {
    attempt: attempt.attempt,
    state: PAYMENT_STATES[attempt.state],
    sent_us: attempt.sentUs,
    ...(attempt.resolvedUs < 0 ? {} : { resolved_us: attempt.resolvedUs }),
    hops: attempt.hops.map((hop) => ({
      ...edgeMessage(network, hop),
      amount_msat: hop.amountMsat,
      expiry_height: hop.expiry,
    })),
    failure_code: attempt.failureCode,
    failure_hop: attempt.state === 'failed' ? attempt.failureHop : 0,
  };
}

export function chainMessage(network: HostedNetwork): ControlMessage {
  const { height, mempool, feesSat } = network.chain();
  const { chain } = network.world;
  return {
    height,
    time_us: network.timeUs,
    mempool,
    fees_sat: feesSat,
    feerate_per_kw: chain.estimatePerKw(1),
    feerate_in_six_blocks_per_kw: chain.estimatePerKw(6),
    mining: { blocks: network.mining.blocks, interval_us: network.mining.everyUs },
    minimum_feerate_per_kw: chain.mempool.backlog.minimumPerKw,
    backlog_weight: chain.mempool.backlog.weight,
  };
}

/** An event, but for its number and time; and the nodes that it names, null when it is told to everybody. */
export function eventMessage(
  network: HostedNetwork,
  event: HostEvent,
): { readonly what: ControlMessage; readonly nodes: readonly number[] | null } {
  switch (event.kind) {
    case 'block': {
      const { blocks, height, transactions } = event;
      return { what: { block: { blocks, height, transactions } }, nodes: null };
    }
    case 'transaction': {
      const { of, state, channel, valueSat, feeSat } = event;
      const transaction = {
        kind: of,
        state: `TRANSACTION_${state.toUpperCase()}`,
        ...(channel === null ? {} : { channel_id: channel.id }),
        value_sat: valueSat,
        ...(feeSat === null ? {} : { fee_sat: feeSat }),
      };
      return { what: { transaction }, nodes: channel === null ? [] : [channel.source, channel.destination] };
    }
    case 'node': {
      const { node, change, amountSat } = event;
      const message = { node: network.nodes.name(node), change: `NODE_${change.toUpperCase()}`, amount_sat: amountSat };
      return { what: { node: message }, nodes: [node] };
    }
    case 'peers': {
      const { node, peer, connected } = event;
      const peers = { node: network.nodes.name(node), peer: network.nodes.name(peer), connected };
      return { what: { peers }, nodes: [node, peer] };
    }
    case 'channel': {
      const { channel, state, active } = event;
      const message = {
        channel_id: channel.id,
        node: network.nodes.name(channel.source),
        peer: network.nodes.name(channel.destination),
        state: CHANNEL_STATES[state],
        active,
      };
      return { what: { channel: message }, nodes: [channel.source, channel.destination] };
    }
    case 'policy': {
      const { channel, from } = event.edge;
      const policy = policyMessage(network.channels.policy(network.channels.edgeOf(channel, from), 'in_force'));
      return { what: { policy: { channel_id: channel.id, node: network.nodes.name(from), policy } }, nodes: [from] };
    }
    case 'payment': {
      const { payment } = event;
      const message = { payment: paymentMessage(network, payment) };
      return { what: { payment: message }, nodes: [payment.source, payment.destination] };
    }
    case 'htlc': {
      const { edge, state, attempt, amountMsat, expiry, failureCode } = event;
      const htlc = {
        ...edgeMessage(network, edge),
        state: `HTLC_${state.toUpperCase()}`,
        attempt,
        ...(amountMsat === null ? {} : { amount_msat: amountMsat }),
        ...(expiry === null ? {} : { expiry_height: expiry }),
        failure_code: failureCode,
      };
      return { what: { htlc }, nodes: [edge.from, edge.to] };
    }
    case 'invoice': {
      const { node } = network.invoices.at(event.invoice).plan;
      return { what: { invoice: { invoice: invoiceMessage(network, event.invoice) } }, nodes: [node] };
    }
    case 'network':
      return { what: { network: { change: `NETWORK_${event.change.toUpperCase()}`, name: event.name } }, nodes: null };
  }
}

function edgeMessage(network: HostedNetwork, { channel, from, to }: HostedEdge): ControlMessage {
  return { channel_id: channel.id, from: network.nodes.name(from), to: network.nodes.name(to) };
}

/** Id of a transaction that no chain has: derived from the opener's key and the channel's number in the network. */
function fundingTxid(network: HostedNetwork, { source, slot }: HostedChannel): Buffer {
  return Buffer.from(sha256(sha256(utf8ToBytes(`blast/funding/v1:${network.nodes.pubkey(source)}:${slot}`))));
}

/** The transaction's place in its block is made up of the channel's number, which no other one has. */
function scid(height: number, instance: number): string {
  return String((BigInt(height) << BLOCK_SHIFT) | (BigInt(instance + 1) << TX_SHIFT));
}
