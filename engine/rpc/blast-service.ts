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
import { HostError, HostedNetwork, type HostedSettings } from './hosted-network.ts';
import { loadNetwork, type SaveFolder, saveNetwork } from './saved-networks.ts';
import type { ServedService } from './serve.ts';

/** Most nodes that one call starts. */
const MAX_NODES = 10_000;

/** Port that nodes of the Lightning Network listen on. */
const LISTEN_PORT = 9735;

/** The service as gRPC knows it; 64-bit integers are numbers where they fit a double exactly, and text elsewhere. */
export const BLAST_SERVICE: ServiceDefinition = fromJSON(BLAST_PROTO as Parameters<typeof fromJSON>[0], {
  keepCase: true,
  longs: String,
  defaults: true,
})['blast_proto.BlastRpc'] as ServiceDefinition;

export interface BlastHostOptions extends HostedSettings {
  readonly folder: SaveFolder;
  /** Called when StopModel was answered. */
  stopped(): void;
  /** Called with the name of each call and, where it failed, the sentence that answers it. */
  called(name: string, failure: string | null): void;
}

type Request = Readonly<Record<string, string | number>>;
type Answers = Readonly<Record<string, (request: Request) => object>>;

/** The nodes of a process and the calls on them. */
export class BlastHost {
  readonly #options: BlastHostOptions;
  #network: HostedNetwork | null = null;

  constructor(options: BlastHostOptions) {
    this.#options = options;
  }

  /** The nodes; null before StartNodes or Load and after StopModel. */
  get network(): HostedNetwork | null {
    return this.#network;
  }

  /** Starts nodes, as StartNodes does. @throws HostError */
  start(count: number): void {
    if (this.#network !== null) throw new HostError('the nodes were started before');
    if (!Number.isInteger(count) || count < 1 || count > MAX_NODES) {
      throw new HostError(`the number of nodes must be from 1 to ${MAX_NODES}`);
    }
    this.#network = new HostedNetwork(this.#options, count);
  }

  /** Plays what is due by now. */
  catchUp(): void {
    this.#network?.catchUp();
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
          try {
            this.catchUp();
            const answered = answer(request);
            this.#options.called(name, null);
            callback(null, answered);
          } catch (error) {
            if (!(error instanceof HostError)) throw error;
            this.#options.called(name, error.message);
            callback(failure(error.message));
          }
          if (name === 'StopModel') this.#options.stopped();
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
      return { pub_key: network.pubkey(node) };
    },
    ListPeers: (request) => {
      const { network, node } = this.#of(request);
      const lines = network
        .peers(node)
        .map((peer) => `Pubkey: ${network.pubkey(peer)}, Address: ${listenAddress(network, peer)}`);
      return { peers: lines.join('\n') };
    },
    WalletBalance: (request) => {
      const { network, node } = this.#of(request);
      return { balance: String(network.walletSat(node)) };
    },
    ChannelBalance: (request) => {
      const { network, node } = this.#of(request);
      return { balance: String(network.channelSat(node)) };
    },
    ListChannels: (request) => {
      const { network, node } = this.#of(request);
      const own = network.openChannels().filter(({ source, destination }) => source === node || destination === node);
      const lines = own.map((channel) => {
        const peer = channel.source === node ? channel.destination : channel.source;
        return `Peer: ${network.pubkey(peer)}, Amount: ${network.capacitySat(channel)}`;
      });
      return { channels: lines.join('\n') };
    },
    OpenChannel: (request) => {
      const { network, node } = this.#of(request);
      const peer = network.nodeOfKey(String(request.peer_pub_key));
      const channel = { id: Number(request.channel_id), source: node, destination: peer };
      network.open(channel, Number(request.amount), Number(request.push_amout));
      return { success: true };
    },
    CloseChannel: (request) => {
      const { network, node } = this.#of(request);
      network.close(Number(request.channel_id), node);
      return { success: true };
    },
    GetModelChannels: () => {
      const network = this.#started();
      const names = network
        .openChannels()
        .map(({ id, source, destination }) => `${id}: ${network.name(source)} -> ${network.name(destination)}`);
      return { channels: names.join(', ') };
    },
    ConnectPeer: (request) => {
      const { network, node } = this.#of(request);
      network.connect(node, network.nodeOfKey(String(request.peer_pub_key)));
      return { success: true };
    },
    DisconnectPeer: (request) => {
      const { network, node } = this.#of(request);
      network.disconnect(node, network.nodeOfKey(String(request.peer_pub_key)));
      return { success: true };
    },
    GetBtcAddress: (request) => {
      const { network, node } = this.#of(request);
      return { address: regtestAddress(network.pubkey(node)) };
    },
    GetListenAddress: (request) => {
      const { network, node } = this.#of(request);
      return { address: listenAddress(network, node) };
    },
    StopModel: () => {
      this.#network = null;
      return { success: true };
    },
    Load: ({ sim }) => {
      if (this.#network !== null) throw new HostError('the nodes were started before');
      const { folder, model } = this.#options;
      const state = loadNetwork(folder, String(sim), model.name);
      this.#network = new HostedNetwork(this.#options, state.nodes, state);
      return { success: true };
    },
    Save: ({ sim }) => {
      const { folder, model } = this.#options;
      saveNetwork(folder, String(sim), model.name, this.#started().capture());
      return { success: true };
    },
  };

  #started(): HostedNetwork {
    if (this.#network === null) throw new HostError('the nodes are not started');
    return this.#network;
  }

  #of(request: Request): { readonly network: HostedNetwork; readonly node: number } {
    const network = this.#started();
    return { network, node: network.node(String(request.node)) };
  }
}

function listenAddress(network: HostedNetwork, node: number): string {
  return `${network.name(node)}.invalid:${LISTEN_PORT}`;
}

function failure(message: string): Partial<ServiceError> {
  return { code: status.UNKNOWN, details: message, message };
}
