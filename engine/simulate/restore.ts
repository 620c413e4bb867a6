/**
 * Puts a captured state (state.ts) into a simulation whose nodes are made and which has no channel yet. Writes no
 * record. The state must hold together: whoever reads a file checks it first (engine/snapshot).
 *
 * Nodes of the state are the first of the timeline's network, in order and by name. A channel's name and a payment are
 * looked up in the timeline, whose numbers of them may be others.
 */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import { carriedActivity } from '../timeline/carried.ts';
import { paymentRow } from '../timeline/payment-row.ts';
import { ordinarilyKnown, type StatefulParts } from './capture.ts';
import { restoreChain } from './chain-state.ts';
import { STATE, STATE_NAMES } from './channel-lifecycle.ts';
import { blankPolicy } from './channel-terms.ts';
import { LISTS_PER_EDGE } from './channels.ts';
import { HTLC_NAMES } from './htlcs.ts';
import { INVOICE_NAMES } from './invoices.ts';
import type { Ending } from './losses.ts';
import { MAX_HOPS, type RowOf } from './node-model.ts';
import { PAYMENT } from './payments.ts';
import { readPolicyState } from './policy-state.ts';
import { RevokedStates, readOldHtlc } from './revoked-states.ts';
import type { ChannelState, ExchangeState, SimulationState } from './state.ts';
import { PHYSICS, PHYSICS_NAMES, type World } from './world.ts';

/** Row of a payment in the timeline that is played, by its row in the state; −1 when it has none. */

/** @throws RangeError when the timeline lacks a node, a name of a channel or a payment of the state. */
export function restoreState(parts: StatefulParts, state: SimulationState): void {
  const { world: w, gossip, opening, closing, onchain, fees } = parts;
  const rowOf = rowsOf(w, state);
  const scratch = blankPolicy();
  w.nowUs = state.time_us;
  w.events = state.physics_events;
  w.restoreTexts(state.texts);
  for (const pair of state.apart) w.apart.add(unpair(pair, state.nodes.length, w));
  const names = new Map(w.timeline.channelNames.map((name, i) => [name, i]));
  const nodes = new Map(state.nodes.map(({ name }, n) => [name, n]));
  state.channels.forEach((channel, c) => {
    restoreChannel(w, c, channel, names, nodes);
    if (channel.commitment === undefined) return;
    const k = channel.commitment;
    onchain.commitments.set(c, {
      side: k.side,
      localSat: k.local_sat,
      remoteSat: k.remote_sat,
      anchors: k.anchors,
      feeSat: k.fee_sat,
      outputs: k.outputs,
      dust: k.dust,
      returned: k.returned,
      fulfilled: k.fulfilled,
      ...(k.revoked === undefined ? {} : { revoked: k.revoked.map(readOldHtlc) }),
    });
    if (k.done_at !== undefined) onchain.done.set(c, k.done_at);
    const revoked = onchain.commitments.get(c)?.revoked;
    if (revoked === undefined) return;
    w.revoked ??= new RevokedStates([], w.channels, w.htlcs, w.attempts, 0);
    w.revoked.published.set(c, revoked);
  });
  restoreHtlcs(w, state);
  restoreAttempts(w, state, rowOf);
  restorePayments(w, state, rowOf);
  restoreChain(w, onchain, state.chain);
  fees.changes = state.chain.feerate_changes;
  fees.congested = w.chain.mempool.backlog.present;
  for (const [c, to0, to1, feeSat] of state.closings.signed as readonly (readonly [number, number, number, number])[]) {
    closing.closings.set(c, { toSat: [to0, to1], feeSat });
  }
  closing.waiting.push(...state.closings.waiting);
  opening.waiting.push(...state.openings);
  onchain.open.push(...state.outputs_open);
  onchain.losses.ended = (state.endings ?? []).map(([htlc, how, since]) => ({ htlc, how: how as Ending, since }));
  onchain.losses.settled = (state.endings_told ?? []).map(([htlc, how, since]) => ({
    htlc,
    how: how as Ending,
    since,
  }));
  for (const channel of state.ended_channels ?? []) {
    const since = onchain.done.get(channel)!;
    onchain.done.delete(channel);
    onchain.done.set(channel, since);
  }
  gossip.made = state.gossip_made;
  for (const { edge, policy, until_us } of state.former_policies ?? []) {
    readPolicyState(policy, scratch);
    w.former.keep(edge, { ...scratch }, until_us);
  }
  for (const { edge, number, policy } of state.gossip) {
    const version = readPolicyState(policy, scratch);
    gossip.pending.set(number, { edge, policy: { ...scratch }, version });
  }
  restoreNodes(w, state, rowOf);
  const [commitments, takenSat, keptSat] = state.cheats ?? [0, 0, 0];
  Object.assign(w.cheats, { commitments, takenSat, keptSat });
  for (const edge of state.lost_data ?? []) w.lostData.add(edge);
  w.revoked?.restore(state.old_states ?? [], w.timeline.channelNames, (n) => w.timeline.network.nodes[n]!.name);
  restoreInvoices(w, state, rowOf, nodes);
  const kinds = new Map(PHYSICS_NAMES.map((name, kind) => [name, kind]));
  for (const [time, name, a, b] of state.events) {
    const kind = kinds.get(name)!;
    const at = isOfPayment(kind) ? rowOf(a) : a;
    if (at >= 0) w.queue.push(time, kind, at, b);
  }
}

