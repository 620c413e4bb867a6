/** Channels between real nodes: which instance is which for LDK, how far each has come, what its ends say of it. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type ChannelEvent, EVENT, NO_CHANGE, nextState, STATE } from '../../simulate/channel-lifecycle.ts';
import { RECORD, TX } from '../../simulate/records.ts';
import { WEIGHT } from '../../simulate/tx-weight.ts';
import type { CloseChannelRequest, OpenChannelRequest } from '../../timeline/control.ts';
import type { PolicyPlan } from '../../timeline/network.ts';
import type { Ldk } from './binding.ts';
import { TARGET_BLOCKS } from './fee-targets.ts';
import type { WaitingTx } from './real-chain.ts';
import type { RealNode } from './real-node.ts';
import { readTransaction } from './transaction.ts';
import type { World } from './world-contract.ts';

/** ldk:chain/channelmonitor.rs:ANTI_REORG_DELAY: blocks after which an ending is final. */
const FINAL_DEPTH = 6;
const MSAT = 1000;

export interface RealChannel {
  readonly index: number;
  readonly name: number;
  /** Nodes; the first opened it. */
  readonly nodes: readonly [RealNode, RealNode];
  readonly capacitySat: number;
  readonly announced: boolean;
  latencyUs: number;
  readonly policies: readonly [PolicyPlan, PolicyPlan];
  state: number;
  /** Channel id of LDK, hex: the temporary one first. */
  id: string;
  scid: bigint;
  fundedAt: number;
  /** Coin that funds it, until it is spent. */
  coin: string | null;
  ready: number;
  active: boolean;
  /** Height of the transaction that closed it, −1 before. */
  closedAt: number;
  /** Height at which nothing was left to do about it, −1 before. */
  endedAt: number;
  /** msat, as last seen while LDK had the channel. */
  lastBalances: readonly [number, number];
}

/** What the ends know of an open channel; msat. */
export interface ChannelMoney {
  readonly balances: readonly [number, number];
  readonly htlcs: number;
}

export class RealChannels {
  readonly #w: World;
  readonly all: RealChannel[] = [];
  readonly byName: Map<number, RealChannel> = new Map();
  readonly #byId: Map<string, RealChannel> = new Map();
  readonly byScid: Map<bigint, RealChannel> = new Map();
  /** Channels whose ends may become, or have ceased to be, connected. */
  readonly unsettled: Set<RealChannel> = new Set();

  constructor(world: World) {
    this.#w = world;
  }

  byId(id: Ldk.ChannelId): RealChannel | undefined {
    return this.#byId.get(bytesToHex(id.get_a()));
  }

  /** Delay between two nodes: of the first of their channels that is not closed, else of the first. */
  between(a: number, b: number): RealChannel | undefined {
    const theirs = this.all.filter(({ nodes }) => {
      const [x, y] = nodes;
      return (x.index === a && y.index === b) || (x.index === b && y.index === a);
    });
    return theirs.find(({ state }) => state < STATE.closing) ?? theirs[0];
  }

  of(node: RealNode): readonly RealChannel[] {
    return this.all.filter(({ nodes }) => nodes[0] === node || nodes[1] === node);
  }

  open(request: OpenChannelRequest): void {
    const w = this.#w;
    const former = this.byName.get(request.channel);
    if (former !== undefined && former.state < STATE.closed) {
      w.record(
        RECORD.openRejected,
        -1,
        request.channel,
        w.text('a channel of this name is still there'),
        request.capacitySat,
      );
      return;
    }
    const [from, to] = [w.nodes[request.from]!, w.nodes[request.to]!];
    const channel: RealChannel = {
      index: this.all.length,
      name: request.channel,
      nodes: [from, to],
      capacitySat: request.capacitySat,
      announced: request.announced,
      latencyUs: request.latencyUs,
      policies: [request.policy, request.reversePolicy],
      state: STATE.negotiating,
      id: '',
      scid: 0n,
      fundedAt: -1,
      coin: null,
      ready: 0,
      active: false,
      closedAt: -1,
      endedAt: -1,
      lastBalances: [request.capacitySat * MSAT - request.pushMsat, request.pushMsat],
    };
    this.all.push(channel);
    this.byName.set(request.channel, channel);
    if (!from.running || !to.running) {
      this.#reject(channel, 'a node of the channel is not running');
      return;
    }
    if (w.wires.between(from.index, to.index) === undefined) {
      if (!w.canReach(from.index, to.index)) {
        this.#reject(channel, 'the peers are not connected');
        return;
      }
      w.wires.connect(from, to);
      // init messages, after the three acts of BOLT 8's handshake.
      w.after(6 * channel.latencyUs, () => this.#create(channel, request.pushMsat));
      return;
    }
    this.#create(channel, request.pushMsat);
  }

  #create(channel: RealChannel, pushMsat: number): void {
    const w = this.#w;
    const [from, to] = channel.nodes;
    const answer = from.manager.create_channel(
      to.id,
      BigInt(channel.capacitySat),
      BigInt(pushMsat),
      BigInt(channel.index),
      null,
      from.config(channel.announced),
    );
    if (!answer.is_ok()) {
      this.#reject(channel, w.binding.problem(answer));
      return;
    }
    this.#identify(channel, (answer as unknown as { res: Ldk.ChannelId }).res);
    w.touch(from);
  }

