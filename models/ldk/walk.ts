/** What a walk through the graph is told, and what it knows where it stands. */

/** What one walk is to find; amounts msat. */
export interface Walk {
  /** What to send, and what a channel must carry of it to be looked at. */
  valueMsat: number;
  leastMsat: number;
  /** Up to here a minimum that is missed may be met by overpaying. */
  recommendedMsat: number;
  /** 1 / 2^power of a public channel's capacity may be used. */
  saturationPower: number;
  /** Largest sum of time locks without the last one. */
  maxCltvDelta: number;
  /** No path of the route was found yet. */
  first: boolean;
}

/** What leads on from the node that is being expanded. */
export interface Onward {
  feesMsat: number;
  valueMsat: number;
  minimumMsat: number;
  penaltyMsat: number;
  cltvDelta: number;
  hops: number;
}
