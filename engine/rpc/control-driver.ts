/**
 * The control plane (proto/blast/v1/control.proto) as a driver: one process has the nodes of any number of models, under the
 * scenario's own names; channels have the scenario's own numbers. Blocks come when the scenario has them, and its clock is
 * that of the process.
 */
import { OPENING_BLOCKS } from '../backends/rpc/control-limits.ts';
import {
  type Driver,
  type DriverChain,
  type DriverChannel,
  type DriverCircle,
  type DriverClosing,
  DriverFailure,
  type DriverFigures,
  type DriverGossip,
  type DriverInvoice,
  type DriverInvoiceState,
  type DriverNode,
  type DriverOpening,
  type DriverOwnChannel,
  type DriverPaid,
  type DriverPayment,
  type DriverStart,
} from '../backends/rpc/driver.ts';
import { FAILURE } from '../simulate/failure.ts';
import type { Outcome } from '../simulate/records.ts';
import type { CongestMempoolRequest } from '../timeline/control.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import { isPubkey } from '../timeline/pubkey.ts';
import type { ReorgRequest } from '../timeline/reorgs.ts';
import { gossipOf, ownChannelsOf } from './control-knowledge.ts';
import { CHANNEL_STATES, INVOICE_STATES, PAYMENT_FAILURES, PAYMENT_METHODS } from './control-names.ts';
import { policyMessage } from './policy-message.ts';
import { jsonToStruct } from './struct.ts';
import type { Message, UnaryClient } from './unary-client.ts';

/** How long a payment may take, ms: as long as a run may. */
const PAYMENT_MS = 24 * 3_600_000;

/** How long one node may take to be made, ms. */
const NODE_START_MS = 100;

/** Time in which channels that have their blocks become usable, besides what gossip takes, µs. */
const SETTLING_US = 30_000_000;

const STATES = new Map(Object.entries(CHANNEL_STATES).map(([state, name]) => [name, state as DriverChannel['state']]));
const INVOICES = new Map(
  Object.entries(INVOICE_STATES).map(([state, name]) => [name, state as DriverInvoiceState['state']]),
);

export class ControlDriver implements Driver {
  readonly target: string;
  readonly #client: UnaryClient;
  readonly #callMs: number;
  readonly #keys = new Map<string, string>();
  #begun = false;
  #gossipUs = 0;
  /** Server.revision; null: nobody has asked yet. */
  #revision: number | null = null;

  /** The client speaks CONTROL_SERVICE. @param callMs how long a call may take */
  constructor(client: UnaryClient, options: { readonly address: string; readonly callMs: number }) {
    this.#client = client;
    this.#callMs = options.callMs;
    this.target = `nodes at ${options.address}`;
  }

