/**
 * Writes down the whole state of a simulated network (state.ts). Changes nothing. Whatever makes no difference to what
 * can still happen is left out, so that two networks of one future have one state.
 */
import { canonicalJson, type Json } from '../base/json.ts';
import { MSAT_PER_SAT } from '../base/numbers.ts';
import { chainState } from './chain-state.ts';
import { STATE, STATE_NAMES } from './channel-lifecycle.ts';
import { blankPolicy } from './channel-terms.ts';
import { LISTS_PER_EDGE } from './channels.ts';
import type { ClosingFlow } from './closing.ts';
import type { Commitment } from './commitment.ts';
import type { Defences } from './defences/defences.ts';
import type { Fees } from './fees.ts';
import type { Gossip } from './gossip.ts';
import { HTLC, HTLC_NAMES } from './htlcs.ts';
import { INVOICE, INVOICE_NAMES } from './invoices.ts';
import { MAX_HOPS } from './node-model.ts';
import type { OnChain } from './onchain.ts';
import type { Opening } from './opening.ts';
import { PAYMENT } from './payments.ts';
import { policyState, samePolicy } from './policy-state.ts';
import { oldHtlcState } from './revoked-states.ts';
import type {
  AttemptState,
  ChannelState,
  CommitmentState,
  ExchangeState,
  HtlcState,
  InvoiceState,
  LimitsState,
  NodeState,
  PaymentState,
  PolicyState,
  SimulationState,
} from './state.ts';
import { PHYSICS_NAMES, type World } from './world.ts';

/** The parts of a simulation that hold state. */
export interface StatefulParts {
  readonly world: World;
  readonly gossip: Gossip;
  readonly opening: Opening;
  readonly closing: ClosingFlow;
  readonly onchain: OnChain;
  readonly fees: Fees;
  readonly defences: Defences | null;
}

export function captureState(parts: StatefulParts): SimulationState {
  const { world: w, gossip, opening, closing, onchain, fees } = parts;
  const scratch = blankPolicy();
  return {
    apart: [...w.apart].sort((a, b) => a - b),
    attempt_pool: { free: w.attempts.free(), made: w.attempts.made, used: w.attempts.used },
    attempts: [...w.attempts.slots()].map((slot) => attempt(w, slot)),
    chain: chainState(w, fees),
    ...(w.cheats.commitments === 0
      ? {}
      : { cheats: [w.cheats.commitments, w.cheats.takenSat, w.cheats.keptSat] as const }),
    channels: Array.from({ length: w.channels.count }, (_, c) => channel(w, c, onchain)),
    closings: {
      signed: [...closing.closings].map(([c, { toSat, feeSat }]) => [c, toSat[0], toSat[1], feeSat]),
      waiting: [...closing.waiting],
    },
    ...(parts.defences === null ? {} : { defences: parts.defences.capture() }),
    ...endedChannels(onchain),
    ...(onchain.losses.ended.length === 0
      ? {}
      : { endings: onchain.losses.ended.map(({ htlc, how, since }) => [htlc, how, since] as const) }),
    ...(onchain.losses.settled.length === 0
      ? {}
      : { endings_told: onchain.losses.settled.map(({ htlc, how, since }) => [htlc, how, since] as const) }),
    events: [...w.queue.entries()].map(([time, kind, a, b]) => [time, PHYSICS_NAMES[kind]!, a, b] as const),
    ...formerPolicies(w),
    gossip: [...gossip.pending].map(([number, { edge, policy, version }]) => ({
      edge,
      number,
      policy: policyState(Object.assign(scratch, policy), version),
    })),
    gossip_made: gossip.made,
    htlc_pool: { free: w.htlcs.free(), generations: Array.from(w.htlcs.generation.subarray(0, w.htlcs.used)) },
    htlcs: htlcs(w),
    ...(w.lostData.size === 0 ? {} : { lost_data: [...w.lostData].sort((a, b) => a - b) }),
    ...invoices(w),
    nodes: w.timeline.network.nodes.map((_, n) => node(w, n)),
    ...oldStates(w),
    openings: [...opening.waiting],
    outputs_open: [...onchain.open],
    payments: payments(w),
    physics_events: w.events,
    texts: w.texts(),
    time_us: w.nowUs,
  };
}