/** Events whose `a` is a payment. */
function isOfPayment(kind: number): boolean {
  return kind === PHYSICS.paymentTimer || kind === PHYSICS.holdOver;
}

/**
 * Rows by (activity, number). Events that mean nothing any more refer to payments of which nothing is left: they stay in
 * the scenario that made them, so that its state is the same, and are left out of another one.
 */
function rowsOf(w: World, state: SimulationState): RowOf {
  const rows = new Map<number, number>();
  for (const { row, activity, nth } of state.payments) {
    const name = w.startsAnew ? carriedActivity(activity) : activity;
    const found = paymentRow(w.timeline, name, nth, row);
    if (found < 0) throw new RangeError(`the timeline has no payment ${nth} of ${name}`);
    rows.set(row, found);
  }
  const rowOf = w.startsAnew ? (row: number) => rows.get(row) ?? -1 : (row: number) => rows.get(row) ?? row;
  return Object.assign(rowOf, { payments: [...rows.keys()] });
}

/** A pair of nodes as numbered in a network of more nodes. */
function unpair(pair: number, nodeCount: number, w: World): number {
  return w.pair(Math.floor(pair / nodeCount), pair % nodeCount);
}

function restoreChannel(
  w: World,
  c: number,
  s: ChannelState,
  names: ReadonlyMap<string, number>,
  nodes: ReadonlyMap<string, number>,
): void {
  const name = names.get(s.name);
  const [node0, node1] = s.between.map((node) => nodes.get(node));
  if (name === undefined || node0 === undefined || node1 === undefined) {
    throw new RangeError(`the timeline lacks the name ${s.name} or one of the nodes ${s.between.join(', ')}`);
  }
  const ch = w.channels;
  if (ch.add(name, node0, node1, s.capacity_sat) !== c) throw new RangeError('channels are restored first');
  w.byName[name] = c;
  const state = STATE_NAMES.indexOf(s.state);
  const announced = s.announced ?? true;
  ch.state[c] = state;
  ch.announced[c] = announced ? 1 : 0;
  ch.connected[c] = (s.connected ?? state === STATE.open) ? 1 : 0;
  ch.connection[c] = s.connection ?? 0;
  ch.latencyUs[c] = s.latency_us;
  ch.feeratePerKw[c] = s.feerate_per_kw;
  ch.minimumDepth[c] = s.minimum_depth ?? 0;
  ch.fundedAt[c] = s.funded_at ?? 0;
  ch.closedAt[c] = s.closed_at ?? -1;
  ch.broadcaster[c] = s.broadcaster ?? -1;
  const scratch = blankPolicy();
  for (const side of [0, 1] as const) {
    const edge = 2 * c + side;
    const [dust, reserve, accepted, inFlight, minimum, delay] = s.limits[side];
    ch.balanceMsat[edge] = s.balance_msat[side];
    ch.arrivesUs[edge] = s.arrives_us?.[side] ?? 0;
    ch.dustMsat[edge] = dust * MSAT_PER_SAT;
    ch.reserveMsat[edge] = reserve * MSAT_PER_SAT;
    ch.maxAcceptedHtlcs[edge] = accepted;
    ch.maxInFlightMsat[edge] = inFlight;
    ch.peerHtlcMinimumMsat[edge] = minimum;
    ch.toSelfDelay[edge] = delay;
    const version = readPolicyState(s.policies[side], scratch);
    ch.setPolicy(edge, scratch);
    ch.policyVersion[edge] = version;
    const known = s.known === undefined ? (ordinarilyKnown(announced, state) ? s.policies[side] : null) : s.known[side];
    if (known !== null) w.graph.learn(edge, scratch, readPolicyState(known, scratch));
    if (state < STATE.closed) w.liveEdges[w.from(edge)]!.push(edge);
    if (state === STATE.open) w.localEdges[w.from(edge)]!.push(edge);
  }
  if (s.exchange !== undefined) restoreExchange(w, c, s.exchange);
}

function restoreExchange(w: World, c: number, s: ExchangeState): void {
  const ch = w.channels;
  for (const side of [0, 1] as const) {
    const edge = 2 * c + side;
    ch.awaitingRevocation[edge] = s.awaiting_revocation[side];
    ch.pendingUpdates[edge] = s.pending[side];
    ch.signTimer[edge] = s.sign_timer[side];
    ch.signatureDelivered[edge] = s.signature_delivered[side];
  }
  s.lists.forEach((list, i) => {
    const at = 2 * LISTS_PER_EDGE * c + i;
    ch.listHead[at] = list[0] ?? -1;
    ch.listTail[at] = list[list.length - 1] ?? -1;
  });
}

