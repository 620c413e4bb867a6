/** The whole state of a simulated network as numbers in a fixed order, for its digest. */

import type { NumberHasher } from '../base/digest.ts';
import { canonicalJson } from '../base/json.ts';
import { HTLC } from './htlcs.ts';
import { INVOICE } from './invoices.ts';
import { MAX_HOPS } from './node-model.ts';
import { PAYMENT } from './payments.ts';
import { policyState } from './policy-state.ts';
import type { World } from './world.ts';

/** Adds chain, nodes, channels, HTLCs, attempts, unresolved payments, model memories, graph and pending events. */
export function digestWorld(w: World, hash: NumberHasher): void {
  hash.text('blast/state/v1');
  hash.f64(w.nowUs);
  chain(w, hash);
  for (let n = 0; n < w.nodeCount; n++) {
    hash.u32(w.running[n]! | (w.group[n]! << 1));
    hash.f64(w.starts[n]!);
    for (const v of w.deferred[n]!) hash.f64(v);
    hash.f64(w.forwards[n]!);
    hash.f64(w.feesEarnedMsat[n]!);
    hash.text(canonicalJson(w.modelOf(n).capture(n)));
  }
  for (const pair of [...w.apart].sort((a, b) => a - b)) hash.f64(pair);
  channels(w, hash);
  for (const [edge, { policy, untilUs }] of w.former.entries(w.nowUs)) {
    hash.text(canonicalJson([edge, untilUs, ...policyState(policy, 1)]));
  }
  htlcs(w, hash);
  w.revoked?.digestInto(hash);
  if (w.cheats.commitments > 0) {
    for (const v of [w.cheats.commitments, w.cheats.takenSat, w.cheats.keptSat]) hash.f64(v);
  }
  for (const edge of [...w.lostData].sort((a, b) => a - b)) hash.f64(edge);
  for (let p = 0; p < w.payments.length; p++) {
    if (w.payments.state[p] !== PAYMENT.running) continue;
    for (const v of [p, w.payments.startedUs[p]!, w.payments.attempts[p]!, w.payments.parts[p]!]) hash.f64(v);
    for (const v of [
      w.payments.feeMsat[p]!,
      w.payments.receipt[p]!,
      w.payments.receivedMsat[p]!,
      w.payments.heldHtlc[p]!,
    ])
      hash.f64(v);
  }
  const { invoices } = w;
  for (let i = 0; i < invoices.plans.length; i++) {
    if (invoices.state[i] === INVOICE.none) continue;
    hash.text('invoice');
    for (const v of [i, invoices.state[i]!, invoices.createdUs[i]!, invoices.payment[i]!, invoices.payer[i]!])
      hash.f64(v);
  }
  for (const [time, kind, a, b] of w.queue.entries()) {
    hash.f64(time);
    hash.u32(kind);
    hash.f64(a);
    hash.f64(b);
  }
}

function chain(w: World, hash: NumberHasher): void {
  const c = w.chain;
  for (const v of [c.height, c.feeratePerKw, c.mintedSat, c.feesSat, c.abandonedSat, c.transactions]) hash.f64(v);
  for (let n = 0; n < w.nodeCount; n++) hash.f64(c.walletSat[n]!);
  for (const { weight: _, ...tx } of c.mempool.waiting) hash.text(canonicalJson(tx));
  const { backlog } = c.mempool;
  if (backlog.present) {
    hash.text('backlog');
    hash.f64(backlog.minimumPerKw);
    for (const { perKw, weight } of backlog.bands) for (const v of [perKw, weight]) hash.f64(v);
    for (const i of backlog.inflows) for (const v of [i.lowPerKw, i.highPerKw, i.weight, i.blocks]) hash.f64(v);
  }
  for (const o of c.outputs) if (!o.spent) hash.text(canonicalJson({ ...o }));
  if (c.owedSat.some((sat) => sat > 0)) for (const sat of c.owedSat) hash.f64(sat);
  c.undo.digestInto(hash);
}

function channels(w: World, hash: NumberHasher): void {
  const ch = w.channels;
  hash.u32(ch.count);
  for (let c = 0; c < ch.count; c++) {
    for (const v of [ch.name[c]!, ch.state[c]!, ch.connected[c]!, ch.connection[c]!, ch.fundedAt[c]!, ch.closedAt[c]!])
      hash.f64(v);
    for (const v of [ch.capacityMsat[c]!, ch.feeratePerKw[c]!, ch.latencyUs[c]!]) hash.f64(v);
    for (const e of [2 * c, 2 * c + 1]) {
      hash.u32(ch.node[e]!);
      hash.f64(ch.balanceMsat[e]!);
      hash.f64(ch.feeBaseMsat[e]!);
      hash.f64(ch.feeRatePpm[e]!);
      hash.u32(ch.cltvDelta[e]!);
      hash.f64(ch.minHtlcMsat[e]!);
      hash.f64(ch.maxHtlcMsat[e]!);
      hash.u32(
        ch.disabled[e]! | (ch.awaitingRevocation[e]! << 1) | (ch.signatureDelivered[e]! << 2) | (ch.signTimer[e]! << 3),
      );
      if (w.graph.isKnown(e)) {
        hash.f64(w.graph.feeBaseMsat[e]!);
        hash.f64(w.graph.feeRatePpm[e]!);
        hash.f64(w.graph.minHtlcMsat[e]!);
        hash.f64(w.graph.maxHtlcMsat[e]!);
        hash.f64(w.graph.inboundFeeBaseMsat[e ^ 1]!);
        hash.f64(w.graph.inboundFeeRatePpm[e ^ 1]!);
        hash.u32(w.graph.cltvDelta[e]!);
        hash.u32((w.graph.version[e]! << 1) | w.graph.disabled[e]!);
      }
    }
  }
}

function htlcs(w: World, hash: NumberHasher): void {
  const p = w.htlcs;
  for (let h = 0; h < p.used; h++) {
    if (p.state[h] === HTLC.free) continue;
    for (const v of [h, p.state[h]!, p.edge[h]!, p.amountMsat[h]!, p.expiry[h]!, p.hop[h]!, p.next[h]!]) hash.f64(v);
    hash.u32(p.settledUpstream[h]! | (p.preimage[h]! << 1));
  }
  const a = w.attempts;
  for (const s of a.slots()) {
    for (const v of [a.serial[s]!, a.payment[s]!, a.length[s]!, a.resolved[s]!, a.failureCode[s]!, a.failureHop[s]!])
      hash.f64(v);
    for (let i = 0; i < a.length[s]!; i++) {
      const at = s * MAX_HOPS + i;
      for (const v of [a.edge[at]!, a.amountMsat[at]!, a.expiry[at]!, a.htlc[at]!]) hash.f64(v);
    }
  }
}