function endedChannels(onchain: OnChain): Pick<SimulationState, 'ended_channels'> {
  const channels = [...onchain.done.keys()];
  const inOrder = channels.every((channel, i) => i === 0 || channels[i - 1]! < channel);
  return inOrder ? {} : { ended_channels: channels };
}

function oldStates(w: World): Pick<SimulationState, 'old_states'> {
  const states = w.revoked?.capture(w.timeline.channelNames, (n) => w.timeline.network.nodes[n]!.name) ?? [];
  return states.length === 0 ? {} : { old_states: states };
}

function invoices(w: World): Pick<SimulationState, 'invoices'> {
  const { plans, state, createdUs, payment, payer } = w.invoices;
  const { nodes } = w.timeline.network;
  const made = plans.flatMap(({ name, node: recipient, amountMsat, expiryUs, hold }, i): InvoiceState[] => {
    if (state[i] === INVOICE.none) return [];
    return [
      {
        amount_msat: amountMsat,
        created_us: createdUs[i]!,
        ...(expiryUs === undefined ? {} : { expiry_us: expiryUs }),
        ...(hold === undefined ? {} : { hold }),
        index: i,
        name,
        node: nodes[recipient]!.name,
        ...(payer[i] === -1 ? {} : { payer: nodes[payer[i]!]!.name }),
        ...(payment[i] === -1 ? {} : { payment: payment[i]! }),
        state: INVOICE_NAMES[state[i]!]!,
      },
    ];
  });
  return made.length === 0 ? {} : { invoices: made };
}

function formerPolicies(w: World): Pick<SimulationState, 'former_policies'> {
  const entries = w.former.entries(w.nowUs);
  if (entries.length === 0) return {};
  return {
    former_policies: entries.map(([edge, { policy, untilUs }]) => ({
      edge,
      policy: policyState(policy, 1),
      until_us: untilUs,
    })),
  };
}

function node(w: World, n: number): NodeState {
  const plan = w.timeline.network.nodes[n]!;
  const memory = w.modelOf(n).capture(n);
  const edges = w.localEdges[n]!;
  const inOrder = edges.every((edge, i) => i === 0 || edges[i - 1]! < edge);
  return {
    ...(inOrder ? {} : { channels: [...edges] }),
    ...(w.deferred[n]!.length === 0 ? {} : { deferred: [...w.deferred[n]!] }),
    ...(w.feesEarnedMsat[n] === 0 ? {} : { fees_earned_msat: w.feesEarnedMsat[n]! }),
    ...(w.forwards[n] === 0 ? {} : { forwards: w.forwards[n]! }),
    ...(w.group[n] === 0 ? {} : { group: w.group[n]! }),
    ...(isEmpty(plan.labels) ? {} : { labels: plan.labels }),
    ...(canonicalJson(memory) === w.blankMemory.get(plan.model) ? {} : { memory }),
    model: plan.model,
    name: plan.name,
    ...(isEmpty(plan.options) ? {} : { options: plan.options }),
    ...(w.chain.owedSat[n] === 0 ? {} : { owed_sat: w.chain.owedSat[n]! }),
    ...(plan.pubkey === undefined ? {} : { pubkey: plan.pubkey }),
    ...(w.running[n] === 1 ? {} : { running: false }),
    ...(w.starts[n] === 0 ? {} : { starts: w.starts[n]! }),
    wallet_sat: w.chain.walletSat[n]!,
  };
}

function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(record).length === 0;
}

/** Whether the public would know the channel if nothing unusual had happened to it. */
export function ordinarilyKnown(announced: boolean, state: number): boolean {
  return announced && state === STATE.open;
}

