/**
 * BLAST's protocol (proto/blast.proto) on simulated nodes: each call as BLAST's own models answer it, so that its core
 * can drive them. What a call cannot do ends in a gRPC error with a plain sentence, as there.
 *
 * A channel is listed when it is open, as lnd's model does.
 *
 * Two things differ, since no real chain and no sockets lie behind these nodes: coins that are sent to GetBtcAddress are
 * not seen (nodes begin with coins in their wallets), and GetListenAddress leads nowhere (`.invalid`, RFC 2606): nodes of
 * one process reach each other by their keys, and those of another process not at all. sim-ln cannot reach them either:
 * GetSimLn lists no node.
 */
import {
  type handleUnaryCall,
  type ServiceDefinition,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { regtestAddress } from './bitcoin-address.ts';
import { BLAST_PROTO } from './blast-proto.ts';
import { HostError } from './host-error.ts';
import { LINK_US } from './hosted-channels.ts';
import type { HostedNetwork } from './hosted-network.ts';
import { MAX_NODES } from './hosted-nodes.ts';
import type { NetworkHost } from './network-host.ts';
import type { ServedService } from './serve.ts';

/** Port that nodes of the Lightning Network listen on. */
const LISTEN_PORT = 9735;

/** The service as gRPC knows it; 64-bit integers are numbers where they fit a double exactly, and text elsewhere. */
export const BLAST_SERVICE: ServiceDefinition = fromJSON(BLAST_PROTO as Parameters<typeof fromJSON>[0], {
  keepCase: true,
  longs: String,
  defaults: true,
})['blast_proto.BlastRpc'] as ServiceDefinition;

type Request = Readonly<Record<string, string | number>>;
type Answers = Readonly<Record<string, (request: Request) => object>>;

/** BLAST's protocol on the network of a host. */
export class BlastService {
  readonly #host: NetworkHost;

  constructor(host: NetworkHost) {
    this.#host = host;
  }

  /** Starts nodes, as StartNodes does. @throws HostError */
  start(count: number): void {
    const { network, options } = this.#host;
    if ((network?.nodes.size ?? 0) > 0) throw new HostError('the nodes were started before', 'network_in_use');
    if (!Number.isInteger(count) || count < 1 || count > MAX_NODES) {
      throw new HostError(`the number of nodes must be from 1 to ${MAX_NODES}`, 'invalid_value');
    }
    const { defaultModel: model, walletSat } = options;
    const node = { name: '', alias: '', model, options: {}, walletSat };
    this.#host.open().nodes.create(Array.from({ length: count }, () => node));
  }

  /** The protocol, for a server. */
  service(): ServedService {
    return {
      name: 'blast_proto.BlastRpc',
      proto: BLAST_PROTO,
      definition: BLAST_SERVICE,
      implementation: this.implementation(),
    };
  }

  /** What a gRPC server answers with. */
  implementation(): UntypedServiceImplementation {
    return Object.fromEntries(
      Object.entries(this.#answers).map(([name, answer]): [string, handleUnaryCall<Request, object>] => [
        name,
        ({ request }, callback) => {
          const { called, stopped } = this.#host.options;
          try {
            this.#host.catchUp();
            const answered = answer(request);
            called(name, null);
            callback(null, answered);
          } catch (error) {
            if (!(error instanceof HostError)) throw error;
            called(name, error.message);
            callback(failure(error.message));
          }
          if (name === 'StopModel') stopped();
        },
      ]),
    );
  }

  readonly #answers: Answers = {
    StartNodes: ({ num_nodes }) => {
      this.start(Number(num_nodes));
      return { success: true };
    },
    GetSimLn: () => ({ simln_data: Buffer.from('{"nodes":[]}') }),
    GetPubKey: (request) => {
      const { network, node } = this.#of(request);
      return { pub_key: network.nodes.pubkey(node) };
    },
    ListPeers: (request) => {
      const { network, node } = this.#of(request);
      const lines = network.peers
        .of(node)
        .map((peer) => `Pubkey: ${network.nodes.pubkey(peer)}, Address: ${listenAddress(network, peer)}`);
      return { peers: lines.join('\n') };
    },
    WalletBalance: (request) => {
      const { network, node } = this.#of(request);
      return { balance: String(network.nodes.figures(node).walletSat) };
    },
    ChannelBalance: (request) => {
      const { network, node } = this.#of(request);
      return { balance: String(Math.floor(network.nodes.figures(node).localBalanceMsat / 1000)) };
    },
    ListChannels: (request) => {
      const { network, node } = this.#of(request);
      const own = network.channels.open().filter(({ source, destination }) => source === node || destination === node);
      const lines = own.map((channel) => {
        const peer = channel.source === node ? channel.destination : channel.source;
        return `Peer: ${network.nodes.pubkey(peer)}, Amount: ${network.channels.capacitySat(channel)}`;
      });
      return { channels: lines.join('\n') };
    },
    OpenChannel: (request) => {
      const { network, node } = this.#of(request);
      const peer = network.nodes.ofKey(String(request.peer_pub_key));
      network.channels.create({
        id: Number(request.channel_id),
        source: node,
        destination: peer,
        capacitySat: Number(request.amount),
        pushMsat: Number(request.push_amout) * 1000,
        announced: true,
        policy: {},
        peerPolicy: {},
        latencyUs: LINK_US,
      });
      return { success: true };
    },
    CloseChannel: (request) => {
      const { network, node } = this.#of(request);
      network.channels.close(Number(request.channel_id), node, false);
      return { success: true };
    },
    GetModelChannels: () => {
      const network = this.#started();
      const names = network.channels
        .open()
        .map(
          ({ id, source, destination }) => `${id}: ${network.nodes.name(source)} -> ${network.nodes.name(destination)}`,
        );
      return { channels: names.join(', ') };
    },
    ConnectPeer: (request) => {
      const { network, node } = this.#of(request);
      network.peers.connect(node, network.nodes.ofKey(String(request.peer_pub_key)));
      return { success: true };
    },
    DisconnectPeer: (request) => {
      const { network, node } = this.#of(request);
      network.peers.disconnect(node, network.nodes.ofKey(String(request.peer_pub_key)));
      return { success: true };
    },
    GetBtcAddress: (request) => {
      const { network, node } = this.#of(request);
      return { address: regtestAddress(network.nodes.pubkey(node)) };
    },
    GetListenAddress: (request) => {
      const { network, node } = this.#of(request);
      return { address: listenAddress(network, node) };
    },
    StopModel: () => {
      this.#host.stop();
      return { success: true };
    },
    Load: ({ sim }) => {
      this.#host.load(String(sim), this.#host.options.defaultModel, false);
      return { success: true };
    },
    Save: ({ sim }) => {
      this.#started();
      this.#host.save(String(sim));
      return { success: true };
    },
  };

  #started(): HostedNetwork {
    const { network } = this.#host;
    if (network === null || network.nodes.size === 0) throw new HostError('the nodes are not started', 'refused');
    return network;
  }

  #of(request: Request): { readonly network: HostedNetwork; readonly node: number } {
    const network = this.#started();
    return { network, node: network.nodes.named(String(request.node)) };
  }
}

function listenAddress(network: HostedNetwork, node: number): string {
  return `${network.nodes.name(node)}.invalid:${LISTEN_PORT}`;
}

function failure(message: string): Partial<ServiceError> {
  return { code: status.UNKNOWN, details: message, message };
}
