/**
 * Whether a state holds together: every number refers to something, every HTLC is where it says it is, and no money is
 * missing. The shape has been checked before. Answers what is wrong with its place; changes nothing.
 */
import type { BlockState, ChannelState, OldHtlcState, SimulationState, TxState } from '../simulate/state.ts';

export interface Inconsistency {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Found mistakes beyond this are not told. */
const MOST = 10;
const MSAT = 1000;

/** What the first number of a pending event is, by the kind's name; of the others it is a payment or an announcement. */
export const SUBJECT: Readonly<Record<string, 'edge' | 'channel' | 'node' | 'slot' | 'attempt'>> = {
  signTimer: 'edge',
  signature: 'edge',
  revocation: 'edge',
  preimage: 'slot',
  localFailure: 'attempt',
  mppTimeout: 'slot',
  fundingSigned: 'channel',
  channelReady: 'channel',
  closingSigned: 'channel',
  connect: 'node',
  mailbox: 'channel',
  disable: 'edge',
  enable: 'edge',
  silent: 'channel',
  lostData: 'channel',
  fundingUndone: 'edge',
  updateFee: 'channel',
  batchedHtlc: 'slot',
  batchedFailure: 'slot',
  maximumAgain: 'edge',
  defenceRelease: 'node',
};

export function inconsistencies(state: SimulationState): readonly Inconsistency[] {
  return new Check(state).run();
}

class Check {
  readonly #s: SimulationState;
  readonly #found: Inconsistency[] = [];
  readonly #nodes: Map<string, number> = new Map();
  /** Index in the list by slot. */
  readonly #htlcs: Map<number, number> = new Map();
  readonly #attempts: Map<number, number> = new Map();

  constructor(state: SimulationState) {
    this.#s = state;
  }

  run(): readonly Inconsistency[] {
    this.#nodeNames();
    this.#pool('htlcs', this.#htlcs, this.#s.htlc_pool.free, this.#s.htlc_pool.generations.length);
    this.#pool('attempts', this.#attempts, this.#s.attempt_pool.free, this.#s.attempt_pool.used);
    this.#htlcFields();
    this.#attemptFields();
    this.#paymentFields();
    this.#channels();
    this.#chain();
    this.#lists();
    this.#defences();
    this.#invoices();
    this.#events();
    if (this.#found.length === 0) this.#money();
    return this.#found;
  }

  #add(path: readonly (string | number)[], message: string): void {
    if (this.#found.length < MOST) this.#found.push({ path, message });
  }

  /** Reports a number that is not below `limit` (or −1, where that is allowed). */
  #below(path: readonly (string | number)[], value: number, limit: number, what: string, none = false): boolean {
    if ((value >= 0 && value < limit) || (none && value === -1)) return true;
    this.#add(path, `there is no ${what} ${value}`);
    return false;
  }

  get #edges(): number {
    return 2 * this.#s.channels.length;
  }

