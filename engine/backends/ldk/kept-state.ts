/** What a world of real nodes tells of its state, beside the journal that leads to it. */
import { STATE_NAMES } from '../../simulate/channel-lifecycle.ts';
import type { JournalCall, JournalState } from '../../timeline/journal.ts';
import { LDK_PACKAGE, LDK_PACKAGE_VERSION } from './binding.ts';
import { LDK_LIMITS } from './ldk-limits.ts';
import type { RealWorld } from './real-world.ts';

/** What must play a journal of this backend: nothing else comes to the same bytes. */
export const LDK_SOFTWARE: string = `${LDK_PACKAGE} ${LDK_PACKAGE_VERSION}`;

/** The state now; `journal` led to it, and `digest` is that of the whole. */
export function keptState(world: RealWorld, journal: readonly JournalCall[], digest: string): JournalState {
  const { chain, timeline } = world;
  return {
    backend: LDK_LIMITS.backend,
    chain: {
      feerate_per_kw: chain.feeratePerKw,
      fees_sat: chain.feesSat,
      height: chain.height,
      mempool: chain.waiting.length,
      minted_sat: chain.mintedSat,
    },
    channels: world.binding.scope(() =>
      world.channels.all.map((channel) => {
        const { balances, htlcs } = world.channels.money(channel);
        return {
          active: channel.active,
          announced: channel.announced,
          balance_msat: balances,
          between: [channel.nodes[0].name, channel.nodes[1].name],
          capacity_sat: channel.capacitySat,
          htlcs,
          latency_us: channel.latencyUs,
          name: timeline.channelNames[channel.name] ?? '',
          state: STATE_NAMES[channel.state] ?? '',
        };
      }),
    ),
    journal: [...journal],
    nodes: world.nodes.map(({ index, name, running }) => ({
      fees_earned_msat: world.payments.feesEarnedMsat[index] ?? 0,
      forwards: world.payments.forwards[index] ?? 0,
      model: timeline.network.nodes[index]?.model ?? '',
      name,
      running,
      wallet_sat: chain.walletSat[index] ?? 0,
    })),
    payments: world.payments.unresolved().map(({ row, attempts, startedUs, source, destination, amountMsat }) => ({
      activity: timeline.activities[timeline.payments.activity[row] ?? -1]?.name ?? '',
      amount_msat: amountMsat,
      attempts,
      destination: destination.name,
      nth: timeline.payments.nth[row] ?? 0,
      row,
      source: source.name,
      started_us: startedUs,
    })),
    replay: { events: world.events, software: LDK_SOFTWARE, state: digest },
    texts: [...world.texts],
    time_us: world.nowUs(),
  };
}
