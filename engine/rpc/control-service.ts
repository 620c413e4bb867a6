/**
 * The control plane (proto/blast/v1/control.proto) on the network of a host: reads requests, lets the network do what they
 * ask for, and answers with what it looks like then.
 */
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { Json } from '../base/json.ts';
import { controlFailure } from './control-errors.ts';
import { ControlEvents } from './control-events.ts';
import {
  type ControlMessage,
  chainMessage,
  channelMessage,
  invoiceMessage,
  nodeMessage,
  paymentMessage,
} from './control-messages.ts';
import { CONTROL_PROTO } from './control-proto.ts';
import {
  type ControlRequest,
  channelId,
  channelList,
  flag,
  integer,
  invoiceIndex,
  isGiven,
  list,
  MAX_WAIT_US,
  nodeAt,
  optional,
  part,
  readMining,
  readPayment,
  readPolicy,
  text,
} from './control-requests.ts';
import { HostError, inside, within } from './host-error.ts';
import { LINK_US, MAX_CAPACITY_SAT } from './hosted-channels.ts';
import type { HostedNetwork } from './hosted-network.ts';
import { MAX_NODES, type NewHostedNode } from './hosted-nodes.ts';
import { MAX_REORG_DEPTH } from './hosted-timeline.ts';
import type { NetworkHost } from './network-host.ts';
import { policyMessage } from './policy-message.ts';
import type { ServedService } from './serve.ts';
import { type Struct, structToJson } from './struct.ts';

/** Version of the protocol. */
export const CONTROL_PROTOCOL = 1;

/** Its latest addition (Server.revision). */
export const CONTROL_REVISION = 1;

const NAME = 'blast.v1.Control';

/** Bytes of an alias (BOLT 7). */
const MAX_ALIAS = 32;
const MAX_SAT = 21_000_000 * 100_000_000;
const MAX_HEIGHT = 100_000_000;
const MAX_FEERATE_PER_KW = 250_000_000;
const MAX_BLOCKS = 10_000;
/** Longest time that passes by one call, µs, and most blocks that come in it. */
const MAX_PASS_US = 31 * 86_400 * 1_000_000;
const MAX_PASS_BLOCKS = 100_000;
/** Longest delays of gossip and of a link, µs. */
const MAX_GOSSIP_US = 86_400 * 1_000_000;
const MAX_LATENCY_US = 3_600 * 1_000_000;
/** Events that may wait for a client. */
const MAX_WAITING_EVENTS = 100_000;

/** The service as gRPC knows it; 64-bit integers and enumerations are text in requests. */
export const CONTROL_SERVICE: ServiceDefinition = fromJSON(CONTROL_PROTO as Parameters<typeof fromJSON>[0], {
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
})[NAME] as ServiceDefinition;

export interface ControlOptions {
  /** Name and version of the program. */
  readonly software: string;
  readonly wallClock: boolean;
  /** Events that may wait for a client; absent: 100,000. */
  readonly maxWaitingEvents?: number;
  /** What is wrong with options of a node, as sentences. */
  checkOptions(node: {
    readonly name: string;
    readonly model: string;
    readonly options: Json;
  }): Promise<readonly string[]>;
}

type Answer = (request: ControlRequest, network: HostedNetwork) => ControlMessage | Promise<ControlMessage>;

export class ControlService {
  readonly #host: NetworkHost;
  readonly #options: ControlOptions;
  readonly #events: ControlEvents;

  constructor(host: NetworkHost, options: ControlOptions) {
    this.#host = host;
    this.#options = options;
    this.#events = new ControlEvents(host, options.maxWaitingEvents ?? MAX_WAITING_EVENTS);
  }

  /** Ends the streams of events. */
  end(): void {
    this.#events.end();
  }

  /** The protocol, for a server. */
  service(): ServedService {
    return {
      name: NAME,
      proto: CONTROL_PROTO,
      definition: CONTROL_SERVICE,
      implementation: this.implementation(),
    };
  }

