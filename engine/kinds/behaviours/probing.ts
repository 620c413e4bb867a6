/**
 * Behaviour `probing`: a node finds out how much channels of others can carry, by probes (payments that their recipient
 * refuses) of amounts between what got through and what did not. The recipient is the node at the end of the target, which
 * need not know of it.
 *
 * A probe that comes to the end says that the amount was there; temporary_channel_failure from the node before the target,
 * that it was not. Whatever else happens says nothing, and too much of that ends the search. The method is that of
 * Herrera-Joancomartí et al. 2019, "On the Difficulty of Hiding the Balance of Lightning Network Channels". What other
 * HTLCs do meanwhile, parallel channels and the target's own defences mislead it, as they mislead everybody.
 */
import type { Json } from '../../base/json.ts';
import { US_PER_SECOND } from '../../base/numbers.ts';
import { FAILURE } from '../../simulate/failure.ts';
import type { Action } from '../../timeline/timeline.ts';
import { targetEdges } from '../activities/jam.ts';
import { JamRoutes } from '../activities/jam-routes.ts';
import { TARGETS_SCHEMA } from '../activities/jam-targets.ts';
import { Arguments } from '../arguments.ts';
import type { Agent, BehaviourKind, OwnPayment } from '../behaviour.ts';
import type { PlanContext } from '../kind.ts';

const EVERY_US = US_PER_SECOND;
/** Default precision: this share of the capacity, in percent. */
const PRECISION_PERCENT = 1;
/** Probes in a row that say nothing, after which a target is given up. */
const MOST_IN_VAIN = 5;
/** Shares of the capacity, as powers of two, of which a route is looked for that can carry them. */
const NARROWEST = 12;

/** A target as its agent knows it. Amounts msat. */
interface Target {
  readonly name: string;
  readonly destination: number;
  /** Hops of the route, the target being the last. */
  readonly hops: number;
  /** Most that can be probed, capacity, and the least distance of the bounds. */
  readonly most: number;
  readonly capacity: number;
  readonly precision: number;
}

/** What is known of a target: at least `low` and less than `high` can be sent over it, msat. */
interface Search {
  readonly low: number;
  readonly high: number;
  /** Whether a probe was stopped for want of balance; until then nothing but the capacity bounds it. */
  readonly bounded: boolean;
  readonly in_vain: number;
}

interface Memory {
  readonly searches: readonly Search[];
  /** The probe that is under way: its number and target. */
  readonly probe: { readonly number: number; readonly target: number } | null;
}