  /** Called once for each model. */
  async start({ nodes, chain, gossipUs, load }: DriverStart): Promise<readonly DriverNode[]> {
    const ms = this.#callMs + NODE_START_MS * nodes.length;
    if (!this.#begun) {
      if (load === null) {
        await this.#call('NewNetwork', '', {
          height: chain.height - OPENING_BLOCKS,
          feerate_per_kw: chain.feeratePerKw,
          mining: {},
          gossip_us: gossipUs,
        });
      } else await this.#call('LoadNetwork', '', { name: load }, ms);
      this.#begun = true;
      this.#gossipUs = gossipUs;
    }
    const answer =
      load === null
        ? await this.#call(
            'CreateNodes',
            '',
            {
              nodes: nodes.map(({ name, model, options, walletSat }) => ({
                name,
                model,
                options: jsonToStruct(options),
                wallet_sat: walletSat,
              })),
            },
            ms,
          )
        : await this.#call('ListNodes', '', { names: nodes.map(({ name }) => name) });
    const made = answer.nodes as readonly Message[];
    if (made.length !== nodes.length) throw nonsense('CreateNodes', '', `${made.length} nodes`);
    return nodes.map(({ name }, i) => {
      const key = made[i]?.public_key;
      const pubkey = key instanceof Uint8Array ? Buffer.from(key).toString('hex') : '';
      if (!isPubkey(pubkey)) throw nonsense('CreateNodes', name, 'no public key');
      this.#keys.set(name, pubkey);
      return { name, pubkey, address: '' };
    });
  }

  async settle(): Promise<void> {
    await this.#call('MineBlocks', '', { blocks: OPENING_BLOCKS });
    await this.#call('AdvanceTime', '', { duration_us: this.#gossipUs + SETTLING_US });
  }

  async connect(node: DriverNode, peer: DriverNode): Promise<void> {
    await this.#call('ConnectPeer', node.name, { node: node.name, peer: peer.name });
  }

  async disconnect(node: DriverNode, peer: DriverNode): Promise<void> {
    await this.#call('DisconnectPeer', node.name, { node: node.name, peer: peer.name });
  }

  async connected(node: DriverNode, peer: DriverNode): Promise<boolean> {
    const { peers } = await this.#call('ListPeers', node.name, { node: node.name });
    return (peers as readonly string[]).includes(peer.name);
  }

  async openChannel(opening: DriverOpening): Promise<void> {
    const { id, node, peer, capacitySat, pushMsat, announced, policy, reversePolicy, latencyUs } = opening;
    await this.#call('OpenChannel', node.name, {
      node: node.name,
      peer: peer.name,
      capacity_sat: capacitySat,
      push_msat: pushMsat,
      unannounced: !announced,
      channel_id: id,
      policy: policyMessage(policy),
      peer_policy: policyMessage(reversePolicy),
      latency_us: latencyUs,
    });
  }

  async closeChannel({ id, node, force }: DriverClosing): Promise<void> {
    await this.#call('CloseChannel', node.name, { channel_id: id, node: node.name, force });
  }

  async channels(): Promise<readonly DriverChannel[]> {
    const call = 'ListChannels';
    const { channels } = await this.#call(call, '', { include_closed: true });
    return (channels as readonly Message[]).map((channel): DriverChannel => {
      const state = STATES.get(String(channel.state));
      const [opener, acceptor] = channel.ends as readonly Message[];
      if (state === undefined || opener === undefined || acceptor === undefined) {
        throw nonsense(call, '', `a channel in no known state: ${String(channel.state)}`);
      }
      return {
        id: Number(channel.channel_id),
        state,
        balancesMsat: [Number(opener.balance_msat), Number(acceptor.balance_msat)],
        htlcs: Number(opener.htlcs_offered) + Number(acceptor.htlcs_offered),
        ...(state === 'open' ? { connected: channel.active === true } : {}),
      };
    });
  }

  async figures({ name }: DriverNode): Promise<DriverFigures> {
    const { nodes } = await this.#call('ListNodes', name, { names: [name] });
    const [node] = nodes as readonly Message[];
    if (node === undefined) throw nonsense('ListNodes', name, 'no node');
    return {
      walletSat: Number(node.wallet_sat),
      localMsat: Number(node.local_balance_msat),
      remoteMsat: Number(node.remote_balance_msat),
      forwards: Number(node.forwards),
      feesEarnedMsat: Number(node.fees_earned_msat),
      htlcsRefused: Number(node.htlcs_refused),
    };
  }

  async startNode({ name }: DriverNode): Promise<void> {
    await this.#call('StartNode', name, { node: name });
  }

  async stopNode({ name }: DriverNode, crash: boolean): Promise<void> {
    await this.#call('StopNode', name, { node: name, crash });
  }

  async fund({ name }: DriverNode, sat: number): Promise<void> {
    await this.#call('FundNode', name, { node: name, amount_sat: sat });
  }

  async mine(blocks: number): Promise<void> {
    await this.#call('MineBlocks', '', { blocks });
  }

  async height(): Promise<number> {
    const { height } = await this.#call('GetChain', '', {});
    return Number(height);
  }

  async chainFigures(): Promise<DriverChain> {
    const chain = await this.#call('GetChain', '', {});
    return {
      height: Number(chain.height),
      mempool: Number(chain.mempool),
      feesSat: Number(chain.fees_sat),
      feeratePerKw: Number(chain.feerate_per_kw),
      feerate6PerKw: Number(chain.feerate_in_six_blocks_per_kw),
      minimumPerKw: Number(chain.minimum_feerate_per_kw),
      backlogWeight: Number(chain.backlog_weight),
    };
  }

  async reorg({ depth, blocks, empty }: ReorgRequest): Promise<void> {
    await this.#call('ReorganizeChain', '', { depth_blocks: depth, blocks, empty });
  }

  async setFeerate(feeratePerKw: number): Promise<void> {
    await this.#call('SetFeerate', '', { feerate_per_kw: feeratePerKw });
  }

  async congestMempool({ lowPerKw, highPerKw, weight, inflowWeight, blocks }: CongestMempoolRequest): Promise<void> {
    await this.#call('CongestMempool', '', {
      low_feerate_per_kw: Math.round(lowPerKw),
      high_feerate_per_kw: Math.round(highPerKw),
      weight,
      inflow_weight: inflowWeight,
      inflow_blocks: blocks,
    });
  }

  async sendCoins({ name }: DriverNode, to: DriverNode, sat: number): Promise<void> {
    await this.#call('SendCoins', name, { node: name, destination: to.name, amount_sat: sat });
  }

  async setLatency(ids: readonly number[], latencyUs: number): Promise<void> {
    await this.#call('SetLatency', '', { channel_ids: ids, latency_us: latencyUs });
  }

  async setPolicy(id: number, { name }: DriverNode, policy: PolicyPlan): Promise<void> {
    await this.#call('SetPolicy', name, { channel_id: id, node: name, change: policyMessage(policy) });
  }

  ownChannels(node: DriverNode): Promise<readonly DriverOwnChannel[]> {
    return ownChannelsOf((...args) => this.#call(...args), node);
  }

  gossip(node: DriverNode): Promise<readonly DriverGossip[]> {
    return gossipOf((...args) => this.#call(...args), node);
  }

  async pay({ node, destination, invoice, amountMsat, profile, lastHop }: DriverPayment): Promise<DriverPaid> {
    const given = (value: number): number | undefined => (value < 0 ? undefined : value);
    if (profile.invoiceExpiryUs !== undefined || profile.holdUs < 0) await this.#needsRevision(1, 'Pay', node.name);
    const request = {
      node: node.name,
      destination: destination.name,
      ...(invoice === null ? {} : { invoice_id: Number(invoice) }),
      amount_msat: amountMsat,
      method: PAYMENT_METHODS[profile.method],
      fee_limit_msat: given(profile.feeLimitMsat),
      timeout_us: given(profile.timeoutUs),
      max_parts: given(profile.maxParts),
      max_cltv_blocks: profile.maxCltv,
      outgoing_channel_ids: profile.outgoingChannels ?? [],
      last_hop: lastHop?.name ?? '',
      route_channel_ids: profile.route ?? [],
      hold_us: Math.max(0, profile.holdUs),
      hold_fails: profile.settles === false,
      hold_until_expiry: profile.holdUs < 0,
      invoice_expiry_us: profile.invoiceExpiryUs,
      probe: profile.probe === true,
    };
    return this.#paid('Pay', node, await this.#call('Pay', node.name, request, PAYMENT_MS));
  }

  async rebalance({ node, outChannel, inChannel, amountMsat, maxFeeMsat, route }: DriverCircle): Promise<DriverPaid> {
    const request = {
      node: node.name,
      out_channel_id: outChannel,
      in_channel_id: inChannel,
      amount_msat: amountMsat,
      ...(maxFeeMsat < 0 ? {} : { max_fee_msat: maxFeeMsat }),
      route_channel_ids: route,
    };
    return this.#paid('Rebalance', node, await this.#call('Rebalance', node.name, request, PAYMENT_MS));
  }

  async makeInvoice({ node: { name }, amountMsat, expiryUs, hold }: DriverInvoice): Promise<string> {
    const { invoice_id: id } = await this.#call('CreateInvoice', name, {
      node: name,
      ...(amountMsat < 0 ? {} : { amount_msat: amountMsat }),
      expiry_us: expiryUs,
      hold,
    });
    return String(id);
  }

  async invoice(id: string): Promise<DriverInvoiceState> {
    const { state, payer } = await this.#call('GetInvoice', '', { invoice_id: Number(id) });
    const known = INVOICES.get(String(state));
    if (known === undefined) throw nonsense('GetInvoice', '', `an invoice in no known state: ${String(state)}`);
    return { state: known, payer: String(payer) };
  }

  async settleInvoice(id: string): Promise<void> {
    await this.#call('SettleInvoice', '', { invoice_id: Number(id) });
  }

  async cancelInvoice(id: string): Promise<void> {
    await this.#call('CancelInvoice', '', { invoice_id: Number(id) });
  }

  async save(name: string): Promise<void> {
    await this.#call('SaveNetwork', '', { name });
  }

  /** The process goes on, without nodes. */
  async stop(): Promise<void> {
    await this.#call('NewNetwork', '', { replace: true });
  }

  close(): void {
    this.#client.close();
  }

  /** What a message tells of a payment that has ended. @throws DriverFailure */
  #paid(call: string, payer: DriverNode, paid: Message): DriverPaid {
    const outcome = PAYMENT_FAILURES.indexOf(paid.failure as (typeof PAYMENT_FAILURES)[number]);
    if (outcome < 0) throw nonsense(call, payer.name, `a payment that failed by ${String(paid.failure)}`);
    const hops = paid.route as readonly Message[];
    return {
      outcome: outcome as Outcome,
      attempts: Number(paid.attempts_made),
      parts: Number(paid.parts),
      feeMsat: Number(paid.fee_msat),
      route:
        hops.length === 0
          ? []
          : [payer.name, ...hops.map(({ to }) => String(to))].map((name) => this.#keys.get(name) ?? ''),
      failureCode: failureCode(paid.failure_code),
      failureHop: paid.failure_hop === undefined ? -1 : Number(paid.failure_hop),
    };
  }

  /** A process of an older revision would not see the fields that a call needs. @throws DriverFailure */
  async #needsRevision(revision: number, call: string, node: string): Promise<void> {
    this.#revision ??= Number((await this.#call('GetServer', '', {})).revision);
    if (this.#revision >= revision) return;
    const what = `it knows revision ${this.#revision} of the control plane, and revision ${revision} is needed`;
    throw new DriverFailure('unknown-call', { call, node }, what);
  }

  #call(call: string, node: string, request: object, ms?: number): Promise<Message> {
    return this.#client.call({ call, node }, request, ms);
  }
}

/** The code of a FailureCode, by its name or, of one that is not known here, as it is; 0 for none. */
function failureCode(code: unknown): number {
  if (typeof code === 'number') return code;
  const name = String(code ?? '')
    .replace(/^CODE_/, '')
    .toLowerCase();
  return FAILURE[name as keyof typeof FAILURE] ?? 0;
}

function nonsense(call: string, node: string, reason: string): DriverFailure {
  return new DriverFailure('nonsense', { call, node }, `its answer is ${reason}`);
}
