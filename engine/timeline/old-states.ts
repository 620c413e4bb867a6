/**
 * Which old states of channels a timeline may want back: a node that cheats broadcasts one (`cheat`), a node that lost
 * data comes back with one (`lose_data`). A run remembers the states that somebody may want, and no others.
 */
import type { Json } from '../base/json.ts';
import type { Timeline } from './timeline.ts';

/**
 * A state of a channel as the commitment of one node holds it. `oldest`: the first. `best`: the first of those on which
 * the node had most. `at`: the one in force at an instant of the scenario. `number`: the one after so many others.
 */
export type OldStateChoice = 'oldest' | 'best' | 'at' | 'number';

/** An old state that is wanted: the arguments of an event. */
export interface OldStateRequest {
  /** Index of the channel's name. */
  readonly channel: number;
  /** The node whose commitment it is. */
  readonly by: number;
  readonly oldState: OldStateChoice;
  /** The instant in µs, or the number; −1 for the other choices. */
  readonly value: number;
}

/** The same text for the same request. */
export function requestKey({ channel, by, oldState, value }: OldStateRequest): string {
  return `${channel}/${by}/${oldState}/${value}`;
}

/** The requests that actions of the timeline make, each once, in order. An action makes one that has an argument `oldState`. */
export function oldStateRequests(timeline: Timeline): readonly OldStateRequest[] {
  const found = new Map<string, OldStateRequest>();
  const look = (args: { readonly [key: string]: Json }): void => {
    if (args.oldState === undefined) return;
    const { channel, by, oldState, value } = args as unknown as OldStateRequest;
    const request = { channel, by, oldState, value };
    const key = requestKey(request);
    if (!found.has(key)) found.set(key, request);
  };
  for (const { args } of timeline.actions) look(args);
  for (const { action } of timeline.triggers ?? []) if (action !== null) look(action.args);
  return [...found.values()];
}

/**
 * Whether a request may want the state that is revoked now. Of `best` the balance decides, which is not known here.
 * @param isKept whether a state is kept for it already
 * @param number how many states came before this one
 * @param atUs instant of the scenario at which it is revoked, µs
 */
export function mayWant({ oldState, value }: OldStateRequest, isKept: boolean, number: number, atUs: number): boolean {
  switch (oldState) {
    case 'oldest':
      return !isKept;
    case 'number':
      return number === value;
    case 'at':
      return !isKept && atUs > value;
    case 'best':
      return true;
  }
}
