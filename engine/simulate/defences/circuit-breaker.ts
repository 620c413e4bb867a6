/**
 * The firewall of one node: how many HTLCs each peer may have pending and how often it may have one forwarded, over all
 * channels with it. Decides about HTLCs before the node's implementation looks at them, as an interceptor of lnd does.
 *
 * circuitbreaker:peer_controller.go:run, circuitbreaker:process.go (commit 53d4c4c). The token bucket is that of Go's
 * golang.org/x/time/rate (Allow, Reserve), as the instant at which it would be full again (GCRA), in whole µs. What
 * waits for lnd's HTLC events there is known at once here.
 */
import type { BreakerSettings } from './options.ts';

/** What one peer has. */
export interface PeerState {
  readonly peer: number;
  pending: number;
  /** When the token bucket is full again, µs. */
  fullUs: number;
  /** HTLCs that wait, the oldest first. */
  readonly queue: number[];
  /** A token was taken for the oldest of them, which goes on at an instant that is planned. */
  reserved: boolean;
}

export const ADMISSION = { pass: 0, limit: 1, rate: 2, block: 3, queued: 4 } as const;
export type Admission = (typeof ADMISSION)[keyof typeof ADMISSION];

export class CircuitBreaker {
  readonly #settings: BreakerSettings;
  /** Limits of peers that have their own. */
  readonly #own: ReadonlyMap<number, BreakerSettings>;
  readonly #peers: Map<number, PeerState> = new Map();

  constructor(settings: BreakerSettings, own: ReadonlyMap<number, BreakerSettings> = new Map()) {
    this.#settings = settings;
    this.#own = own;
  }

  /** Decides about an HTLC that a peer offered; one that passes is pending from now on, one that is queued waits. */
  admit(peer: number, htlc: number, peerInitiated: boolean, nowUs: number): Admission {
    const { mode } = this.#of(peer);
    const state = this.#peer(peer);
    const why = mode === 'block' ? ADMISSION.block : this.#refusal(state, nowUs);
    if (why === ADMISSION.pass) {
      state.pending++;
      return why;
    }
    if (mode !== 'queue' && !(mode === 'queue_peer_initiated' && peerInitiated)) return why;
    state.queue.push(htlc);
    return ADMISSION.queued;
  }

  /**
   * Takes a token for the oldest HTLC that waits, when a pending one would be allowed; answers when it goes on, µs, or −1
   * when there is none, or one is planned already.
   */
  reserve(peer: number, nowUs: number): number {
    const state = this.#peer(peer);
    if (state.queue.length === 0 || state.reserved || !this.#hasRoom(state)) return -1;
    state.reserved = true;
    const { intervalUs, burst } = this.#of(peer);
    if (intervalUs === 0) return nowUs;
    const atUs = Math.max(nowUs, state.fullUs - (burst - 1) * intervalUs);
    state.fullUs = Math.max(state.fullUs, nowUs) + intervalUs;
    return atUs;
  }

  /** The instant that was planned: the oldest HTLC that waits, which is pending now; −1 when none is left. */
  release(peer: number): number {
    const state = this.#peer(peer);
    state.reserved = false;
    const htlc = state.queue.shift();
    if (htlc === undefined) return -1;
    state.pending++;
    return htlc;
  }

  /** A pending HTLC is gone. */
  resolved(peer: number): void {
    this.#peer(peer).pending--;
  }

  /** An HTLC that waits is gone. */
  unqueue(peer: number, htlc: number): void {
    const { queue } = this.#peer(peer);
    const at = queue.indexOf(htlc);
    if (at >= 0) queue.splice(at, 1);
  }

  /** Counts an HTLC that was forwarded before there was a circuit breaker. */
  adopt(peer: number): void {
    this.#peer(peer).pending++;
  }

  /** HTLCs that wait, the peers in the order in which they came. */
  *waiting(): Generator<readonly [peer: number, htlc: number]> {
    for (const { peer, queue } of this.#peers.values()) for (const htlc of [...queue]) yield [peer, htlc];
  }

  /** By peer, in the order of their first HTLC: [peer, pending, full again at µs, reserved (0 or 1), HTLCs that wait …]. */
  capture(): readonly (readonly number[])[] {
    return [...this.#peers.values()].map(({ peer, pending, fullUs, reserved, queue }) => [
      peer,
      pending,
      fullUs,
      reserved ? 1 : 0,
      ...queue,
    ]);
  }

  restore(state: readonly (readonly number[])[]): void {
    for (const [peer, pending, fullUs, reserved, ...queue] of state) {
      this.#peers.set(peer!, { peer: peer!, pending: pending!, fullUs: fullUs!, reserved: reserved === 1, queue });
    }
  }

  #refusal(state: PeerState, nowUs: number): Admission {
    // Nobody jumps the queue.
    if (state.queue.length > 0 || !this.#hasRoom(state)) return ADMISSION.limit;
    const { intervalUs, burst } = this.#of(state.peer);
    if (intervalUs === 0) return ADMISSION.pass;
    if (state.fullUs - (burst - 1) * intervalUs > nowUs) return ADMISSION.rate;
    state.fullUs = Math.max(state.fullUs, nowUs) + intervalUs;
    return ADMISSION.pass;
  }

  #hasRoom(state: PeerState): boolean {
    const { maxPending } = this.#of(state.peer);
    return maxPending === 0 || state.pending < maxPending;
  }

  #of(peer: number): BreakerSettings {
    return this.#own.get(peer) ?? this.#settings;
  }

  #peer(peer: number): PeerState {
    let state = this.#peers.get(peer);
    if (state === undefined) {
      state = { peer, pending: 0, fullUs: 0, queue: [], reserved: false };
      this.#peers.set(peer, state);
    }
    return state;
  }
}
