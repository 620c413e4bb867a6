/** How channels of hosted nodes are named. Types only. */

/** A channel as it was asked for; side 0 is the opener's. */
export interface HostedChannel {
  readonly id: number;
  readonly source: number;
  readonly destination: number;
  /** Number of the name that the simulator knows it by: never used again. */
  readonly slot: number;
}

/** One direction of a channel. */
export interface HostedEdge {
  readonly channel: HostedChannel;
  readonly from: number;
  readonly to: number;
}
