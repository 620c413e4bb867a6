/** What the defences of all nodes hold, as plain data. Types only; keys in the order of canonical JSON. Amounts msat, times µs. */
export interface DefencesState {
  /** [HTLC slot, 1 passed or 2 waits] of HTLCs that came to a circuit breaker. */
  readonly admitted: readonly (readonly number[])[];
  readonly breakers: readonly BreakerState[];
  /** [node, HTLCs refused, HTLCs queued]. */
  readonly counters: readonly (readonly number[])[];
  /** [outgoing HTLC slot, bucket, accountable, incoming channel, outgoing channel, amount, fee, risk, added at, slots …]. */
  readonly forwards: readonly (readonly number[])[];
  readonly reputations: readonly ReputationState[];
}

export interface BreakerState {
  readonly node: number;
  /** [peer, pending HTLCs, token bucket full again at, 1 when a token is taken for the first that waits, HTLC slots that wait …]. */
  readonly peers: readonly (readonly number[])[];
}

export interface ReputationState {
  /** [channel, reputation, right at, revenue, right at, counted since]. */
  readonly channels: readonly (readonly number[])[];
  /** [incoming channel, outgoing channel, when it last misused the congestion bucket]. */
  readonly misuses: readonly (readonly number[])[];
  readonly node: number;
  /** [since when it counts, channels there were then]. */
  readonly since: readonly number[];
}
