/** What a backend can play, for those that cannot play everything. Whatever is not named here is refused before a run. */
export interface BackendLimits {
  readonly backend: string;
  readonly mostNodes: number;
  /** Height at which time starts, at least. */
  readonly leastHeight: number;
  readonly models: ReadonlySet<string>;
  /** Kinds of events. */
  readonly events: ReadonlySet<string>;
  readonly behaviours: ReadonlySet<string>;
  readonly methods: ReadonlySet<string>;
  /** Members of PaymentProfile. */
  readonly paymentOptions: ReadonlySet<string>;
  /** Members of PolicyPlan. */
  readonly policyFields: ReadonlySet<string>;
  /** Why the opener of a channel of the network cannot have opened it so, or null. Amounts sat and msat. */
  readonly refuseChannel: (capacitySat: number, balance0Msat: number, feeratePerKw: number) => string | null;
}
