/**
 * What a network is before time 0: wallets are filled where that can be done, the channels of the scenario's network are
 * opened and waited for, or those of a saved network found again.
 */
import { WEIGHT } from '../../simulate/chain.ts';
import { EVENT, STATE } from '../../simulate/channel-lifecycle.ts';
import type { OpenChannelRequest } from '../../timeline/control.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import { findBlocks } from './chain-blocks.ts';
import type { ChannelBook, Instance } from './channel-book.ts';
import { type ChannelWatch, POLL_MS } from './channel-watch.ts';
import type { Driver } from './driver.ts';
import { need, type ProcessCalls, unfit } from './process-calls.ts';
import type { RpcClock, Seat } from './seat.ts';

/** How long the channels that a network begins with may take until they are open, ms. */
const OPENING_MS = 120_000;

/** What an opener must have left, sat (lnd: 10,000 for each channel with anchors, 100,000 at most). */
const OPENER_KEEPS_SAT = 100_000;

/** Blocks that are found, where they can be, for what is to be confirmed before time 0, and looks between two such. */
const CONFIRMATIONS = 6;
const LOOKS_FOR_BLOCKS = 10;

/** Looks after which it is asked whether openings were lost, and again. */
const LOOKS_FOR_LOSSES = 50;

const MSAT_PER_SAT = 1000;

export interface NetworkOpeningOptions {
  readonly timeline: Timeline;
  /** By the index of the node. */
  readonly seats: readonly Seat[];
  /** Each process once. */
  readonly drivers: readonly Driver[];
  readonly book: ChannelBook;
  readonly watch: ChannelWatch;
  readonly calls: ProcessCalls;
  readonly clock: RpcClock;
  readonly stop: AbortSignal | undefined;
}

export class NetworkOpening {
  readonly #timeline: Timeline;
  readonly #seats: readonly Seat[];
  readonly #drivers: readonly Driver[];
  readonly #book: ChannelBook;
  readonly #watch: ChannelWatch;
  readonly #calls: ProcessCalls;
  readonly #clock: RpcClock;
  readonly #stop: AbortSignal | undefined;
  /** What openers had before they were asked, sat; of those whose coins are on a chain that others watch, too. */
  readonly #had = new Map<number, number>();

  constructor({ timeline, seats, drivers, book, watch, calls, clock, stop }: NetworkOpeningOptions) {
    this.#timeline = timeline;
    this.#seats = seats;
    this.#drivers = drivers;
    this.#book = book;
    this.#watch = watch;
    this.#calls = calls;
    this.#clock = clock;
    this.#stop = stop;
  }