function channel(w: World, c: number, onchain: OnChain): ChannelState {
  const ch = w.channels;
  const e = 2 * c;
  const state = ch.state[c]!;
  const announced = ch.announced[c] === 1;
  const nodes = w.timeline.network.nodes;
  const policies = [policy(w, e), policy(w, e + 1)] as const;
  const known = [knownPolicy(w, e), knownPolicy(w, e + 1)] as const;
  const usual = ordinarilyKnown(announced, state)
    ? known.every((one, side) => one !== null && samePolicy(one, policies[side as 0 | 1]))
    : known.every((one) => one === null);
  const arrives = [e, e + 1].map((edge) => (ch.arrivesUs[edge]! > w.nowUs ? ch.arrivesUs[edge]! : 0));
  const connected = ch.connected[c] === 1;
  const commitment = onchain.commitments.get(c);
  const slots = htlcsOf(w, c);
  const exchange = exchangeOf(w, c);
  return {
    ...(announced ? {} : { announced: false }),
    ...(arrives.some((us) => us > 0) ? { arrives_us: [arrives[0]!, arrives[1]!] as const } : {}),
    balance_msat: [ch.balanceMsat[e]!, ch.balanceMsat[e + 1]!],
    between: [nodes[ch.node[e]!]!.name, nodes[ch.node[e + 1]!]!.name],
    ...(ch.broadcaster[c] === -1 ? {} : { broadcaster: ch.broadcaster[c]! }),
    capacity_sat: ch.capacityMsat[c]! / MSAT_PER_SAT,
    ...(ch.closedAt[c] === -1 ? {} : { closed_at: ch.closedAt[c]! }),
    ...(commitment === undefined ? {} : { commitment: commitmentOf(commitment, onchain.done.get(c)) }),
    ...(connected === (state === STATE.open) ? {} : { connected }),
    ...(ch.connection[c] === 0 ? {} : { connection: ch.connection[c]! }),
    ...(exchange === null ? {} : { exchange }),
    feerate_per_kw: ch.feeratePerKw[c]!,
    ...(ch.fundedAt[c] === 0 ? {} : { funded_at: ch.fundedAt[c]! }),
    ...(slots.length === 0 ? {} : { htlcs: slots }),
    ...(usual ? {} : { known }),
    latency_us: ch.latencyUs[c]!,
    limits: [limits(w, e), limits(w, e + 1)],
    ...(ch.minimumDepth[c] === 0 ? {} : { minimum_depth: ch.minimumDepth[c]! }),
    name: w.timeline.channelNames[ch.name[c]!]!,
    policies,
    state: STATE_NAMES[state]!,
  };
}

function policy(w: World, edge: number): PolicyState {
  w.channels.getPolicy(edge, scratchPolicy);
  return policyState(scratchPolicy, w.channels.policyVersion[edge]!);
}

function knownPolicy(w: World, edge: number): PolicyState | null {
  if (!w.graph.isKnown(edge)) return null;
  w.graph.getPolicy(edge, scratchPolicy);
  return policyState(scratchPolicy, w.graph.version[edge]!);
}

const scratchPolicy = blankPolicy();

function limits(w: World, edge: number): LimitsState {
  const ch = w.channels;
  return [
    ch.dustMsat[edge]! / MSAT_PER_SAT,
    ch.reserveMsat[edge]! / MSAT_PER_SAT,
    ch.maxAcceptedHtlcs[edge]!,
    ch.maxInFlightMsat[edge]!,
    ch.peerHtlcMinimumMsat[edge]!,
    ch.toSelfDelay[edge]!,
  ];
}

function htlcsOf(w: World, c: number): readonly number[] {
  const slots: number[] = [];
  for (let h = w.channels.firstHtlc[c]!; h >= 0; h = w.htlcs.right[h]!) slots.push(h);
  return slots;
}

function exchangeOf(w: World, c: number): ExchangeState | null {
  const ch = w.channels;
  const e = 2 * c;
  const lists: (readonly number[])[] = [];
  for (let i = LISTS_PER_EDGE * e; i < LISTS_PER_EDGE * (e + 2); i++) lists.push(linked(w, ch.listHead[i]!));
  const both = (column: Uint8Array | Int32Array): readonly [number, number] => [column[e]!, column[e + 1]!];
  const idle =
    lists.every((list) => list.length === 0) &&
    [ch.awaitingRevocation, ch.pendingUpdates, ch.signTimer, ch.signatureDelivered].every(
      (column) => column[e] === 0 && column[e + 1] === 0,
    );
  if (idle) return null;
  return {
    awaiting_revocation: both(ch.awaitingRevocation),
    lists,
    pending: both(ch.pendingUpdates),
    sign_timer: both(ch.signTimer),
    signature_delivered: both(ch.signatureDelivered),
  };
}

