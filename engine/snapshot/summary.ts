/** What a snapshot says, in figures: for tables and for tools. */
import type { Json } from '../base/json.ts';
import type { ChannelState, SnapshotDocument } from './document.ts';

export interface NodeFigures {
  readonly name: string;
  readonly model: string;
  readonly running: boolean;
  readonly walletSat: number;
  /** Open channels, and what its sides of them hold, msat. */
  readonly channels: number;
  readonly localMsat: number;
  readonly remoteMsat: number;
  readonly forwards: number;
  readonly feesEarnedMsat: number;
}

export interface ChannelFigures {
  readonly name: string;
  readonly nodes: readonly [string, string];
  readonly state: string;
  readonly capacitySat: number;
  readonly balanceMsat: readonly [number, number];
  /** HTLCs in flight and their sum, msat. */
  readonly htlcs: number;
  readonly htlcMsat: number;
  readonly connected: boolean;
}

export interface SnapshotFigures {
  readonly scenario: string;
  readonly seed: number;
  readonly engine: string;
  /** Time of the scenario, µs; of a file without a run, of the simulator's clock. */
  readonly timeUs: number;
  readonly height: number;
  readonly feeratePerKw: number;
  readonly mempool: number;
  readonly nodes: readonly NodeFigures[];
  readonly channels: readonly ChannelFigures[];
  readonly paymentsInFlight: number;
  readonly htlcs: number;
  readonly events: number;
  /** Payments that the run had started and of which it knew the outcome; null when the file keeps no run. */
  readonly payments: { readonly started: number; readonly resolved: number } | null;
  readonly walletSat: number;
  readonly openCapacitySat: number;
}

/** True for a channel that can carry payments, if its nodes run. */
function isOpen({ state }: Pick<ChannelState, 'state'>): boolean {
  return state === 'open';
}

export function snapshotFigures({ engine, run, scenario, state }: SnapshotDocument): SnapshotFigures {
  const amounts = new Map(state.htlcs.map(({ slot, amount_msat }) => [slot, amount_msat]));
  const channels = state.channels.map((channel): ChannelFigures => {
    const slots = channel.htlcs ?? [];
    return {
      name: channel.name,
      nodes: channel.between,
      state: channel.state,
      capacitySat: channel.capacity_sat,
      balanceMsat: channel.balance_msat,
      htlcs: slots.length,
      htlcMsat: slots.reduce((sum, slot) => sum + (amounts.get(slot) ?? 0), 0),
      connected: channel.connected ?? isOpen(channel),
    };
  });
  const sides = new Map(state.nodes.map(({ name }) => [name, { channels: 0, localMsat: 0, remoteMsat: 0 }]));
  for (const { nodes, balanceMsat, state: of } of channels) {
    if (!isOpen({ state: of })) continue;
    for (const side of [0, 1] as const) {
      const own = sides.get(nodes[side]);
      if (own === undefined) continue;
      own.channels++;
      own.localMsat += balanceMsat[side];
      own.remoteMsat += balanceMsat[side === 0 ? 1 : 0];
    }
  }
  const outcomes = run?.payments.outcome;
  return {
    scenario: scenario.name,
    seed: scenario.seed,
    engine,
    timeUs: state.time_us - (run?.origin_us ?? 0),
    height: state.chain.height,
    feeratePerKw: state.chain.feerate_per_kw,
    mempool: state.chain.mempool.length,
    nodes: state.nodes.map((node) => ({
      name: node.name,
      model: node.model,
      running: node.running ?? true,
      walletSat: node.wallet_sat,
      ...(sides.get(node.name) ?? { channels: 0, localMsat: 0, remoteMsat: 0 }),
      forwards: node.forwards ?? 0,
      feesEarnedMsat: node.fees_earned_msat ?? 0,
    })),
    channels,
    paymentsInFlight: state.payments.filter((payment) => payment.state === 1).length,
    htlcs: state.htlcs.length,
    events: state.events.length,
    payments:
      outcomes === undefined
        ? null
        : { started: outcomes.length, resolved: outcomes.filter((outcome) => outcome >= 0).length },
    walletSat: state.nodes.reduce((sum, { wallet_sat }) => sum + wallet_sat, 0),
    openCapacitySat: channels.filter(isOpen).reduce((sum, { capacitySat }) => sum + capacitySat, 0),
  };
}

/** The figures as JSON. */
export function figuresJson(figures: SnapshotFigures, digest: string): Json {
  return {
    digest,
    scenario: figures.scenario,
    seed: figures.seed,
    engine: figures.engine,
    time_us: figures.timeUs,
    chain: { height: figures.height, feerate_per_kw: figures.feeratePerKw, mempool: figures.mempool },
    payments: figures.payments === null ? null : { ...figures.payments },
    in_flight: { payments: figures.paymentsInFlight, htlcs: figures.htlcs, events: figures.events },
    wallet_sat: figures.walletSat,
    open_capacity_sat: figures.openCapacitySat,
    nodes: figures.nodes.map((node) => ({
      name: node.name,
      model: node.model,
      running: node.running,
      wallet_sat: node.walletSat,
      channels: node.channels,
      local_msat: node.localMsat,
      remote_msat: node.remoteMsat,
      forwards: node.forwards,
      fees_earned_msat: node.feesEarnedMsat,
    })),
    channels: figures.channels.map((channel) => ({
      name: channel.name,
      nodes: [...channel.nodes],
      state: channel.state,
      capacity_sat: channel.capacitySat,
      balance_msat: [...channel.balanceMsat],
      htlcs: channel.htlcs,
      htlc_msat: channel.htlcMsat,
      connected: channel.connected,
    })),
  };
}
