/**
 * BLAST's protocol (proto/blast.proto) as a driver: any process that BLAST's core could drive, `blast model serve` among
 * them. Nodes are MODEL-0000, MODEL-0001, …; channels have the scenario's own numbers.
 *
 * Of a channel the protocol tells one thing only: whether the process lists it. What is listed is open here: lnd's model
 * (and ours) list a channel from its confirmations to its close, LDK's from the moment at which it is asked for.
 */
import {
  type Driver,
  type DriverChannel,
  type DriverClosing,
  DriverFailure,
  type DriverFigures,
  type DriverNode,
  type DriverOpening,
  DriverRefusal,
  type DriverStart,
} from '../backends/rpc/driver.ts';
import { isPubkey } from '../timeline/pubkey.ts';
import type { ReorgRequest } from '../timeline/reorgs.ts';
import type { Bitcoind } from './bitcoind.ts';
import { channelIds, channelSat, namesPeer, saysItStarts, walletSat } from './blast-answers.ts';
import type { Message, UnaryClient } from './unary-client.ts';

/** How long one node may take to start, ms: lnd's model waits for the wallet of each, LDK's sleeps two seconds. */
const NODE_START_MS = 10_000;

/** How long a node may say that it is still starting, ms. */
const STARTING_MS = 120_000;

/** How long peers may take until they have met, ms. */
const CONNECT_MS = 10_000;

/** Pause between two questions about what is not there yet, ms. */
const ASK_AGAIN_MS = 200;

const MSAT_PER_SAT = 1000;

export interface BlastDriverOptions {
  /** The model's name, which its nodes' names begin with. */
  readonly model: string;
  readonly address: string;
  /** How long a call may take, ms. */
  readonly callMs: number;
  readonly clock: { now(): number; sleep(ms: number): Promise<void> };
}

export class BlastDriver implements Driver {
  readonly target: string;
  #leaving = false;
  readonly #client: UnaryClient;
  readonly #options: BlastDriverOptions;

  /** The client speaks BLAST_SERVICE. */
  constructor(client: UnaryClient, options: BlastDriverOptions) {
    this.#client = client;
    this.#options = options;
    this.target = `${options.model} at ${options.address}`;
  }

  async start({ nodes, load }: DriverStart): Promise<readonly DriverNode[]> {
    const ms = this.#options.callMs + NODE_START_MS * nodes.length;
    if (load === null) await this.#do('StartNodes', '', { num_nodes: nodes.length }, ms);
    else await this.#do('Load', '', { sim: load }, ms);
    try {
      const started: DriverNode[] = [];
      for (let i = 0; i < nodes.length; i++) started.push(await this.#node(i));
      return started;
    } catch (error) {
      // The nodes are this run's, and there is no other use for them.
      if (error instanceof DriverRefusal) await this.stop();
      throw error;
    }
  }

  /** lnd's model answers before the peer is there, and loses what is asked of it until then. */
  async connect(node: DriverNode, peer: DriverNode): Promise<void> {
    const { clock } = this.#options;
    const { pubkey, address } = peer;
    await this.#do('ConnectPeer', node.name, { node: node.name, peer_pub_key: pubkey, peer_addr: address });
    const deadlineMs = clock.now() + CONNECT_MS;
    while (!(await this.connected(node, peer))) {
      if (clock.now() >= deadlineMs) {
        throw new DriverRefusal(`it does not list the peer ${CONNECT_MS / 1000} s after it was told to connect to it`);
      }
      await clock.sleep(ASK_AGAIN_MS);
    }
  }

  async disconnect(node: DriverNode, { pubkey }: DriverNode): Promise<void> {
    await this.#do('DisconnectPeer', node.name, { node: node.name, peer_pub_key: pubkey });
  }

  async connected({ name }: DriverNode, { pubkey }: DriverNode): Promise<boolean> {
    return namesPeer(await this.#text('ListPeers', name, 'peers'), pubkey);
  }

  async openChannel({ id, node, peer, capacitySat, pushMsat }: DriverOpening): Promise<void> {
    // lnd's model opens channels to peers only, and the call has no use for the address there.
    if (!(await this.connected(node, peer))) {
      await this.connect(node, peer);
      await this.#awake(peer, node);
    }
    await this.#do('OpenChannel', node.name, {
      node: node.name,
      peer_pub_key: peer.pubkey,
      peer_address: peer.address,
      amount: capacitySat,
      push_amout: pushMsat / MSAT_PER_SAT,
      channel_id: id,
    });
  }

