/** The network of a state with everything that an export says of it: balances, and policies in full. */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import type { ExportNetwork } from '../interop/exported.ts';
import { withScids } from '../interop/scid-plan.ts';
import type { ChannelState, SimulationState } from '../snapshot/document.ts';
import type { NetworkPlan, PolicyPlan } from '../timeline/network.ts';

export interface StateNetwork {
  readonly network: ExportNetwork;
  /** What of the state an export cannot say whatever its format, in words. */
  readonly notes: readonly string[];
}

/** `plan`: the network that the state began with, which knows short channel ids. */
export function networkOfState(state: SimulationState, plan: NetworkPlan | null): StateNetwork {
  const scids = new Map(plan?.channels.map(({ name, scid }) => [name, scid]));
  const nodeOf = new Map(state.nodes.map(({ name }, n) => [name, n]));
  const open = state.channels.filter((channel) => channel.state === 'open');
  const over = state.channels.filter((channel) => channel.state === 'closed' || channel.state === 'abandoned').length;
  const others = state.channels.length - open.length - over;
  const held = open.filter(
    (one) => one.balance_msat[0] + one.balance_msat[1] !== one.capacity_sat * MSAT_PER_SAT,
  ).length;
  const stopped = state.nodes.filter(({ running }) => running === false).length;
  const channels = open.map((channel) => {
    const scid = scids.get(channel.name);
    return {
      name: channel.name,
      node0: nodeOf.get(channel.between[0]) as number,
      node1: nodeOf.get(channel.between[1]) as number,
      capacitySat: channel.capacity_sat,
      balance0Msat: channel.balance_msat[0] + heldBy(channel),
      announced: channel.announced ?? true,
      ...(scid === undefined ? {} : { scid }),
      policy0: policyOf(channel.policies[0]),
      policy1: policyOf(channel.policies[1]),
      latencyUs: channel.latency_us,
    };
  });
  const nodes = state.nodes.map(({ name, model, options, wallet_sat, labels, pubkey }) => ({
    name,
    model,
    options: options ?? {},
    walletSat: wallet_sat,
    labels: labels ?? {},
    ...(pubkey === undefined ? {} : { pubkey }),
  }));
  const note = (n: number, what: string): string[] => (n === 0 ? [] : [`${what}: ${n}`]);
  return {
    network: { nodes, channels: withScids(channels) },
    notes: [
      ...note(others, 'channels that are not open are left out'),
      ...note(held, 'channels with HTLCs in flight, whose amounts are counted as the balance of the opener'),
      ...note(stopped, 'nodes that do not run, which an export does not tell'),
    ],
  };
}

/** msat of a channel that are in HTLCs. */
function heldBy({ balance_msat, capacity_sat }: ChannelState): number {
  return capacity_sat * MSAT_PER_SAT - balance_msat[0] - balance_msat[1];
}

/** A policy as a state holds it (PolicyState in engine/simulate/state.ts). */
function policyOf(policy: readonly number[]): Required<PolicyPlan> {
  const [feeBaseMsat = 0, feeRatePpm = 0, cltvDelta = 0, minHtlcMsat = 0, maxHtlcMsat = 0] = policy;
  const [, , , , , , disabled = 0, inboundFeeBaseMsat = 0, inboundFeeRatePpm = 0] = policy;
  return {
    feeBaseMsat,
    feeRatePpm,
    cltvDelta,
    minHtlcMsat,
    maxHtlcMsat,
    disabled: disabled === 1,
    inboundFeeBaseMsat,
    inboundFeeRatePpm,
  };
}
