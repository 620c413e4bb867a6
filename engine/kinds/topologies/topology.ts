/**
 * What a topology is: how the nodes of a generated network are joined. A topology only knows numbers (nodes 0 … n − 1,
 * who opened which channel); names, models, capacities, balances and policies are given by the compiler, from the entry
 * of the file, unless the topology draws some of them itself.
 *
 * All draws come from streams of the entry, so that no other part of the scenario moves them.
 */
import type { Json } from '../../base/json.ts';
import type { RandomStream } from '../../base/random.ts';
import type { DiagnosticCode } from '../../spec/diagnostic-codes.ts';
import { groupDigits } from '../../spec/units.ts';
import { property } from '../../spec/values.ts';
import type { PolicyPlan } from '../../timeline/network.ts';
import type { KindDoc } from '../kind.ts';

/** Nodes and channels that one entry may make: beyond this it is a slip of a digit. */
export const MOST_GENERATED_NODES = 1_000_000;
export const MOST_GENERATED_CHANNELS = 2_000_000;

/** What a topology plans. Channel i was opened by node from[i] to node to[i]; no two channels join the same nodes. */
export interface Topology {
  readonly nodes: number;
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
  /** Labels of a node that its place in the topology gives it. */
  readonly labels?: (node: number) => Readonly<Record<string, string>>;
  /** Capacity of each channel in sat, where the entry says nothing. */
  readonly capacitySat?: ArrayLike<number>;
  /** Policies of the opener and of the other node, where the entry says nothing. */
  readonly policies?: (channel: number) => readonly [PolicyPlan, PolicyPlan];
  /** How the balances are, where the entry says nothing. Default: even. */
  readonly balance?: 'random' | 'even';
}

export interface TopologyContext {
  /** The topology's own part of the entry, validated. */
  readonly args: Json;
  /** The entry's stream for a purpose. */
  stream(purpose: string): RandomStream;
  /** Reports a problem at a key of the arguments. */
  report(code: DiagnosticCode, key: string, message: string, hint?: string): void;
}

export interface TopologyKind extends KindDoc {
  /** The network, or null after reporting why there is none. */
  plan(context: TopologyContext): Topology | null;
}

/** A number of the arguments. */
export function numberOf(context: TopologyContext, key: string, fallback: number): number {
  const value = property(context.args, key);
  return value === undefined ? fallback : Number(value);
}

/** True when so many channels are too many, which is reported. */
export function tooManyChannels(context: TopologyContext, channels: number, key: string): boolean {
  if (channels <= MOST_GENERATED_CHANNELS) return false;
  context.report(
    'E607',
    key,
    `this makes ${groupDigits(Math.floor(channels))} channels; at most ${groupDigits(MOST_GENERATED_CHANNELS)} are allowed`,
  );
  return true;
}

/** Channels while they are made. */
export class ChannelList {
  readonly from: number[] = [];
  readonly to: number[] = [];

  push(from: number, to: number): void {
    this.from.push(from);
    this.to.push(to);
  }

  get length(): number {
    return this.from.length;
  }
}

/** Schema of a number of nodes. */
export function nodesSchema(minimum: number, examples: readonly number[], description: string): KindDoc['schema'] {
  return { title: 'Nodes', description, type: 'integer', minimum, maximum: MOST_GENERATED_NODES, examples };
}

/** Schema of a topology's arguments. */
export function topologySchema(
  title: string,
  description: string,
  properties: KindDoc['schema'],
  required: readonly string[],
  example: Json,
): KindDoc['schema'] {
  return { title, description, type: 'object', additionalProperties: false, required, properties, examples: [example] };
}
