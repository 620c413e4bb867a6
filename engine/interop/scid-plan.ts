/** Short channel ids of channels that have none: made up, and never one that another channel has. */
import { readScid } from './scid.ts';

/** Where warnet begins, and how many channels it opens in a block: ids that are made up suit it, too. */
export const FIRST_BLOCK = 500;
export const PER_BLOCK = 200;

/** Blocks from 500, in each the transactions 1 to 200, output 0; ids that are taken are passed over. */
export function* freeScids(taken: ReadonlySet<string>): Generator<string, never, undefined> {
  for (let n = 0; ; n++) {
    const scid = readScid(`${FIRST_BLOCK + Math.floor(n / PER_BLOCK)}x${1 + (n % PER_BLOCK)}x0`);
    if (scid === null) throw new Error('there are no more short channel ids');
    if (!taken.has(scid)) yield scid;
  }
}

/** The channels, each with an id. */
export function withScids<T extends { readonly scid?: string }>(
  channels: readonly T[],
): (T & { readonly scid: string; readonly scidGiven: boolean })[] {
  const taken = new Set(channels.flatMap(({ scid }) => (scid === undefined ? [] : [scid])));
  const free = freeScids(taken);
  return channels.map((channel) => ({
    ...channel,
    scid: channel.scid ?? free.next().value,
    scidGiven: channel.scid !== undefined,
  }));
}