  /** What a gRPC server answers with. */
  implementation(): UntypedServiceImplementation {
    const unary = Object.entries(this.#answers).map(
      ([name, answer]): [string, handleUnaryCall<ControlRequest, ControlMessage>] => [
        name,
        ({ request }, callback) => {
          this.#answer(name, request, answer).then(
            (message) => callback(null, message),
            (error: unknown) => callback(controlFailure(error)),
          );
        },
      ],
    );
    const watch: handleServerStreamingCall<ControlRequest, ControlMessage> = (call) => this.#events.watch(call);
    return { ...Object.fromEntries(unary), Watch: watch };
  }

  async #answer(name: string, request: ControlRequest, answer: Answer): Promise<ControlMessage> {
    const { called } = this.#host.options;
    try {
      const network = this.#host.open();
      this.#host.catchUp();
      const answering = answer(request, network);
      this.#host.pace();
      const answered = await answering;
      called(name, null);
      return answered;
    } catch (error) {
      called(name, error instanceof HostError ? error.message : String((error as Error).stack));
      throw error;
    }
  }

  readonly #answers: Readonly<Record<string, Answer>> = {
    GetServer: () => {
      const { models, defaultModel } = this.#host.options;
      return {
        protocol: CONTROL_PROTOCOL,
        software: this.#options.software,
        default_model: defaultModel,
        models: models.map(({ name, version, summary, optionsSchema, senderOptions, paysByAmp }) => ({
          name,
          version,
          summary,
          options_schema: JSON.stringify(optionsSchema),
          payment_options: [
            ...senderOptions.map((option) => PAYMENT_OPTIONS[option]),
            ...(paysByAmp === true ? ['amp'] : []),
          ],
        })),
        wall_clock: this.#options.wallClock,
        max_nodes: MAX_NODES,
        revision: CONTROL_REVISION,
      };
    },

    NewNetwork: (request) => {
      const height = optional(request, 'height', 1, MAX_HEIGHT);
      const feeratePerKw = optional(request, 'feerate_per_kw', 1, MAX_FEERATE_PER_KW);
      const mining = readMining(part(request, 'mining'));
      const gossipUs = optional(request, 'gossip_us', 0, MAX_GOSSIP_US);
      this.#host.begin(
        {
          ...(height === undefined ? {} : { height }),
          ...(feeratePerKw === undefined ? {} : { feeratePerKw }),
          ...(mining === undefined ? {} : { mining }),
          ...(gossipUs === undefined ? {} : { gossipUs }),
        },
        flag(request, 'replace'),
      );
      return {};
    },
    SaveNetwork: (request) => {
      this.#host.save(text(request, 'name'));
      return {};
    },
    LoadNetwork: (request) => {
      const loaded = this.#host.load(text(request, 'name'), null, flag(request, 'replace'));
      return { nodes: loaded.nodes.size, time_us: loaded.timeUs };
    },
    ListNetworks: () => ({ names: this.#host.saved() }),

    CreateNodes: async (request, network) => {
      const wanted = this.#newNodes(request);
      for (const [i, { name, model, options }] of wanted.entries()) {
        if (Object.keys(options).length === 0) continue;
        const of = model === '' ? this.#host.options.defaultModel : model;
        if (!this.#host.options.models.some((kind) => kind.name === of)) continue;
        const [problem] = await this.#options.checkOptions({ name, model: of, options });
        if (problem === undefined) continue;
        throw new HostError(problem, 'invalid_value', { field: `nodes[${i}].options`, subject: of });
      }
      if (this.#host.network !== network) {
        throw new HostError('the network was replaced by another one', 'network_replaced');
      }
      return { nodes: network.nodes.create(wanted).map((node) => nodeMessage(network, node)) };
    },
    ListNodes: (request, network) => {
      const names = list(request, 'names');
      const nodes =
        names.length === 0
          ? Array.from({ length: network.nodes.size }, (_, node) => node)
          : names.map((name, i) => within(`names[${i}]`, () => network.nodes.named(String(name))));
      return { nodes: nodes.map((node) => nodeMessage(network, node)) };
    },
    StartNode: (request, network) => {
      const node = nodeAt(network, request, 'node');
      network.nodes.start(node);
      return nodeMessage(network, node);
    },
    StopNode: (request, network) => {
      const node = nodeAt(network, request, 'node');
      network.nodes.stop(node, flag(request, 'crash'));
      return nodeMessage(network, node);
    },
    FundNode: (request, network) => {
      const node = nodeAt(network, request, 'node');
      network.nodes.fund(node, integer(request, 'amount_sat', 1, MAX_SAT));
      return nodeMessage(network, node);
    },
    SendCoins: (request, network) => {
      const node = nodeAt(network, request, 'node');
      const destination = nodeAt(network, request, 'destination');
      network.nodes.sendCoins(node, destination, integer(request, 'amount_sat', 1, MAX_SAT));
      return nodeMessage(network, node);
    },

    ConnectPeer: (request, network) => {
      network.peers.connect(nodeAt(network, request, 'node'), nodeAt(network, request, 'peer'));
      return {};
    },
    DisconnectPeer: (request, network) => {
      network.peers.disconnect(nodeAt(network, request, 'node'), nodeAt(network, request, 'peer'));
      return {};
    },
    ListPeers: (request, network) => ({
      peers: network.peers.of(nodeAt(network, request, 'node')).map((peer) => network.nodes.name(peer)),
    }),

    OpenChannel: (request, network) => {
      const id = optional(request, 'channel_id', 0);
      const capacitySat = integer(request, 'capacity_sat', 1, MAX_CAPACITY_SAT);
      const channel = network.channels.create({
        ...(id === undefined ? {} : { id }),
        source: nodeAt(network, request, 'node'),
        destination: nodeAt(network, request, 'peer'),
        capacitySat,
        pushMsat: integer(request, 'push_msat', 0, capacitySat * 1000),
        announced: !flag(request, 'unannounced'),
        policy: readPolicy(part(request, 'policy'), 'policy', capacitySat),
        peerPolicy: readPolicy(part(request, 'peer_policy'), 'peer_policy', capacitySat),
        latencyUs: optional(request, 'latency_us', 0, MAX_LATENCY_US) ?? LINK_US,
      });
      return channelMessage(network, channel);
    },
    CloseChannel: (request, network) => {
      const channel = within('channel_id', () => network.channels.ofId(channelId(request)));
      const node = text(request, 'node') === '' ? null : nodeAt(network, request, 'node');
      return channelMessage(network, network.channels.close(channel.id, node, flag(request, 'force')));
    },
    ListChannels: (request, network) => {
      const node = text(request, 'node') === '' ? null : nodeAt(network, request, 'node');
      const id = optional(request, 'channel_id', 0);
      if (id !== undefined) within('channel_id', () => network.channels.ofId(id));
      const withClosed = flag(request, 'include_closed');
      const channels = network.channels
        .every()
        .filter((channel) => id === undefined || channel.id === id)
        .filter(({ source, destination }) => node === null || source === node || destination === node)
        .filter((channel) => withClosed || network.channels.stateOf(channel) !== 'closed');
      return { channels: channels.map((channel) => channelMessage(network, channel)) };
    },
    GetPolicy: (request, network) => {
      const channel = within('channel_id', () => network.channels.ofId(channelId(request)));
      const edge = network.channels.edgeOf(channel, nodeAt(network, request, 'node'));
      return {
        in_force: policyMessage(network.channels.policy(edge, 'in_force')),
        known: policyMessage(network.channels.policy(edge, 'known')),
      };
    },
    SetPolicy: (request, network) => {
      const channel = within('channel_id', () => network.channels.ofId(channelId(request)));
      const node = nodeAt(network, request, 'node');
      network.channels.setPolicy(
        channel,
        node,
        readPolicy(part(request, 'change'), 'change', network.channels.capacitySat(channel)),
      );
      const edge = network.channels.edgeOf(channel, node);
      return {
        in_force: policyMessage(network.channels.policy(edge, 'in_force')),
        known: policyMessage(network.channels.policy(edge, 'known')),
      };
    },
    SetLatency: (request, network) => {
      const channels = channelList(network, request, 'channel_ids');
      network.channels.setLatency(channels, integer(request, 'latency_us', 0, MAX_LATENCY_US));
      return {};
    },

    CreateInvoice: (request, network) => {
      const node = nodeAt(network, request, 'node');
      const amountMsat = optional(request, 'amount_msat', 1) ?? -1;
      const expiryUs = optional(request, 'expiry_us', 1, MAX_WAIT_US);
      const index = network.invoices.create({
        node,
        amountMsat,
        ...(expiryUs === undefined ? {} : { expiryUs }),
        ...(flag(request, 'hold') ? { hold: true } : {}),
      });
      return invoiceMessage(network, index);
    },
    GetInvoice: (request, network) => within('invoice_id', () => invoiceMessage(network, invoiceIndex(request))),
    SettleInvoice: (request, network) => {
      const invoice = invoiceIndex(request);
      within('invoice_id', () => network.invoices.settle(invoice));
      return invoiceMessage(network, invoice);
    },
    CancelInvoice: (request, network) => {
      const invoice = invoiceIndex(request);
      within('invoice_id', () => network.invoices.cancel(invoice));
      return invoiceMessage(network, invoice);
    },

    Pay: async (request, network) => {
      const source = nodeAt(network, request, 'node');
      const { id } = network.pay({ source, ...readPayment(network, request, source) });
      return await this.#begun(network, request, id);
    },
    Rebalance: async (request, network) => {
      const node = nodeAt(network, request, 'node');
      const channel = (field: string) => within(field, () => network.channels.ofId(channelId(request, field)));
      const { id } = network.rebalance({
        node,
        outgoing: channel('out_channel_id'),
        incoming: channel('in_channel_id'),
        amountMsat: integer(request, 'amount_msat', 1),
        maxFeeMsat: optional(request, 'max_fee_msat', 0) ?? -1,
        route: channelList(network, request, 'route_channel_ids'),
      });
      return await this.#begun(network, request, id);
    },
    GetPayment: async (request, network) => {
      const id = integer(request, 'payment_id', 1);
      const payment = within('payment_id', () => network.payment(id));
      return paymentMessage(network, flag(request, 'wait') ? await this.#ended(network, payment.id) : payment);
    },

    GetChain: (_, network) => chainMessage(network),
    MineBlocks: (request, network) => {
      network.mine(integer(request, 'blocks', 1, MAX_BLOCKS));
      return chainMessage(network);
    },
    SetMining: (request, network) => {
      network.setMining(readMining(part(request, 'mining')) ?? { blocks: 0, everyUs: 0 });
      return chainMessage(network);
    },
    SetFeerate: (request, network) => {
      network.setFeerate(integer(request, 'feerate_per_kw', 1, MAX_FEERATE_PER_KW));
      return chainMessage(network);
    },
    CongestMempool: (request, network) => {
      const lowPerKw = integer(request, 'low_feerate_per_kw', 1, MAX_FEERATE_PER_KW);
      network.congestMempool({
        lowPerKw,
        highPerKw: integer(request, 'high_feerate_per_kw', lowPerKw, MAX_FEERATE_PER_KW),
        weight: integer(request, 'weight', 0),
        inflowWeight: integer(request, 'inflow_weight', 0),
        blocks: integer(request, 'inflow_blocks', 0),
      });
      return chainMessage(network);
    },
    ReorganizeChain: (request, network) => {
      const depth = integer(request, 'depth_blocks', 1, MAX_REORG_DEPTH);
      network.reorg({ depth, blocks: integer(request, 'blocks', 0, MAX_BLOCKS), empty: flag(request, 'empty') });
      return chainMessage(network);
    },
    AdvanceTime: (request, network) => {
      const us = integer(request, 'duration_us', 1, MAX_PASS_US);
      within('duration_us', () => network.pass(us, MAX_PASS_BLOCKS));
      return chainMessage(network);
    },
  };

  /** What is told of a payment that has been started. */
  async #begun(network: HostedNetwork, request: ControlRequest, id: number): Promise<ControlMessage> {
    const payment = flag(request, 'return_at_once') ? network.payment(id) : await this.#ended(network, id);
    return paymentMessage(network, payment);
  }

  async #ended(network: HostedNetwork, id: number): ReturnType<HostedNetwork['paymentEnded']> {
    const ended = network.paymentEnded(id);
    this.#host.pace();
    return await ended;
  }

  #newNodes(request: ControlRequest): readonly NewHostedNode[] {
    return list(request, 'nodes').map((item, i) => {
      const node = item as ControlRequest;
      const at = `nodes[${i}]`;
      const alias = text(node, 'alias');
      if (Buffer.byteLength(alias) > MAX_ALIAS || /\p{Cc}/u.test(alias)) {
        const what = `an alias has up to ${MAX_ALIAS} bytes and no control characters`;
        throw new HostError(what, 'invalid_value', { field: `${at}.alias` });
      }
      const walletSat = isGiven(node, 'wallet_sat')
        ? inside(at, () => integer(node, 'wallet_sat', 0, MAX_SAT))
        : this.#host.options.walletSat;
      return { name: text(node, 'name'), alias, model: text(node, 'model'), options: readOptions(node, at), walletSat };
    });
  }
}

/** SENDER_OPTIONS by the names of their fields in PayRequest. */
const PAYMENT_OPTIONS = {
  max_cltv: 'max_cltv_blocks',
  outgoing_channel: 'outgoing_channel_ids',
  last_hop: 'last_hop',
} as const;

function readOptions(node: ControlRequest, at: string): NewHostedNode['options'] {
  try {
    return structToJson(node.options as Struct | null);
  } catch (error) {
    throw new HostError((error as Error).message, 'invalid_value', { field: `${at}.options` });
  }
}