  /**
   * A node of lnd's model that is still starting takes connections, but fails the openings that others ask of it. Told to
   * connect to its peer it says that it starts, or that it is connected, which is no matter.
   */
  async #awake(node: DriverNode, peer: DriverNode): Promise<void> {
    if (!node.name.startsWith(`${this.#options.model}-`)) return;
    const request = { node: node.name, peer_pub_key: peer.pubkey, peer_addr: peer.address };
    try {
      await this.#ask('ConnectPeer', node.name, request);
    } catch (error) {
      if (!(error instanceof DriverRefusal)) throw error;
    }
  }

  async closeChannel({ id, node }: DriverClosing): Promise<void> {
    await this.#do('CloseChannel', node.name, { node: node.name, channel_id: id });
  }

  async channels(): Promise<readonly DriverChannel[]> {
    const call = 'GetModelChannels';
    const text = await this.#text(call, '', 'channels');
    const ids = channelIds(text);
    if (ids === null) throw nonsense(call, '', `no list of channels: ${shown(text)}`);
    return ids.map((id) => ({ id, state: 'open' }));
  }

  async figures({ name }: DriverNode): Promise<DriverFigures> {
    const wallet = await this.#sat('WalletBalance', name, walletSat);
    const local = await this.#sat('ChannelBalance', name, channelSat);
    return { walletSat: wallet, localMsat: local * MSAT_PER_SAT };
  }

  async save(name: string): Promise<void> {
    await this.#do('Save', '', { sim: name });
  }

  async stop(): Promise<void> {
    try {
      await this.#do('StopModel', '', {});
      this.#leaving = true;
    } catch (error) {
      // A process may be gone before it has answered.
      if (!(error instanceof DriverFailure && error.fault === 'unreachable')) throw error;
    }
  }

  /** The process has said that it ends; lnd's model and LDK's then clear away what their nodes have written. */
  get leaving(): boolean {
    return this.#leaving;
  }

  close(): void {
    this.#client.close();
  }

  /** An address that a node watches. */
  btcAddress({ name }: DriverNode): Promise<string> {
    return this.#text('GetBtcAddress', name, 'address');
  }

  async #node(index: number): Promise<DriverNode> {
    const name = `${this.#options.model}-${String(index).padStart(4, '0')}`;
    const pubkey = (await this.#text('GetPubKey', name, 'pub_key')).toLowerCase();
    if (!isPubkey(pubkey)) throw nonsense('GetPubKey', name, `no public key: ${shown(pubkey)}`);
    return { name, pubkey, address: await this.#text('GetListenAddress', name, 'address') };
  }

  async #sat(call: string, node: string, read: (text: string) => number | null): Promise<number> {
    const text = await this.#text(call, node, 'balance');
    const sat = read(text);
    if (sat === null) throw nonsense(call, node, `no balance: ${shown(text)}`);
    return sat;
  }

  async #text(call: string, node: string, field: string): Promise<string> {
    const answer = await this.#ask(call, node, node === '' ? {} : { node });
    return String(answer[field]);
  }

  /** A call that answers nothing but whether it was done. */
  async #do(call: string, node: string, request: object, ms?: number): Promise<void> {
    const { success } = await this.#ask(call, node, request, ms);
    if (success !== true) throw new DriverRefusal('it was not done, and no reason is given');
  }

  /** Asks again while the node says that it is starting. */
  async #ask(call: string, node: string, request: object, ms?: number): Promise<Message> {
    const { clock } = this.#options;
    const deadlineMs = clock.now() + STARTING_MS;
    for (;;) {
      try {
        return await this.#client.call({ call, node }, request, ms);
      } catch (error) {
        const isEarly = error instanceof DriverRefusal && saysItStarts(error.message);
        if (!isEarly || clock.now() >= deadlineMs) throw error;
      }
      await clock.sleep(ASK_AGAIN_MS);
    }
  }
}

/** The same with the chain that the processes watch, as BLAST's core has it. */
export class ChainedBlastDriver extends BlastDriver {
  readonly chain: Bitcoind;

  constructor(client: UnaryClient, options: BlastDriverOptions, chain: Bitcoind) {
    super(client, options);
    this.chain = chain;
  }

  async fund(node: DriverNode, sat: number): Promise<void> {
    await this.chain.send(await this.btcAddress(node), sat);
  }

  mine(blocks: number): Promise<void> {
    return this.chain.mine(blocks);
  }

  reorg(request: ReorgRequest): Promise<void> {
    return this.chain.reorg(request);
  }

  height(): Promise<number> {
    return this.chain.height();
  }
}

function nonsense(call: string, node: string, reason: string): DriverFailure {
  return new DriverFailure('nonsense', { call, node }, `its answer is ${reason}`);
}

/** Longest text of others that a message repeats, characters. */
const SHOWN = 80;

const shown = (text: string): string => JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
