/**
 * Channels as their processes tell of them: instances in the order in which they came, the way of each through the states
 * of a channel's life, and the records of it. What a process tells is a state at an instant; the states between the last
 * one and that are gone through, so that the log reads as a simulated one.
 */
import {
  type ChannelEvent,
  type ChannelState,
  EVENT,
  NO_CHANGE,
  nextState,
  STATE,
} from '../../simulate/channel-lifecycle.ts';
import { RECORD, type RecordCode } from '../../simulate/records.ts';
import type { DriverChannel } from './driver.ts';

/** A channel from its opening to its end. */
export interface Instance {
  /** Number that is never used again. */
  readonly index: number;
  /** Index of its name, which is its id for the process. */
  readonly name: number;
  readonly nodes: readonly [number, number];
  readonly capacitySat: number;
  readonly announced: boolean;
  state: ChannelState;
  /** As told last, msat; null where nobody tells. */
  balancesMsat: readonly [number, number] | null;
  htlcs: number;
  /** Both ends are connected, as far as it is known. */
  connected: boolean;
  /** Whether the last record said that it can be used. */
  active: boolean;
}

export type WriteRecord = (code: RecordCode, a: number, b: number, c: number, amount: number) => void;

/** States in the order in which a channel that is closed by both sides comes through them, with the events between. */
const LIFE: readonly (readonly [state: ChannelState, next: ChannelEvent])[] = [
  [STATE.negotiating, EVENT.broadcast],
  [STATE.pending, EVENT.depth],
  [STATE.awaiting_ready, EVENT.ready],
  [STATE.open, EVENT.shutdown],
  [STATE.shutting_down, EVENT.close_broadcast],
  [STATE.closing, EVENT.close_confirmed],
];
const FORCED: readonly (readonly [state: ChannelState, next: ChannelEvent])[] = [
  [STATE.force_closing, EVENT.commitment_confirmed],
  [STATE.resolving, EVENT.resolved],
];

const TOLD: Readonly<Record<DriverChannel['state'], ChannelState>> = {
  pending: STATE.pending,
  open: STATE.open,
  closing: STATE.closing,
  force_closing: STATE.force_closing,
  resolving: STATE.resolving,
  closed: STATE.closed,
};

export class ChannelBook {
  readonly #write: WriteRecord;
  readonly #instances: Instance[] = [];
  /** The last instance of each name. */
  readonly #byName = new Map<number, Instance>();

  constructor(write: WriteRecord) {
    this.#write = write;
  }

  /** The last channel of a name; undefined when there was none. */
  named(name: number): Instance | undefined {
    return this.#byName.get(name);
  }

  get all(): readonly Instance[] {
    return this.#instances;
  }

  /** A channel that is asked for, or was there before. */
  add(channel: Pick<Instance, 'name' | 'nodes' | 'capacitySat' | 'announced' | 'state'>): Instance {
    const instance: Instance = {
      index: this.#instances.length,
      balancesMsat: null,
      htlcs: 0,
      connected: true,
      active: channel.state === STATE.open,
      ...channel,
    };
    this.#instances.push(instance);
    this.#byName.set(instance.name, instance);
    return instance;
  }

  /** Takes one step of a channel's life; what means nothing in its state changes nothing. */
  step(instance: Instance, event: ChannelEvent): void {
    const next = nextState(instance.state, event);
    if (next === NO_CHANGE) return;
    instance.state = next as ChannelState;
    this.#write(RECORD.channelState, instance.index, next, event, instance.capacitySat);
    this.#noteActive(instance);
  }

  /** Whether both ends are connected. */
  connect(instance: Instance, connected: boolean): void {
    instance.connected = connected;
    this.#noteActive(instance);
  }

  /** Takes what a process tells of a channel; `told` is undefined where it lists it no more, or not yet. */
  observe(instance: Instance, told: DriverChannel | undefined): void {
    if (told === undefined) {
      // Not listed yet, or not any more.
      if (isLive(instance.state) && instance.state >= STATE.open) this.#goTo(instance, STATE.closed);
      return;
    }
    this.#goTo(instance, TOLD[told.state]);
    if (told.balancesMsat !== undefined) instance.balancesMsat = told.balancesMsat;
    if (told.htlcs !== undefined) instance.htlcs = told.htlcs;
    if (told.connected !== undefined) this.connect(instance, told.connected);
  }

  #goTo(instance: Instance, target: ChannelState): void {
    if (!isLive(instance.state)) return;
    const isForced = target === STATE.force_closing || target === STATE.resolving;
    if (isForced && instance.state < STATE.force_closing) this.step(instance, EVENT.force);
    const path = instance.state >= STATE.force_closing ? FORCED : LIFE;
    for (const [state, event] of path) {
      if (instance.state >= target) return;
      if (instance.state === state) this.step(instance, event);
    }
  }

  #noteActive(instance: Instance): void {
    const active = instance.state === STATE.open && instance.connected;
    if (active === instance.active) return;
    instance.active = active;
    this.#write(RECORD.channelActive, instance.index, instance.name, active ? 1 : 0, 0);
  }
}

export function isLive(state: ChannelState): boolean {
  return state < STATE.closed;
}