/** Slots of a list linked by `next`. */
function linked(w: World, head: number): readonly number[] {
  const slots: number[] = [];
  for (let h = head; h >= 0; h = w.htlcs.next[h]!) slots.push(h);
  return slots;
}

function commitmentOf(c: Commitment, doneAt: number | undefined): CommitmentState {
  return {
    anchors: c.anchors,
    ...(doneAt === undefined ? {} : { done_at: doneAt }),
    dust: [...c.dust],
    fee_sat: c.feeSat,
    fulfilled: [...c.fulfilled],
    local_sat: c.localSat,
    outputs: [...c.outputs],
    remote_sat: c.remoteSat,
    returned: [...c.returned],
    ...(c.revoked === undefined ? {} : { revoked: c.revoked.map(oldHtlcState) }),
    side: c.side,
  };
}

function htlcs(w: World): HtlcState[] {
  const p = w.htlcs;
  const found: HtlcState[] = [];
  for (let h = 0; h < p.used; h++) {
    if (p.state[h] === HTLC.free) continue;
    found.push({
      amount_msat: p.amountMsat[h]!,
      attempt: p.attempt[h]!,
      edge: p.edge[h]!,
      expiry: p.expiry[h]!,
      hop: p.hop[h]!,
      ...(p.preimage[h] === 1 ? { preimage: true } : {}),
      ...(p.settledUpstream[h] === 1 ? { settled_upstream: true } : {}),
      slot: h,
      state: HTLC_NAMES[p.state[h]!]!,
    });
  }
  return found;
}

function attempt(w: World, slot: number): AttemptState {
  const a = w.attempts;
  const base = slot * MAX_HOPS;
  return {
    attempt: a.serial[slot]!,
    ...(a.failureCode[slot] === 0 ? {} : { failure: [a.failureCode[slot]!, a.failureHop[slot]!] as const }),
    live: a.liveHtlcs[slot]!,
    ordinal: a.ordinal[slot]!,
    payment: a.payment[slot]!,
    ...(a.resolved[slot] === 1 ? { resolved: true } : {}),
    route: Array.from(
      { length: a.length[slot]! },
      (_, i) => [a.edge[base + i]!, a.amountMsat[base + i]!, a.expiry[base + i]!, a.htlc[base + i]!] as const,
    ),
    slot,
  };
}

/** Payments that are in progress or have attempts left, by row. */
function payments(w: World): PaymentState[] {
  const rows = new Set<number>();
  for (let row = 0; w.payments.running > 0 && row < w.payments.length; row++) {
    if (w.payments.state[row] === PAYMENT.running) rows.add(row);
  }
  for (const slot of w.attempts.slots()) rows.add(w.attempts.payment[slot]!);
  return [...rows].sort((a, b) => a - b).map((row) => payment(w, row));
}

function payment(w: World, row: number): PaymentState {
  const p = w.payments;
  const { payments: columns, activities, network } = w.timeline;
  const activity = activities[columns.activity[row]!]!;
  const held = linked(w, p.heldHtlc[row]!);
  const route = w.routes.of(row);
  return {
    activity: activity.name,
    amount_msat: columns.amountMsat[row]!,
    attempts: p.attempts[row]!,
    destination: network.nodes[columns.destination[row]!]!.name,
    ...(p.failureHop[row] === -1 && p.failureCode[row] === 0
      ? {}
      : { failure: [p.failureCode[row]!, p.failureHop[row]!] as const }),
    fee_msat: p.feeMsat[row]!,
    ...(held.length === 0 ? {} : { held }),
    key: [activity.key[0], activity.key[1]],
    kind: activity.kind,
    nth: columns.nth[row]!,
    parts: p.parts[row]!,
    profile: activity.profile as unknown as { readonly [key: string]: Json },
    receipt: p.receipt[row]!,
    received_msat: p.receivedMsat[row]!,
    ...(route === undefined ? {} : { route: { channels: route.channels, nodes: route.nodes } }),
    row,
    source: network.nodes[columns.source[row]!]!.name,
    started_us: p.startedUs[row]!,
    state: p.state[row]!,
  };
}