  #identify(channel: RealChannel, id: Ldk.ChannelId): void {
    channel.id = bytesToHex(id.get_a());
    this.#byId.set(channel.id, channel);
  }

  #reject(channel: RealChannel, reason: string): void {
    const w = this.#w;
    if (channel.coin !== null) w.chain.giveBack(channel.coin);
    channel.coin = null;
    if (channel.state !== STATE.negotiating) return;
    w.record(RECORD.openRejected, channel.index, channel.name, w.text(reason), channel.capacitySat);
    this.advance(channel, EVENT.reject);
  }

  close(request: CloseChannelRequest): void {
    const w = this.#w;
    const channel = this.byName.get(request.channel);
    const refuse = (reason: string): void =>
      w.record(RECORD.closeRejected, channel?.index ?? -1, request.channel, w.text(reason), 0);
    if (channel === undefined || channel.state >= STATE.closing || channel.state < STATE.pending) {
      refuse('the channel is not open');
      return;
    }
    const side = request.by < 0 || channel.nodes[0].index === request.by ? 0 : 1;
    const [node, peer] = [channel.nodes[side], channel.nodes[1 - side]!];
    if (!node.running) {
      refuse('the node is not running');
      return;
    }
    const details = this.details(channel, side);
    if (details === null) {
      refuse('the channel is not open');
      return;
    }
    this.remember(channel);
    const id = details.get_channel_id();
    const answer = request.force
      ? node.manager.force_close_broadcasting_latest_txn(id, peer.id, 'the scenario closes the channel')
      : node.manager.close_channel(id, peer.id);
    if (!answer.is_ok()) refuse(w.binding.problem(answer));
    else if (!request.force) this.advance(channel, EVENT.shutdown);
    w.touch(node);
  }

  /** What one end says of a channel, while it has it. */
  details(channel: RealChannel, side: number): Ldk.ChannelDetails | null {
    const [node, peer] = [channel.nodes[side]!, channel.nodes[1 - side]!];
    const theirs = node.manager.list_channels_with_counterparty(peer.id);
    return theirs.find((one) => bytesToHex(one.get_channel_id().get_a()) === channel.id) ?? null;
  }

  /**
   * Balances to the msat. LDK tells what a side can send above its reserve; a side that has less has what its peer has not.
   */
  money(channel: RealChannel): ChannelMoney {
    if (channel.state < STATE.pending || channel.state > STATE.shutting_down) {
      return { balances: channel.lastBalances, htlcs: 0 };
    }
    const total = channel.capacitySat * MSAT;
    const known: number[] = [-1, -1];
    let inFlight = 0;
    let htlcs = 0;
    channel.nodes.forEach((_, side) => {
      const details = this.details(channel, side);
      if (details === null) return;
      const reserve = details.get_unspendable_punishment_reserve() as unknown as { some?: bigint };
      const above = Number(details.get_outbound_capacity_msat());
      if (above > 0) known[side] = above + Number(reserve.some ?? 0n) * MSAT;
      const out = details.get_pending_outbound_htlcs();
      htlcs += out.length;
      inFlight += out.reduce((sum, one) => sum + Number(one.get_amount_msat()), 0);
    });
    const [a, b] = known as [number, number];
    if (a < 0 && b < 0) return { balances: channel.lastBalances, htlcs };
    return { balances: [a < 0 ? total - inFlight - b : a, b < 0 ? total - inFlight - a : b], htlcs };
  }

  /** Whether the ends of a channel that lies still agree about its money; what does not add up, or null. */
  check(): string | null {
    for (const channel of this.all) {
      if (channel.state !== STATE.open || !channel.nodes.every(({ running }) => running)) continue;
      const { balances, htlcs } = this.money(channel);
      if (htlcs > 0 || balances[0] + balances[1] === channel.capacitySat * MSAT) continue;
      // An HTLC may be with one end and not with the other while it is exchanged.
      if (channel.nodes.some((_, side) => this.#isMoving(channel, side))) continue;
      return `channel ${channel.index} has ${channel.capacitySat} sat and balances ${balances.join(' + ')} msat`;
    }
    return null;
  }

  #isMoving(channel: RealChannel, side: number): boolean {
    const details = this.details(channel, side);
    return details === null || details.get_pending_inbound_htlcs().length > 0;
  }

  remember(channel: RealChannel): void {
    channel.lastBalances = this.money(channel).balances;
  }

  advance(channel: RealChannel, event: ChannelEvent): void {
    const next = nextState(channel.state, event);
    if (next === NO_CHANGE) return;
    channel.state = next;
    this.#w.record(RECORD.channelState, channel.index, next, event, channel.capacitySat);
    if (next > STATE.open) this.setActive(channel, false);
  }

  setActive(channel: RealChannel, active: boolean): void {
    if (channel.active === active) return;
    channel.active = active;
    this.#w.record(RECORD.channelActive, channel.index, channel.name, active ? 1 : 0, 0);
  }

  /** Sets what a policy plan says; `side` is the end whose policy it is. */
  setPolicy(channel: RealChannel, side: number, plan: PolicyPlan): boolean {
    const w = this.#w;
    const [node, peer] = [channel.nodes[side]!, channel.nodes[1 - side]!];
    const details = this.details(channel, side);
    if (details === null || Object.keys(plan).length === 0) return false;
    const config = details.get_config();
    if (plan.feeBaseMsat !== undefined) config.set_forwarding_fee_base_msat(plan.feeBaseMsat);
    if (plan.feeRatePpm !== undefined) config.set_forwarding_fee_proportional_millionths(plan.feeRatePpm);
    if (plan.cltvDelta !== undefined) config.set_cltv_expiry_delta(plan.cltvDelta);
    const answer = node.manager.update_channel_config(peer.id, [details.get_channel_id()], config);
    w.touch(node);
    return answer.is_ok();
  }

  /** htlc_maximum_msat that LDK announces (`ldk:ln/channel.rs:get_announced_htlc_max_msat`), of both ends the same. */
  largestHtlc(channel: RealChannel): number {
    const percent = channel.announced ? 25 : 90;
    return Math.floor((channel.capacitySat * MSAT * percent) / 100);
  }

  /** Events of LDK that are about channels; false for others. */
  hear(node: RealNode, event: Ldk.Event): boolean {
    const w = this.#w;
    const { ldk } = w.binding;
    if (event instanceof ldk.Event_OpenChannelRequest) {
      const channel = this.byId(event.temporary_channel_id);
      const peer = event.counterparty_node_id;
      if (channel !== undefined) {
        const answer = node.manager.accept_inbound_channel(event.temporary_channel_id, peer, BigInt(channel.index));
        if (!answer.is_ok()) this.#reject(channel, w.binding.problem(answer));
      }
    } else if (event instanceof ldk.Event_FundingGenerationReady) {
      this.#fund(node, event);
    } else if (event instanceof ldk.Event_ChannelPending) {
      const former = event.former_temporary_channel_id;
      const channel = former === null ? undefined : this.byId(former);
      if (channel !== undefined) this.#identify(channel, event.channel_id);
    } else if (event instanceof ldk.Event_ChannelReady) {
      const channel = this.byId(event.channel_id);
      if (channel !== undefined) this.#ready(node, channel);
    } else if (event instanceof ldk.Event_ChannelClosed) {
      const channel = this.byId(event.channel_id);
      if (channel !== undefined) this.#closed(channel, event.reason);
    } else if (event instanceof ldk.Event_DiscardFunding) {
      const channel = this.byId(event.channel_id);
      if (channel !== undefined && channel.coin !== null) w.chain.giveBack(channel.coin);
    } else if (event instanceof ldk.Event_BumpTransaction) {
      node.bump(event.bump_transaction);
    } else return false;
    return true;
  }

  #fund(node: RealNode, event: Ldk.Event_FundingGenerationReady): void {
    const w = this.#w;
    const channel = this.byId(event.temporary_channel_id);
    if (channel === undefined) return;
    const { temporary_channel_id: id, counterparty_node_id: peer } = event;
    const feeSat = w.isSettingUp ? 0 : w.chain.feeFor(WEIGHT.funding, TARGET_BLOCKS.channelFunding);
    if (w.isSettingUp) w.chain.mint(node.index, channel.capacitySat);
    if ((w.chain.walletSat[node.index] ?? 0) < channel.capacitySat + feeSat) {
      node.manager.force_close_without_broadcasting_txn(id, peer, 'not enough coins');
      this.#reject(channel, 'not enough coins in the wallet');
      return;
    }
    channel.coin = w.chain.coin(node.index, channel.capacitySat + feeSat);
    const funding = node.fundingTransaction(channel.coin, event.output_script, channel.capacitySat);
    w.chain.funds(readTransaction(funding).txid, channel.index);
    const answer = node.manager.funding_transaction_generated(id, peer, funding);
    if (!answer.is_ok()) this.#reject(channel, w.binding.problem(answer));
  }

  #ready(_node: RealNode, channel: RealChannel): void {
    channel.ready++;
    if (channel.ready < 2 || channel.state > STATE.open) return;
    this.advance(channel, EVENT.depth);
    this.advance(channel, EVENT.ready);
    channel.nodes.forEach((_, side) => {
      this.setPolicy(channel, side, channel.policies[side]!);
      // Invoices of nodes without announced channels name a channel by this.
      const alias = this.details(channel, side)?.get_inbound_scid_alias() as unknown as { some?: bigint } | undefined;
      if (alias?.some !== undefined) this.byScid.set(alias.some, channel);
    });
    this.unsettled.add(channel);
  }

  #closed(channel: RealChannel, reason: Ldk.ClosureReason): void {
    const { ldk } = this.#w.binding;
    this.setActive(channel, false);
    if (channel.state === STATE.negotiating) {
      const text =
        reason instanceof ldk.ClosureReason_CounterpartyForceClosed ? reason.peer_msg.get_a() : this.#name(reason);
      this.#reject(channel, text);
    }
  }

  #name(reason: Ldk.ClosureReason): string {
    const { ldk } = this.#w.binding;
    if (reason instanceof ldk.ClosureReason_ProcessingError) return reason.err;
    return reason.constructor.name.replace('ClosureReason_', '');
  }

  /** A transaction is in the mempool. */
  broadcast({ kind, channel: index }: WaitingTx): void {
    const channel = this.all[index];
    if (channel === undefined) return;
    if (kind === TX.funding) {
      channel.coin = null;
      this.advance(channel, EVENT.broadcast);
    } else if (kind === TX.coopClose) {
      this.advance(channel, EVENT.shutdown);
      this.advance(channel, EVENT.close_broadcast);
    } else if (kind === TX.commitment) this.advance(channel, EVENT.force);
  }

  /** A block has taken transactions, which are in this order in it. */
  confirmed(transactions: readonly WaitingTx[], height: number): void {
    transactions.forEach(({ kind, channel: index }, i) => {
      const channel = this.all[index];
      if (channel === undefined) return;
      if (kind === TX.funding) {
        channel.fundedAt = height;
        // BOLT 7; number 0 of a block is the miner's, and the funding output is the first of its transaction.
        channel.scid = (BigInt(height) << 40n) | (BigInt(i + 1) << 16n);
        this.byScid.set(channel.scid, channel);
      } else if (kind === TX.coopClose || kind === TX.commitment) {
        channel.closedAt = height;
        if (kind === TX.commitment) this.advance(channel, EVENT.commitment_confirmed);
      }
    });
  }

  /** A block with this transaction is undone. What LDK makes of it, it says by itself. */
  undone({ kind, channel: index }: WaitingTx): void {
    const channel = this.all[index];
    if (channel === undefined) return;
    if (kind === TX.funding) {
      channel.fundedAt = -1;
      this.byScid.delete(channel.scid);
    } else if (kind === TX.coopClose) {
      channel.closedAt = -1;
      this.advance(channel, EVENT.close_undone);
    } else if (kind === TX.commitment) {
      channel.closedAt = -1;
      this.advance(channel, EVENT.ending_undone);
      this.advance(channel, EVENT.commitment_undone);
    }
  }

  /** Channels that were closed for good in blocks above this height are not any more. */
  afterReorg(height: number): void {
    for (const channel of this.all) {
      if (channel.endedAt <= height) continue;
      channel.endedAt = -1;
      this.advance(channel, EVENT.ending_undone);
    }
  }

  /** After the nodes have seen a block. */
  afterBlock(height: number): void {
    for (const channel of this.all) {
      if (channel.closedAt < 0 || channel.state >= STATE.closed) continue;
      const deep = height - channel.closedAt + 1 >= FINAL_DEPTH;
      if (deep && channel.state === STATE.closing) this.advance(channel, EVENT.close_confirmed);
      if (deep && channel.state === STATE.resolving && !this.#w.chain.hasOutputsOf(channel.index)) {
        this.advance(channel, EVENT.resolved);
      }
      if (channel.state === STATE.closed) channel.endedAt = height;
    }
  }

  /** Looks whether the ends of unsettled channels can use them now. */
  look(): void {
    for (const channel of this.unsettled) {
      if (channel.state !== STATE.open) {
        this.unsettled.delete(channel);
        continue;
      }
      const usable = channel.nodes.every((node, side) => node.running && this.details(channel, side)?.get_is_usable());
      this.setActive(channel, usable);
      if (usable) this.unsettled.delete(channel);
    }
  }
}
