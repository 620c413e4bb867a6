/**
 * The defences against jamming that nodes run, whatever their implementation: asked by forwarding.ts before a node looks
 * at an HTLC (circuit breaker) and when it has chosen a channel for it (reputation), told when an HTLC is gone. Present
 * only where a node runs one. Moves no HTLC itself.
 */
import type { NumberHasher } from '../../base/digest.ts';
import { canonicalJson, type Json } from '../../base/json.ts';
import { RandomStream } from '../../base/random.ts';
import { STATE } from '../channel-lifecycle.ts';
import { FAILURE, type FailureCode } from '../failure.ts';
import { HTLC } from '../htlcs.ts';
import { MAX_HOPS } from '../node-model.ts';
import { RECORD } from '../records.ts';
import { PHYSICS, type World } from '../world.ts';
import { BUCKET, type Bucket } from './buckets.ts';
import { ADMISSION, CircuitBreaker } from './circuit-breaker.ts';
import { Forwards } from './forwards.ts';
import { type BreakerRules, type BreakerSettings, type DefenceSettings, readDefence } from './options.ts';
import { chargedFee, type ForwardQuestion, Reputation } from './reputation.ts';
import type { DefencesState } from './state.ts';

/**
 * lnd:lncfg/config.go:DefaultFinalCltvRejectDelta and DefaultCltvInterceptDelta, blocks: an HTLC that waits is failed so
 * long before it expires, and one that comes later than that is not handed to an interceptor.
 */
const REJECT_DELTA = 19;
const INTERCEPT_DELTA = 22;

/** What a record of a defence says happened. */
export const DEFENCE = { limit: 1, rate: 2, block: 3, queued: 4, released: 5, resources: 6 } as const;

/** What a circuit breaker has done with an HTLC that came in. */
const PASSED = 1;
const WAITS = 2;

export interface DefencesHost {
  fail(htlc: number, hop: number, code: number): void;
  /** The node goes on with an HTLC that has passed. */
  relay(htlc: number): void;
}

