/** What a process says a node can know of channels, by ListChannels and GetPolicy of the control plane. */
import type { PolicyObservation } from '../backends/backend.ts';
import { DriverFailure, type DriverGossip, type DriverNode, type DriverOwnChannel } from '../backends/rpc/driver.ts';
import { CHANNEL_STATES } from './control-names.ts';
import { readPolicyMessage } from './policy-message.ts';
import type { Message } from './unary-client.ts';

type Ask = (call: string, node: string, request: object) => Promise<Message>;

const LIST = 'ListChannels';
const POLICY = 'GetPolicy';

/** A channel and its ends, the node's own first. */
interface Listed {
  readonly id: number;
  readonly channel: Message;
  readonly own: Message;
  readonly peer: Message;
}

/** Open channels of a node, as it sees them itself. @throws DriverFailure when the answer is none */
export async function ownChannelsOf(ask: Ask, node: DriverNode): Promise<readonly DriverOwnChannel[]> {
  const listed = await listedOf(ask, node);
  return listed
    .filter(({ channel }) => channel.state === CHANNEL_STATES.open)
    .map(({ id, channel, own, peer }): DriverOwnChannel => {
      const policy = readPolicyMessage(own.policy);
      if (policy === null) throw nonsense(LIST, node.name, `channel ${id} without a policy`);
      return {
        id,
        peer: String(peer.node),
        active: channel.active === true,
        announced: channel.announced === true,
        capacitySat: Number(channel.capacity_sat),
        localMsat: Number(own.balance_msat),
        remoteMsat: Number(peer.balance_msat),
        reserveMsat: Number(own.reserve_msat),
        htlcs: Number(own.htlcs_offered) + Number(peer.htlcs_offered),
        policy,
      };
    });
}

/** Channels of a node of which the public knows a policy. @throws DriverFailure when the answer is none */
export async function gossipOf(ask: Ask, node: DriverNode): Promise<readonly DriverGossip[]> {
  const known = async (id: number, end: Message): Promise<PolicyObservation | null> => {
    const name = String(end.node);
    const answer = await ask(POLICY, name, { channel_id: id, node: name });
    return answer.known == null ? null : readPolicyMessage(answer.known);
  };
  const found: DriverGossip[] = [];
  for (const { id, channel, own, peer } of await listedOf(ask, node)) {
    const [policy, reverse] = await Promise.all([known(id, own), known(id, peer)]);
    if (policy === null && reverse === null) continue;
    found.push({ id, peer: String(peer.node), capacitySat: Number(channel.capacity_sat), policy, reverse });
  }
  return found;
}

async function listedOf(ask: Ask, node: DriverNode): Promise<readonly Listed[]> {
  const { channels } = await ask(LIST, node.name, { node: node.name });
  return (channels as readonly Message[]).map((channel): Listed => {
    const ends = channel.ends as readonly Message[];
    const own = ends.find((end) => end.node === node.name);
    const peer = ends.find((end) => end.node !== node.name);
    if (own === undefined || peer === undefined) throw nonsense(LIST, node.name, 'a channel of others');
    return { id: Number(channel.channel_id), channel, own, peer };
  });
}

function nonsense(call: string, node: string, reason: string): DriverFailure {
  return new DriverFailure('nonsense', { call, node }, `its answer is ${reason}`);
}
