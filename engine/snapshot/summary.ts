/** What a snapshot says, in figures: for tables and for tools. */
import type { Json } from '../base/json.ts';
import {
  type ChannelState,
  isJournal,
  type JournalState,
  type KeptState,
  type SimulationState,
  type SnapshotDocument,
} from './document.ts';

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
  /** Backend that made it. */
  readonly backend: string;
  /** What was asked of the backend, where the snapshot is a journal; else null. */
  readonly calls: number | null;
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
  /** Null where the file does not tell it. */
  readonly events: number | null;
  /** Payments that the run had started and of which it knew the outcome; null when the file keeps no run. */
  readonly payments: { readonly started: number; readonly resolved: number } | null;
  readonly walletSat: number;
  readonly openCapacitySat: number;
}

/** True for a channel that can carry payments, if its nodes run. */
function isOpen({ state }: Pick<ChannelState, 'state'>): boolean {
  return state === 'open';
}

function simulatedChannels(state: SimulationState): readonly ChannelFigures[] {
  const amounts = new Map(state.htlcs.map(({ slot, amount_msat }) => [slot, amount_msat]));
  return state.channels.map((channel) => {
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
}

/** What the balances of a channel leave of its capacity is in HTLCs. */
function journalChannels({ channels }: JournalState): readonly ChannelFigures[] {
  return channels.map(({ name, between, state, capacity_sat, balance_msat, htlcs, active }) => ({
    name,
    nodes: between,
    state,
    capacitySat: capacity_sat,
    balanceMsat: balance_msat,
    htlcs,
    htlcMsat: htlcs === 0 ? 0 : capacity_sat * 1000 - balance_msat[0] - balance_msat[1],
    connected: active,
  }));
}

/** What is in flight, and what is about to happen as far as the file says it. */
function moving(state: KeptState): Pick<SnapshotFigures, 'mempool' | 'paymentsInFlight' | 'events'> {
  if (isJournal(state)) return { mempool: state.chain.mempool, paymentsInFlight: state.payments.length, events: null };
  return {
    mempool: state.chain.mempool.length,
    paymentsInFlight: state.payments.filter((payment) => payment.state === 1).length,
    events: state.events.length,
  };
}

export function snapshotFigures({ engine, run, scenario, state }: SnapshotDocument): SnapshotFigures {
  const channels = isJournal(state) ? journalChannels(state) : simulatedChannels(state);
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
    backend: isJournal(state) ? state.backend : 'simulator',
    calls: isJournal(state) ? state.journal.length : null,
    scenario: scenario.name,
    seed: scenario.seed,
    engine,
    timeUs: state.time_us - (run?.origin_us ?? 0),
    height: state.chain.height,
    feeratePerKw: state.chain.feerate_per_kw,
    ...moving(state),
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
    htlcs: isJournal(state) ? channels.reduce((sum, { htlcs }) => sum + htlcs, 0) : state.htlcs.length,
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
    backend: figures.backend,
    time_us: figures.timeUs,
    chain: { height: figures.height, feerate_per_kw: figures.feeratePerKw, mempool: figures.mempool },
    payments: figures.payments === null ? null : { ...figures.payments },
    ...(figures.calls === null ? {} : { calls: figures.calls }),
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