export class Defences {
  readonly #w: World;
  readonly #host: DefencesHost;
  readonly #breakers: (CircuitBreaker | null)[] = [];
  readonly #reputations: (Reputation | null)[] = [];
  readonly #forwards: Forwards = new Forwards();
  /** PASSED or WAITS, by the slot of the incoming HTLC. */
  #admission: Uint8Array = new Uint8Array(256);
  /** HTLCs that each node's defences refused, and that waited. */
  readonly refused: Float64Array;
  readonly queued: Float64Array;
  /** What check answered last. */
  #bucket: Bucket = BUCKET.none;
  readonly #question: ForwardQuestion = {
    in: 0,
    out: 0,
    slots: 0,
    liquidityMsat: 0,
    amountMsat: 0,
    feeMsat: 0,
    blocks: 0,
    accountable: false,
  };

  private constructor(world: World, settings: readonly (DefenceSettings | null)[], host: DefencesHost) {
    this.#w = world;
    this.#host = host;
    this.refused = new Float64Array(world.nodeCount);
    this.queued = new Float64Array(world.nodeCount);
    for (const one of settings) {
      this.#breakers.push(one?.breaker ? breakerOf(one.breaker, world) : null);
      this.#reputations.push(null);
    }
  }

  /** The defences of the nodes of a world; null when none runs one. */
  static of(world: World, host: DefencesHost): Defences | null {
    const settings = world.timeline.network.nodes.map(({ options }) => readDefence(options));
    return settings.every((one) => one === null) ? null : new Defences(world, settings, host);
  }

  /** Begins to count, when nodes and channels are there: those without a state of their own from now on. */
  begin(): void {
    this.#w.timeline.network.nodes.forEach((node, n) => {
      const settings = readDefence(node.options)?.reputation ?? null;
      if (settings === null || this.#reputations[n] !== null) return;
      this.#reputations[n] = new Reputation(settings, this.#salt(n), this.#w.nowUs, this.#w.channels.count);
    });
  }

  /** The circuit breaker's word on an HTLC that came in: true to go on, else it has failed or waits. */
  admit(h: number): boolean {
    const w = this.#w;
    const incoming = w.htlcs.edge[h]!;
    const node = w.to(incoming);
    const breaker = this.#breakers[node]!;
    if (breaker === null) return true;
    if (w.htlcs.expiry[h]! < w.chain.height + INTERCEPT_DELTA) {
      this.#host.fail(h, w.htlcs.hop[h]! + 1, FAILURE.expiry_too_soon);
      return false;
    }
    const peer = w.from(incoming);
    // The opener is side 0.
    const admission = breaker.admit(peer, h, (incoming & 1) === 0, w.nowUs);
    if (admission === ADMISSION.pass) {
      this.#mark(h, PASSED);
      return true;
    }
    if (admission === ADMISSION.queued) {
      this.#mark(h, WAITS);
      this.queued[node]!++;
      this.#note(h, DEFENCE.queued);
      this.#plan(node, peer);
      return false;
    }
    this.#refuse(h, admission);
    return false;
  }

  /** The oldest HTLC of a peer that waits at a node goes on. */
  onRelease(node: number, peer: number): void {
    const breaker = this.#breakers[node] ?? null;
    if (breaker === null) return;
    const h = breaker.release(peer);
    if (h >= 0) {
      const w = this.#w;
      this.#mark(h, PASSED);
      this.#note(h, DEFENCE.released);
      // Of a channel that is on-chain nothing is forwarded; it counts until it is gone.
      if (w.channels.state[w.htlcs.edge[h]! >> 1]! < STATE.force_closing) this.#host.relay(h);
    }
    this.#plan(node, peer);
  }

  /** Fails what waits and comes near its expiry. */
  onBlock(): void {
    const w = this.#w;
    this.#breakers.forEach((breaker, node) => {
      if (breaker === null || w.running[node] === 0) return;
      for (const [peer, h] of breaker.waiting()) {
        if (w.chain.height < w.htlcs.expiry[h]! - REJECT_DELTA) continue;
        breaker.unqueue(peer, h);
        this.#admission[h] = 0;
        this.#host.fail(h, w.htlcs.hop[h]! + 1, FAILURE.temporary_channel_failure);
      }
    });
  }

  /**
   * The word on a forward over the channel that was chosen: 0, or the failure. `at` is the place of the outgoing hop among
   * the attempts' hops.
   */
  check(h: number, outgoing: number, at: number): FailureCode {
    const reputation = this.#reputations[this.#w.from(outgoing)]!;
    if (reputation === null) return FAILURE.none;
    this.#bucket = reputation.decide(this.#ask(h, outgoing, at), this.#w.nowUs);
    if (this.#bucket !== BUCKET.none) return FAILURE.none;
    this.refused[this.#w.from(outgoing)]!++;
    this.#note(h, DEFENCE.resources);
    return FAILURE.temporary_channel_failure;
  }

  /** `h`, of which check was asked last, was forwarded as `out`: takes the resources that check found. */
  forwarded(h: number, out: number, outgoing: number, at: number): void {
    const reputation = this.#reputations[this.#w.from(outgoing)]!;
    if (reputation === null) return;
    const q = this.#ask(h, outgoing, at);
    const bucket = this.#bucket;
    const { amountMsat, feeMsat } = q;
    const accountable = reputation.isAccountable(q, bucket);
    const riskMsat = accountable ? reputation.risk(q) : 0;
    const addedUs = this.#w.nowUs;
    this.#forwards.put({
      htlc: out,
      bucket,
      accountable,
      in: q.in,
      out: q.out,
      amountMsat,
      feeMsat,
      riskMsat,
      addedUs,
    });
    reputation.begin(this.#forwards.get(out), q.slots, q.liquidityMsat);
  }

  /** An HTLC is about to be removed. */
  dropped(h: number): void {
    const w = this.#w;
    const edge = w.htlcs.edge[h]!;
    if (this.#forwards.has(h)) {
      this.#reputations[w.from(edge)]?.end(this.#forwards.get(h), w.htlcs.preimage[h] === 1, w.nowUs);
      this.#forwards.forget(h);
    }
    const admission = this.#admission[h] ?? 0;
    if (admission === 0) return;
    this.#admission[h] = 0;
    const node = w.to(edge);
    const peer = w.from(edge);
    if (admission === WAITS) this.#breakers[node]!.unqueue(peer, h);
    else this.#breakers[node]!.resolved(peer);
    this.#plan(node, peer);
  }

  /** Everything that the nodes' decisions depend on. */
  capture(): DefencesState {
    const breakers = this.#breakers.flatMap((breaker, node) => {
      const peers = breaker?.capture() ?? [];
      return peers.length === 0 ? [] : [{ node, peers }];
    });
    const admitted = Array.from(this.#admission).flatMap((what, h) => (what === 0 ? [] : [[h, what]]));
    const forwards = this.#forwards.slots().map((h) => {
      const f = this.#forwards.get(h);
      const slots = this.#reputations[this.#w.from(this.#w.htlcs.edge[h]!)]?.slotsOf(f) ?? [];
      const flag = f.accountable ? 1 : 0;
      return [h, f.bucket, flag, f.in, f.out, f.amountMsat, f.feeMsat, f.riskMsat, f.addedUs, ...slots];
    });
    const reputations = this.#reputations.flatMap((reputation, node) =>
      reputation === null ? [] : [{ ...reputation.capture(), node }],
    );
    const counters = Array.from(this.refused, (refused, n) => [n, refused, this.queued[n]!]);
    const counted = counters.filter(([, refused, queued]) => refused !== 0 || queued !== 0);
    return { admitted, breakers, counters: counted, forwards, reputations };
  }

  /** Takes over what capture wrote, as far as the nodes still run these defences. Channels and HTLCs are there already. */
  restore(state: DefencesState | undefined): void {
    const w = this.#w;
    for (const { node, peers } of state?.breakers ?? []) this.#breakers[node]?.restore(peers);
    for (const [h, what] of (state?.admitted ?? []) as readonly (readonly [number, number])[]) {
      if (this.#breakers[w.to(w.htlcs.edge[h]!)] !== null) this.#mark(h, what);
    }
    for (const [node, refused, queued] of (state?.counters ?? []) as readonly (readonly [number, number, number])[]) {
      this.refused[node] = refused;
      this.queued[node] = queued;
    }
    for (const { node, since, channels, misuses } of state?.reputations ?? []) {
      const settings = readDefence(w.timeline.network.nodes[node]!.options)?.reputation ?? null;
      if (settings === null) continue;
      const reputation = new Reputation(settings, this.#salt(node), since[0]!, since[1]!);
      this.#reputations[node] = reputation;
      for (const channel of channels) reputation.restoreChannel(channel);
      for (const [channel, out, us] of misuses as readonly (readonly [number, number, number])[]) {
        const [slots, liquidity] = this.#limits(channel, node);
        reputation.restoreMisuse(channel, out, us, slots, liquidity);
      }
    }
    for (const entry of state?.forwards ?? []) this.#restoreForward(entry);
    if (state === undefined) this.#adopt();
  }

  /** What of the books does not agree with the HTLCs there are; null when everything does. Changes nothing. */
  broken(): string | null {
    const w = this.#w;
    const expected = new Map<number, number>();
    this.#admission.forEach((what, h) => {
      if (what === 0) return;
      const key = w.to(w.htlcs.edge[h]!) * w.nodeCount + w.from(w.htlcs.edge[h]!);
      if (what === PASSED) expected.set(key, (expected.get(key) ?? 0) + 1);
    });
    for (const [node, breaker] of this.#breakers.entries()) {
      for (const [peer, pending] of breaker?.capture() ?? []) {
        const counted = expected.get(node * w.nodeCount + peer!) ?? 0;
        if (pending !== counted) return `the circuit breaker of node ${node} counts ${pending} HTLCs of ${counted}`;
      }
    }
    const usage = new Map<number, Map<number, number[]>>();
    for (const h of this.#forwards.slots()) {
      const f = this.#forwards.get(h);
      const node = w.from(w.htlcs.edge[h]!);
      const channels = usage.get(node) ?? new Map<number, number[]>();
      usage.set(node, channels);
      const used = channels.get(f.in) ?? [0, 0, 0, 0, 0];
      channels.set(f.in, used);
      if (f.bucket === BUCKET.general) {
        used[0]! += this.#reputations[node]!.slotsOf(f).length;
      } else {
        const at = f.bucket === BUCKET.congestion ? 1 : 3;
        used[at]!++;
        used[at + 1]! += f.amountMsat;
      }
    }
    for (const [node, reputation] of this.#reputations.entries()) {
      const problem = reputation?.broken(usage.get(node) ?? new Map()) ?? null;
      if (problem !== null) return `node ${node}: ${problem}`;
    }
    return null;
  }

  digestInto(hash: NumberHasher): void {
    hash.text(canonicalJson(this.capture() as unknown as Json));
  }

  #restoreForward([
    h,
    bucket,
    flag,
    into,
    out,
    amountMsat,
    feeMsat,
    riskMsat,
    addedUs,
    ...slots
  ]: readonly number[]): void {
    const node = this.#w.from(this.#w.htlcs.edge[h!]!);
    const reputation = this.#reputations[node] ?? null;
    if (reputation === null) return;
    this.#forwards.put({
      htlc: h!,
      bucket: bucket as Bucket,
      accountable: flag === 1,
      in: into!,
      out: out!,
      amountMsat: amountMsat!,
      feeMsat: feeMsat!,
      riskMsat: riskMsat!,
      addedUs: addedUs!,
    });
    const [accepted, liquidity] = this.#limits(into!, node);
    reputation.resume(this.#forwards.get(h!), slots, accepted, liquidity);
  }

  /** HTLCs that were forwarded before there was a circuit breaker are pending (circuitbreaker:process.go:eventLoop). */
  #adopt(): void {
    const w = this.#w;
    for (let h = 0; h < w.htlcs.used; h++) {
      const breaker = w.htlcs.state[h] === HTLC.free ? null : (this.#breakers[w.to(w.htlcs.edge[h]!)] ?? null);
      if (breaker === null) continue;
      const attempt = w.htlcs.attempt[h]!;
      const hop = w.htlcs.hop[h]!;
      if (hop + 1 >= w.attempts.length[attempt]! || w.attempts.htlc[attempt * MAX_HOPS + hop + 1]! < 0) continue;
      breaker.adopt(w.from(w.htlcs.edge[h]!));
      this.#mark(h, PASSED);
    }
  }

  /** Plans the next HTLC of a queue, when one may go on. */
  #plan(node: number, peer: number): void {
    const atUs = this.#breakers[node]!.reserve(peer, this.#w.nowUs);
    if (atUs >= 0) this.#w.queue.push(atUs, PHYSICS.defenceRelease, node, peer);
  }

  #refuse(h: number, why: number): void {
    const w = this.#w;
    this.refused[w.to(w.htlcs.edge[h]!)]!++;
    this.#note(h, why);
    this.#host.fail(h, w.htlcs.hop[h]! + 1, FAILURE.temporary_channel_failure);
  }

  #note(h: number, what: number): void {
    const w = this.#w;
    w.record(RECORD.defence, w.attempts.serial[w.htlcs.attempt[h]!]!, w.htlcs.edge[h]!, what, w.htlcs.amountMsat[h]!);
  }

  #mark(h: number, what: number): void {
    if (h >= this.#admission.length) {
      let size = this.#admission.length;
      while (size <= h) size *= 2;
      const bigger = new Uint8Array(size);
      bigger.set(this.#admission);
      this.#admission = bigger;
    }
    this.#admission[h] = what;
  }

  #ask(h: number, outgoing: number, at: number): ForwardQuestion {
    const w = this.#w;
    const ch = w.channels;
    const incoming = w.htlcs.edge[h]!;
    const q = this.#question;
    q.in = incoming >> 1;
    q.out = outgoing >> 1;
    q.slots = ch.maxAcceptedHtlcs[incoming]!;
    q.liquidityMsat = Math.min(ch.maxInFlightMsat[incoming]!, ch.capacityMsat[incoming >> 1]!);
    q.amountMsat = w.htlcs.amountMsat[h]!;
    q.feeMsat = chargedFee(w.attempts.amountMsat[at]!, ch.feeBaseMsat[outgoing]!, ch.feeRatePpm[outgoing]!);
    q.blocks = Math.max(0, w.htlcs.expiry[h]! - w.chain.height);
    q.accountable = this.#forwards.isAccountable(h);
    return q;
  }

  /** What a node lets its peer in a channel have in flight: HTLCs and msat. */
  #limits(channel: number, node: number): readonly [number, number] {
    const ch = this.#w.channels;
    const incoming = ch.node[2 * channel] === node ? 2 * channel + 1 : 2 * channel;
    return [ch.maxAcceptedHtlcs[incoming]!, Math.min(ch.maxInFlightMsat[incoming]!, ch.capacityMsat[channel]!)];
  }

  #salt(node: number): readonly [number, number] {
    const { seed, network } = this.#w.timeline;
    const stream = RandomStream.named(seed, 'node', network.nodes[node]!.name, 'jamming salt');
    return [stream.u32(), stream.u32()];
  }
}

/** Peers that no node is called are left alone; the compiler has refused them. */
function breakerOf({ others, peers }: BreakerRules, world: World): CircuitBreaker {
  const own = new Map<number, BreakerSettings>();
  if (peers.size > 0) {
    world.timeline.network.nodes.forEach(({ name }, n) => {
      const settings = peers.get(name);
      if (settings !== undefined) own.set(n, settings);
    });
  }
  return new CircuitBreaker(others, own);
}