  #nodeNames(): void {
    this.#s.nodes.forEach(({ name }, n) => {
      if (this.#nodes.has(name)) this.#add(['nodes', n, 'name'], `there are two nodes \`${name}\``);
      this.#nodes.set(name, n);
    });
  }

  /** Slots are used or free, each once. */
  #pool(name: 'htlcs' | 'attempts', index: Map<number, number>, free: readonly number[], used: number): void {
    const seen = new Set<number>();
    const pool = name === 'htlcs' ? 'htlc_pool' : 'attempt_pool';
    const visit = (slot: number, path: readonly (string | number)[]): void => {
      if (!this.#below(path, slot, used, 'slot')) return;
      if (seen.has(slot)) this.#add(path, `slot ${slot} is used twice`);
      seen.add(slot);
    };
    this.#s[name].forEach(({ slot }, i) => {
      visit(slot, [name, i, 'slot']);
      index.set(slot, i);
    });
    free.forEach((slot, i) => {
      visit(slot, [pool, 'free', i]);
    });
    if (seen.size !== used) this.#add([pool], `${used - seen.size} of ${used} slots are neither used nor free`);
  }

  #htlcFields(): void {
    this.#s.htlcs.forEach((h, i) => {
      this.#below(['htlcs', i, 'edge'], h.edge, this.#edges, 'edge');
      const attempt = this.#s.attempts[this.#attempts.get(h.attempt) ?? -1];
      if (attempt === undefined) this.#add(['htlcs', i, 'attempt'], `no attempt has slot ${h.attempt}`);
      else this.#below(['htlcs', i, 'hop'], h.hop, attempt.route.length, 'hop');
    });
  }

  #attemptFields(): void {
    const rows = new Set(this.#s.payments.map(({ row }) => row));
    this.#s.attempts.forEach((a, i) => {
      if (!rows.has(a.payment)) this.#add(['attempts', i, 'payment'], `no payment has row ${a.payment}`);
      let live = 0;
      a.route.forEach(([edge, , , slot], hop) => {
        this.#below(['attempts', i, 'route', hop], edge, this.#edges, 'edge');
        if (slot < 0) return;
        live++;
        const htlc = this.#s.htlcs[this.#htlcs.get(slot) ?? -1];
        if (htlc === undefined || htlc.attempt !== a.slot || htlc.hop !== hop) {
          this.#add(['attempts', i, 'route', hop], `HTLC ${slot} is not of this hop`);
        }
      });
      if (live !== a.live)
        this.#add(['attempts', i, 'live'], `${a.live} HTLCs are said to be left, and there are ${live}`);
    });
  }

  #paymentFields(): void {
    const rows = new Set<number>();
    this.#s.payments.forEach((p, i) => {
      if (rows.has(p.row)) this.#add(['payments', i, 'row'], `row ${p.row} is there twice`);
      rows.add(p.row);
      for (const key of ['source', 'destination'] as const) {
        if (!this.#nodes.has(p[key])) this.#add(['payments', i, key], `there is no node \`${p[key]}\``);
      }
      for (const slot of p.held ?? []) this.#hasHtlc(slot, ['payments', i, 'held']);
      for (const node of p.route?.nodes ?? [])
        this.#below(['payments', i, 'route'], node, this.#s.nodes.length, 'node');
    });
  }

  #hasHtlc(slot: number, path: readonly (string | number)[]): void {
    if (!this.#htlcs.has(slot)) this.#add(path, `there is no HTLC ${slot}`);
  }

  #channels(): void {
    const listed = new Set<number>();
    this.#s.channels.forEach((c, i) => {
      const [opener, other] = c.between;
      for (const name of c.between) {
        if (!this.#nodes.has(name)) this.#add(['channels', i, 'between'], `there is no node \`${name}\``);
      }
      if (opener === other) this.#add(['channels', i, 'between'], `a channel of \`${opener}\` with itself`);
      for (const slot of c.htlcs ?? []) {
        const htlc = this.#s.htlcs[this.#htlcs.get(slot) ?? -1];
        if (htlc === undefined || htlc.edge >> 1 !== i || listed.has(slot)) {
          this.#add(['channels', i, 'htlcs'], `HTLC ${slot} is not one of this channel`);
        }
        listed.add(slot);
      }
      for (const slot of (c.exchange?.lists ?? []).flat()) {
        if (!(c.htlcs ?? []).includes(slot))
          this.#add(['channels', i, 'exchange'], `HTLC ${slot} is not one of this channel`);
      }
      // Once a commitment is confirmed its HTLCs leave one by one, and their slots are used again.
      const { outputs = [], dust = [], returned = [], fulfilled = [] } = c.commitment ?? {};
      for (const slot of [...outputs, ...dust, ...returned, ...fulfilled]) {
        this.#below(['channels', i, 'commitment'], slot, this.#s.htlc_pool.generations.length, 'HTLC');
      }
      this.#oldHtlcs(c.commitment?.revoked ?? [], i, ['channels', i, 'commitment', 'revoked']);
      this.#balances(c, i);
    });
    if (listed.size !== this.#s.htlcs.length) {
      this.#add(['htlcs'], `${this.#s.htlcs.length - listed.size} HTLCs are in no channel`);
    }
    this.#s.nodes.forEach((node, n) => {
      for (const edge of node.channels ?? []) {
        const channel = this.#s.channels[edge >> 1];
        if (channel?.between[edge & 1] !== node.name || channel.state !== 'open') {
          this.#add(['nodes', n, 'channels'], `edge ${edge} is not an open channel of \`${node.name}\``);
        }
      }
      if (node.channels !== undefined && new Set(node.channels).size !== this.#openOf(node.name)) {
        this.#add(['nodes', n, 'channels'], `\`${node.name}\` has other open channels`);
      }
    });
  }

  #openOf(name: string): number {
    return this.#s.channels.filter(({ between, state }) => state === 'open' && between.includes(name)).length;
  }

  #balances(c: ChannelState, i: number): void {
    if (!holdsCapacity(c)) return;
    let sum = c.balance_msat[0] + c.balance_msat[1];
    for (const slot of c.htlcs ?? []) sum += this.#s.htlcs[this.#htlcs.get(slot) ?? -1]?.amount_msat ?? 0;
    if (sum === c.capacity_sat * MSAT) return;
    this.#add(
      ['channels', i, 'balance_msat'],
      `balances and HTLCs of the channel \`${c.name}\` make ${sum} msat, and its capacity is ${c.capacity_sat * MSAT} msat`,
    );
  }

  #chain(): void {
    const { chain, channels, nodes } = this.#s;
    const indexes = new Set<number>();
    chain.outputs.forEach((o, i) => {
      const path = ['chain', 'outputs', i];
      this.#below(path, o.index, chain.outputs_made, 'output');
      this.#below(path, o.channel, channels.length, 'channel');
      this.#below(path, o.owner, nodes.length, 'node');
      if (o.kind === 'htlc') this.#hasHtlc(o.htlc, path);
      const revoked = channels[o.channel]?.commitment?.revoked?.length ?? 0;
      if (o.kind === 'revoked') this.#below(path, o.htlc, revoked, 'HTLC of the revoked commitment');
      indexes.add(o.index);
    });
    const bands = chain.backlog?.bands ?? [];
    bands.forEach(([perKw], i) => {
      const above = bands[i - 1]?.[0] ?? Number.POSITIVE_INFINITY;
      if (perKw >= above) this.#add(['chain', 'backlog', 'bands', i], `${perKw} stands behind ${above}`);
    });
    if (indexes.size !== chain.outputs.length) this.#add(['chain', 'outputs'], 'an output is there twice');
    const check = (tx: TxState, path: readonly (string | number)[]): void => {
      this.#below(path, tx.channel, channels.length, 'channel', true);
      this.#below(path, tx.node, nodes.length, 'node');
      if (tx.output >= 0 && !indexes.has(tx.output)) this.#add(path, `there is no output ${tx.output} to spend`);
    };
    chain.mempool.forEach((tx, i) => {
      check(tx, ['chain', 'mempool', i]);
    });
    chain.blocks?.forEach((block, i) => {
      this.#block(block, ['chain', 'blocks', i], check);
    });
  }

  /** What it takes to undo a block is there. */
  #block(
    { outputs, steps }: BlockState,
    path: readonly (string | number)[],
    check: (tx: TxState, path: readonly (string | number)[]) => void,
  ): void {
    const { chain, channels } = this.#s;
    const spent = new Set(chain.outputs.filter((o) => o.spent === true).map(({ index }) => index));
    this.#below([...path, 'outputs'], outputs, chain.outputs_made + 1, 'output');
    steps.forEach((step, i) => {
      const at = [...path, 'steps', i];
      const output = typeof step === 'number' ? step : step.tx.output;
      if (output !== -1 && !spent.has(output)) this.#add(at, `output ${output} is not spent`);
      if (typeof step === 'number') return;
      const { tx, balance_msat, close } = step;
      check(tx, at);
      const commits = tx.kind === 'commitment';
      const closes = tx.kind === 'coopClose';
      if ((balance_msat !== undefined) !== (commits || closes)) this.#add(at, `a ${tx.kind} with or without balances`);
      if ((close !== undefined) !== closes) this.#add(at, `a ${tx.kind} with or without what it pays`);
      if (commits && channels[tx.channel]?.commitment === undefined) {
        this.#add(at, `channel ${tx.channel} has no commitment`);
      }
    });
  }

  #lists(): void {
    const { openings, closings, outputs_open, chain, gossip, nodes, apart, channels } = this.#s;
    const known = new Set(chain.outputs.map(({ index }) => index));
    for (const c of openings) this.#below(['openings'], c, channels.length, 'channel');
    for (const c of closings.waiting) this.#below(['closings', 'waiting'], c, channels.length, 'channel');
    for (const [c] of closings.signed) this.#below(['closings', 'signed'], c ?? -1, channels.length, 'channel');
    for (const o of outputs_open) if (!known.has(o)) this.#add(['outputs_open'], `there is no output ${o}`);
    gossip.forEach(({ edge }, i) => {
      this.#below(['gossip', i, 'edge'], edge, this.#edges, 'edge');
    });
    for (const [slot] of this.#s.endings ?? []) this.#hasHtlc(slot, ['endings']);
    for (const [slot] of this.#s.endings_told ?? []) this.#hasHtlc(slot, ['endings_told']);
    for (const c of this.#s.ended_channels ?? []) {
      if (channels[c]?.commitment?.done_at === undefined) this.#add(['ended_channels'], `channel ${c} has not ended`);
    }
    (this.#s.former_policies ?? []).forEach(({ edge }, i) => {
      this.#below(['former_policies', i, 'edge'], edge, this.#edges, 'edge');
    });
    for (const edge of this.#s.lost_data ?? []) this.#below(['lost_data'], edge, this.#edges, 'edge');
    (this.#s.old_states ?? []).forEach(({ instance, kept }, i) => {
      const path = ['old_states', i];
      if (this.#below(path, instance, channels.length, 'channel')) this.#oldHtlcs(kept?.htlcs ?? [], instance, path);
    });
    for (const pair of apart) this.#below(['apart'], pair, nodes.length * nodes.length, 'pair of nodes');
  }

  /** HTLCs of old states are those of one channel; those that are pending are among its HTLCs. */
  #oldHtlcs(htlcs: readonly OldHtlcState[], channel: number, path: readonly (string | number)[]): void {
    for (const [edge, , , , slot] of htlcs) {
      if (edge >> 1 !== channel) this.#add(path, `edge ${edge} is not one of channel ${channel}`);
      if (slot >= 0 && !(this.#s.channels[channel]?.htlcs ?? []).includes(slot)) {
        this.#add(path, `HTLC ${slot} is not one of channel ${channel}`);
      }
    }
  }

  #invoices(): void {
    const { invoices = [], payments } = this.#s;
    const rows = new Set(payments.map(({ row }) => row));
    invoices.forEach(({ node, payer, payment, state }, i) => {
      const path = ['invoices', i];
      for (const name of [node, payer]) {
        if (name !== undefined && !this.#nodes.has(name)) this.#add(path, `there is no node ${name}`);
      }
      if (payment !== undefined && !rows.has(payment)) this.#add(path, `there is no payment ${payment}`);
      if ((state === 'held') !== (payment !== undefined)) this.#add(path, 'an invoice is held with its payment');
    });
  }

  #defences(): void {
    const { defences, nodes, channels } = this.#s;
    if (defences === undefined) return;
    for (const [slot] of defences.admitted) this.#hasHtlc(slot ?? -1, ['defences', 'admitted']);
    for (const [slot, , , into, out] of defences.forwards) {
      this.#hasHtlc(slot ?? -1, ['defences', 'forwards']);
      for (const channel of [into, out])
        this.#below(['defences', 'forwards'], channel ?? -1, channels.length, 'channel');
    }
    for (const { node, peers } of defences.breakers) {
      this.#below(['defences', 'breakers'], node, nodes.length, 'node');
      for (const [peer, , , , ...queue] of peers) {
        this.#below(['defences', 'breakers'], peer ?? -1, nodes.length, 'node');
        for (const slot of queue) this.#hasHtlc(slot, ['defences', 'breakers']);
      }
    }
    for (const { node, channels: known, misuses } of defences.reputations) {
      this.#below(['defences', 'reputations'], node, nodes.length, 'node');
      for (const [channel] of [...known, ...misuses]) {
        this.#below(['defences', 'reputations'], channel ?? -1, channels.length, 'channel');
      }
    }
    for (const [node] of defences.counters) this.#below(['defences', 'counters'], node ?? -1, nodes.length, 'node');
  }

  #events(): void {
    const { channels, nodes, htlc_pool, attempt_pool, events, time_us } = this.#s;
    const limits = {
      edge: this.#edges,
      channel: channels.length,
      node: nodes.length,
      slot: htlc_pool.generations.length,
      attempt: attempt_pool.used,
    };
    let last = time_us;
    events.forEach(([at, kind, a], i) => {
      if (at < last) this.#add(['events', i], `an event at ${at} µs stands behind ${last} µs`);
      last = Math.max(last, at);
      const subject = SUBJECT[kind];
      if (subject !== undefined) this.#below(['events', i], a, limits[subject], subject);
    });
  }

  /** Every satoshi that was ever minted is somewhere. */
  #money(): void {
    const { chain, nodes, channels } = this.#s;
    let sat = chain.fees_sat + chain.abandoned_sat;
    for (const { wallet_sat, owed_sat = 0 } of nodes) sat += wallet_sat - owed_sat;
    for (const { value_sat, spent } of chain.outputs) if (spent !== true) sat += value_sat;
    for (const { kind, value_sat } of chain.mempool) if (kind === 'send') sat += value_sat;
    for (const channel of channels) if (holdsCapacity(channel)) sat += channel.capacity_sat;
    if (sat !== chain.minted_sat) {
      this.#add(['chain', 'minted_sat'], `${chain.minted_sat} sat were minted, and ${sat} sat are accounted for`);
    }
  }
}

/** True when the channel's funding output exists and is unspent. */
function holdsCapacity({ state, closed_at }: ChannelState): boolean {
  return state !== 'negotiating' && state !== 'abandoned' && closed_at === undefined;
}
