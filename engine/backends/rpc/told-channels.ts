/** What processes tell of the channels of a node, in the scenario's numbers and names: what agents see. */
import type { ChannelGossip, OwnChannel } from '../backend.ts';
import { need, type ProcessCalls } from './process-calls.ts';
import type { Seat } from './seat.ts';

export interface Knowledge {
  /** By the index of the node. */
  readonly seats: readonly Seat[];
  readonly calls: ProcessCalls;
  /** By the number of the channel, which is its id for a process. */
  readonly channelNames: readonly string[];
}

/** Channels of a node that are open, by their numbers. A channel or a node that is not the scenario's is left out. */
export async function toldOwnChannels(
  { seats, calls, channelNames }: Knowledge,
  node: number,
): Promise<readonly OwnChannel[]> {
  const seat = seats[node]!;
  const { driver } = seat;
  const told = await calls.ask(seat, () => need(driver.ownChannels, 'fee_policy').call(driver, seat.node));
  return told
    .flatMap(({ id, peer: called, ...seen }): OwnChannel[] => {
      const [name, peer] = [channelNames[id], indexOf(seats, called)];
      return name === undefined || peer < 0 ? [] : [{ channel: id, name, peer, ...seen }];
    })
    .sort((a, b) => a.channel - b.channel);
}

/** What the public knows of the channels of a node, by the node at the other end. */
export async function toldGossip(
  { seats, calls, channelNames }: Knowledge,
  node: number,
): Promise<readonly ChannelGossip[]> {
  const seat = seats[node]!;
  const { driver } = seat;
  const told = await calls.ask(seat, () => need(driver.gossip, 'fee_policy').call(driver, seat.node));
  return told
    .flatMap(({ id, peer: called, ...seen }): ChannelGossip[] => {
      const [name, peer] = [channelNames[id], indexOf(seats, called)];
      return name === undefined || peer < 0 ? [] : [{ channel: id, name, peer, ...seen }];
    })
    .sort((a, b) => a.peer - b.peer);
}

const indexOf = (seats: readonly Seat[], called: string): number => seats.findIndex(({ node }) => node.name === called);