  /** A scenario's wallets are what its nodes have at least; what they lack they are given, where that can be done. */
  async fillWallets(): Promise<void> {
    let gave = false;
    for (const [i, { driver, node, name }] of this.#seats.entries()) {
      const { fund, chain } = driver;
      const coins = this.#coinsBefore(i);
      if (coins === 0 || fund === undefined || chain === undefined) continue;
      await this.#calls.orUnfit(driver, `fund ${name}`, async () => {
        const lacking = coins - (await driver.figures(node)).walletSat;
        if (lacking <= 0) return;
        await fund.call(driver, node, lacking);
        gave = true;
      });
    }
    if (gave) await this.#findBlocks();
    const deadlineMs = this.#clock.now() + OPENING_MS;
    while (gave && (await this.#isAnyPoor()) && this.#clock.now() < deadlineMs) await this.#clock.sleep(POLL_MS);
    for (const [i, { walletSat }] of this.#timeline.network.nodes.entries()) {
      if (walletSat === 0) continue;
      const seat = this.#seats[i]!;
      const told = await this.#calls.ask(seat, () => seat.driver.figures(seat.node));
      if (told.walletSat >= walletSat) continue;
      const has = `${seat.name} (${seat.node.name}) has ${told.walletSat} sat and is to have ${walletSat} sat`;
      throw unfit(seat.driver, `${has}; start the process with as many`);
    }
  }

  /** Opens the channels that the network begins with, and waits until they can be used. */
  async openChannels(): Promise<void> {
    const { channels } = this.#timeline.network;
    for (const { node0 } of channels) {
      const seat = this.#seats[node0]!;
      if (seat.driver.chain !== undefined && !this.#had.has(node0)) this.#had.set(node0, await this.#walletSat(seat));
    }
    for (const name of channels.keys()) await this.#open(name);
    for (const driver of this.#drivers) {
      if (driver.settle !== undefined)
        await this.#calls.orUnfit(driver, 'open the channels', () => need(driver.settle, 'mine').call(driver));
    }
    const deadlineMs = this.#clock.now() + OPENING_MS;
    for (let looks = 0; ; looks++) {
      if (looks % LOOKS_FOR_BLOCKS === 0 && channels.length > 0) await this.#findBlocks();
      await this.#watch.look();
      const waiting = this.#book.all.filter(({ state }) => state !== STATE.open);
      const [first] = waiting;
      if (first === undefined || this.#stop?.aborted === true) return;
      if (this.#clock.now() >= deadlineMs) {
        const names = waiting.map(({ name }) => channels[name]!.name).join(', ');
        const why = `${names} cannot be used ${OPENING_MS / 1000} s after the opening; are there blocks?`;
        throw unfit(this.#seats[first.nodes[0]]!.driver, why);
      }
      if (looks > 0 && looks % LOOKS_FOR_LOSSES === 0) await this.#askForLost(waiting);
      await this.#clock.sleep(POLL_MS);
    }
  }

  /** Finds the channels of a saved network by their numbers, which are those of the scenario's names. */
  async findChannels(): Promise<void> {
    const { network, channelNames, actions } = this.#timeline;
    const told = await this.#watch.told();
    for (const [name, { node0, node1, capacitySat, announced }] of network.channels.entries()) {
      const state = told.get(name) === undefined ? STATE.closed : STATE.open;
      this.#book.add({ name, nodes: [node0, node1], capacitySat, announced, state });
    }
    for (let name = network.channels.length; name < channelNames.length; name++) {
      const opening = actions.find(({ kind, args }) => kind === 'open_channel' && args.channel === name);
      if (!told.has(name) || opening === undefined) continue;
      const { from, to, capacitySat, announced } = opening.args as unknown as OpenChannelRequest;
      this.#book.add({ name, nodes: [from, to], capacitySat, announced, state: STATE.open });
    }
    await this.#watch.look();
  }

  /**
   * lnd's model says yes before lnd does, and a node that has not seen the last block fails what others open to it
   * (lnd:funding/manager.go:fundeeProcessOpenChannel). An opener that has paid for no channel that it waits for is asked again.
   */
  async #askForLost(waiting: readonly Instance[]): Promise<void> {
    for (const [opener, had] of this.#had) {
      const isOwn = ({ nodes }: Instance): boolean => nodes[0] === opener;
      const lost = waiting.filter(isOwn);
      const open = this.#book.all.filter((one) => isOwn(one) && one.state === STATE.open);
      const paid = had - (await this.#walletSat(this.#seats[opener]!));
      const least = Math.min(...lost.map(({ capacitySat }) => capacitySat));
      if (paid >= open.reduce((sat, { capacitySat }) => sat + capacitySat, least)) continue;
      for (const { name } of lost) await this.#ask(name);
    }
  }

  async #walletSat(seat: Seat): Promise<number> {
    return (await this.#calls.ask(seat, () => seat.driver.figures(seat.node))).walletSat;
  }

  async #open(name: number): Promise<void> {
    const plan = this.#timeline.network.channels[name]!;
    const { node0, node1, capacitySat, announced } = plan;
    const instance = this.#book.add({ name, nodes: [node0, node1], capacitySat, announced, state: STATE.negotiating });
    const opener = this.#seats[node0]!;
    const { fund } = opener.driver;
    // What a scenario's network begins with has cost nobody anything.
    if (fund !== undefined && opener.driver.chain === undefined) {
      const coins = this.#cost(capacitySat);
      await this.#calls.orUnfit(opener.driver, `fund ${opener.name}`, () =>
        fund.call(opener.driver, opener.node, coins),
      );
    }
    await this.#ask(name);
    this.#book.step(instance, EVENT.broadcast);
  }

  async #ask(name: number): Promise<void> {
    const plan = this.#timeline.network.channels[name]!;
    const { node0, node1, capacitySat, balance0Msat, announced, latencyUs } = plan;
    const opener = this.#seats[node0]!;
    const refusal = await this.#calls.refusal(opener, () =>
      askToOpen(this.#seats, {
        channel: name,
        from: node0,
        to: node1,
        capacitySat,
        pushMsat: capacitySat * MSAT_PER_SAT - balance0Msat,
        announced,
        policy: plan.policy0,
        reversePolicy: plan.policy1,
        latencyUs,
      }),
    );
    if (refusal !== null) throw unfit(opener.driver, `it does not open ${plan.name}: ${refusal}`);
  }

  /** What a node needs before the network's channels are opened, which have cost nobody anything; sat. */
  #coinsBefore(node: number): number {
    const { nodes, channels } = this.#timeline.network;
    return channels.reduce(
      (sat, { node0, capacitySat }) => (node0 === node ? sat + this.#cost(capacitySat) : sat),
      nodes[node]!.walletSat,
    );
  }

  /** What an opener must have for a channel, sat. */
  #cost(capacitySat: number): number {
    const { feeratePerKw } = this.#timeline.chain;
    return capacitySat + Math.ceil((WEIGHT.funding * feeratePerKw) / 1000) + OPENER_KEEPS_SAT;
  }

  async #isAnyPoor(): Promise<boolean> {
    for (const [i, seat] of this.#seats.entries()) {
      const walletSat = this.#coinsBefore(i);
      if (walletSat > 0 && (await this.#calls.ask(seat, () => seat.driver.figures(seat.node))).walletSat < walletSat)
        return true;
    }
    return false;
  }

  /** Finds blocks on a chain that is not the processes' own. */
  async #findBlocks(): Promise<void> {
    const [driver] = this.#drivers;
    if (driver?.chain === undefined) return;
    await this.#calls.orUnfit(driver, 'find blocks', () =>
      findBlocks(this.#drivers, CONFIRMATIONS, this.#calls, () => {}),
    );
  }
}

/** Lets the opener's process open a channel. */
export function askToOpen(seats: readonly Seat[], request: OpenChannelRequest): Promise<void> {
  const [from, to] = [seats[request.from]!, seats[request.to]!];
  const { channel: id, capacitySat, pushMsat, announced, policy, reversePolicy, latencyUs } = request;
  return from.driver.openChannel({
    id,
    node: from.node,
    peer: to.node,
    capacitySat,
    pushMsat,
    announced,
    policy,
    reversePolicy,
    latencyUs,
  });
}