function restoreHtlcs(w: World, state: SimulationState): void {
  const p = w.htlcs;
  p.reset(state.htlc_pool.generations, state.htlc_pool.free);
  for (const s of state.htlcs) {
    const h = s.slot;
    p.state[h] = HTLC_NAMES.indexOf(s.state);
    p.edge[h] = s.edge;
    p.amountMsat[h] = s.amount_msat;
    p.expiry[h] = s.expiry;
    p.attempt[h] = s.attempt;
    p.hop[h] = s.hop;
    p.next[h] = -1;
    p.settledUpstream[h] = s.settled_upstream === true ? 1 : 0;
    p.preimage[h] = s.preimage === true ? 1 : 0;
  }
  state.channels.forEach(({ htlcs = [], exchange }, c) => {
    w.channels.firstHtlc[c] = htlcs[0] ?? -1;
    htlcs.forEach((h, i) => {
      p.left[h] = htlcs[i - 1] ?? -1;
      p.right[h] = htlcs[i + 1] ?? -1;
      p.count(w.channels, h);
    });
    for (const list of exchange?.lists ?? []) link(w, list);
  });
}

/** Links slots by `next`. */
function link(w: World, list: readonly number[]): void {
  list.forEach((h, i) => {
    w.htlcs.next[h] = list[i + 1] ?? -1;
  });
}

function restoreAttempts(w: World, state: SimulationState, rowOf: RowOf): void {
  const a = w.attempts;
  a.reset(state.attempt_pool.used, state.attempt_pool.free);
  a.made = state.attempt_pool.made;
  for (const s of state.attempts) {
    const { slot } = s;
    a.serial[slot] = s.attempt;
    a.payment[slot] = rowOf(s.payment);
    a.ordinal[slot] = s.ordinal;
    a.length[slot] = s.route.length;
    a.resolved[slot] = s.resolved === true ? 1 : 0;
    a.liveHtlcs[slot] = s.live;
    a.failureCode[slot] = s.failure?.[0] ?? 0;
    a.failureHop[slot] = s.failure?.[1] ?? 0;
    s.route.forEach(([edge, amount, expiry, htlc], hop) => {
      const at = slot * MAX_HOPS + hop;
      a.edge[at] = edge;
      a.amountMsat[at] = amount;
      a.expiry[at] = expiry;
      a.htlc[at] = htlc;
    });
  }
}

function restorePayments(w: World, state: SimulationState, rowOf: RowOf): void {
  const p = w.payments;
  for (const s of state.payments) {
    const row = rowOf(s.row);
    p.state[row] = s.state;
    if (s.state === PAYMENT.running) p.running++;
    p.startedUs[row] = s.started_us;
    p.attempts[row] = s.attempts;
    p.parts[row] = s.parts;
    p.feeMsat[row] = s.fee_msat;
    p.failureCode[row] = s.failure?.[0] ?? 0;
    p.failureHop[row] = s.failure?.[1] ?? -1;
    p.receipt[row] = s.receipt;
    p.receivedMsat[row] = s.received_msat;
    const held = s.held ?? [];
    p.heldHtlc[row] = held[0] ?? -1;
    link(w, held);
    if (s.route !== undefined) w.routes.restore(row, s.route);
  }
}

function restoreInvoices(w: World, state: SimulationState, rowOf: RowOf, nodes: ReadonlyMap<string, number>): void {
  const { invoices } = w;
  for (const s of state.invoices ?? []) {
    const i = invoices.plans.findIndex(({ name }) => name === s.name);
    if (i < 0) throw new RangeError(`the timeline has no invoice ${s.name}`);
    invoices.state[i] = INVOICE_NAMES.indexOf(s.state);
    invoices.createdUs[i] = s.created_us;
    invoices.payment[i] = s.payment === undefined ? -1 : rowOf(s.payment);
    invoices.payer[i] = s.payer === undefined ? -1 : nodes.get(s.payer)!;
  }
}

function restoreNodes(w: World, state: SimulationState, rowOf: RowOf): void {
  state.nodes.forEach((s, n) => {
    if (w.timeline.network.nodes[n]?.name !== s.name) throw new RangeError(`node ${n} is not ${s.name}`);
    w.running[n] = s.running === false ? 0 : 1;
    w.group[n] = s.group ?? 0;
    w.starts[n] = s.starts ?? 0;
    w.forwards[n] = s.forwards ?? 0;
    w.feesEarnedMsat[n] = s.fees_earned_msat ?? 0;
    w.chain.walletSat[n] = s.wallet_sat;
    w.chain.owedSat[n] = s.owed_sat ?? 0;
    if (s.channels !== undefined) w.localEdges[n] = [...s.channels];
    const due = s.deferred ?? [];
    for (let i = 0; i < due.length; i += 3) {
      const a = isOfPayment(due[i]!) ? rowOf(due[i + 1]!) : due[i + 1]!;
      if (a >= 0) w.deferred[n]!.push(due[i]!, a, due[i + 2]!);
    }
    if (s.memory !== undefined) w.modelOf(n).restore(n, s.memory, rowOf);
  });
}