export const probing: BehaviourKind = {
  name: 'probing',
  summary: 'A node finds out balances of channels of others by probes',
  everyUs: EVERY_US,
  choosesChannels: false,
  pays: true,
  schema: {
    title: 'Liquidity probing',
    description:
      'Bisects what the targets can carry, one after the other, one probe at a time. Results are figures of the behaviour: CHANNEL.low_msat and CHANNEL.high_msat (at least, and less than), CHANNEL.probes, and in sum probes, results, dead_ends.',
    type: 'object',
    additionalProperties: false,
    required: ['targets'],
    properties: {
      targets: TARGETS_SCHEMA,
      direction: {
        title: 'Direction',
        description:
          'Whose side is measured: what the node that opened the channel can send, or what the other one can.',
        type: 'string',
        enum: ['from_opener', 'to_opener'],
        default: 'from_opener',
      },
      precision: {
        $ref: '#/$defs/positiveAmount',
        description: 'Distance of the bounds at which a target is found. Default: a hundredth of its capacity.',
      },
    },
  },
  example: `nodes: user-0
probing: { targets: [alice-bob], precision: 100 sat }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const [prober] = use.nodes;
    if (use.nodes.length !== 1 || prober === undefined) {
      args.report('E607', [], `one node probes, and ${use.nodes.length} are selected`);
      return null;
    }
    const edges = targetEdges(args, context, [prober], 'from_opener');
    if (edges === null) return null;
    const routes: (readonly number[])[] = [];
    const targets: Target[] = [];
    for (const edge of edges) {
      const found = wayTo(edge, prober, context);
      if (found === null) {
        const name = context.network.channels[edge >> 1]?.name ?? '';
        args.report('E609', ['targets'], `no route leads over ${name}`);
        continue;
      }
      const { route, most } = found;
      const { name, node0, node1, capacitySat } = context.network.channels[edge >> 1] as Plan;
      routes.push(route);
      targets.push({
        name,
        destination: edge % 2 === 0 ? node1 : node0,
        hops: route.length,
        most,
        capacity: capacitySat * 1000,
        precision: args.amountMsat('precision', Math.max(1, (capacitySat * 1000 * PRECISION_PERCENT) / 100)),
      });
    }
    if (args.failed) return null;
    return {
      args: { targets: targets as unknown as Json },
      paymentsPerWake: 1,
      options: {
        method: 'invoice',
        feeLimitMsat: -1,
        timeoutUs: -1,
        maxParts: -1,
        holdUs: 0,
        settles: false,
        routes,
      },
    };
  },

  async wake(args, agent, known) {
    const targets = targetsOf(args);
    const memory = heard((known as unknown as Memory | null) ?? begin(targets, agent), targets, agent);
    const lane = memory.searches.findIndex((search, i) => !isOver(search, targets[i] as Target));
    if (memory.probe !== null || lane < 0) return memory as unknown as Json;
    const search = memory.searches[lane] as Search;
    const target = targets[lane] as Target;
    const amount = Math.max(1, Math.floor((search.low + search.high) / 2));
    const number = await agent.pay(target.destination, amount, lane);
    if (number === null) return memory as unknown as Json;
    agent.count('probes');
    agent.count(`${target.name}.probes`);
    return { ...memory, probe: { number, target: lane } } as unknown as Json;
  },
};

type Plan = PlanContext['network']['channels'][number];

function targetsOf(args: Action['args']): readonly Target[] {
  return args.targets as unknown as readonly Target[];
}

/** The way that can carry the most, and how much: msat. */
function wayTo(edge: number, prober: number, context: PlanContext): { route: readonly number[]; most: number } | null {
  const { network } = context;
  const { node0, node1, capacitySat, policy0, policy1 } = network.channels[edge >> 1] as Plan;
  const side = (edge % 2) as 0 | 1;
  const limits = context.limits(edge >> 1);
  const policy = side === 0 ? policy0 : policy1;
  const most = Math.min(limits.maxInFlightMsat[side], policy.maxHtlcMsat ?? Infinity, capacitySat * 1000);
  for (let power = 0, amount = most; power < NARROWEST; power++, amount = Math.floor(amount / 2)) {
    const routes = new JamRoutes(network, (c) => context.limits(c), [prober], [side === 0 ? node1 : node0]);
    const [lane] = routes.lanes({ edge, htlcs: 1, amountMsat: amount, crossings: 1 });
    if (lane !== undefined && lane.route.length > 1) return { route: lane.route, most: amount };
  }
  return null;
}

function begin(targets: readonly Target[], agent: Agent): Memory {
  for (const { name, capacity } of targets) agent.count(`${name}.high_msat`, capacity);
  const searches = targets.map(({ most }) => ({ low: 0, high: most + 1, bounded: false, in_vain: 0 }));
  return { searches, probe: null };
}

/** The memory with what became of the probe. */
function heard(memory: Memory, targets: readonly Target[], agent: Agent): Memory {
  const { probe } = memory;
  const ended = probe === null ? undefined : agent.ended.find(({ number }) => number === probe.number);
  if (probe === null || ended === undefined) return memory;
  const searches = memory.searches.map((search, i) =>
    i === probe.target ? learnt(search, targets[i] as Target, ended, agent) : search,
  );
  return { searches, probe: null };
}

function learnt(search: Search, target: Target, ended: OwnPayment, agent: Agent): Search {
  const verdict = meaning(ended, target);
  if (verdict === 'nothing') {
    const in_vain = search.in_vain + 1;
    if (in_vain === MOST_IN_VAIN) agent.count('dead_ends');
    return { ...search, in_vain };
  }
  const { amountMsat } = ended;
  const next =
    verdict === 'passed'
      ? { ...search, low: Math.max(search.low, amountMsat), in_vain: 0 }
      : { ...search, high: Math.min(search.high, amountMsat), bounded: true, in_vain: 0 };
  const upper = (one: Search): number => (one.bounded ? one.high : target.capacity);
  agent.count(`${target.name}.low_msat`, next.low - search.low);
  agent.count(`${target.name}.high_msat`, upper(next) - upper(search));
  if (isOver(next, target)) agent.count('results');
  return next;
}

/** What a probe that has ended says. */
function meaning({ failureCode, failureHop }: OwnPayment, { hops }: Target): 'passed' | 'stopped' | 'nothing' {
  if (failureHop === hops && failureCode === FAILURE.incorrect_or_unknown_payment_details) return 'passed';
  if (failureHop === hops - 1 && failureCode === FAILURE.temporary_channel_failure) return 'stopped';
  return 'nothing';
}

/** Whether the bounds are near enough, or the target was given up. */
function isOver({ low, high, in_vain }: Search, { precision }: Target): boolean {
  return high - low <= precision || in_vain >= MOST_IN_VAIN;
}
