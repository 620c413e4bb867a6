/**
 * Behaviour `churn`: nodes go down and come up again, for times that are drawn. Everything is drawn when the scenario is
 * compiled, so that it is planned actions and nothing more.
 *
 * A node is up or down at the start as a node would be that has lived so for long: a uniform instant in CYCLES cycles of
 * one up time and one down time, laid end to end. So the chance to be down is the share of the mean down time, and the
 * time until the first change is what is left of the time that the instant falls into; longer times are met more often.
 * Streams are ('behaviour', NAME/NODE, purpose) with the purposes initial, up, down and crash.
 */
import { RandomStream } from '../../base/random.ts';
import type { Distribution } from '../../spec/distribution.ts';
import { boundsOf } from '../../spec/distributions.ts';
import { groupDigits } from '../../spec/units.ts';
import type { TimedAction } from '../../timeline/seal.ts';
import { PHASE } from '../../timeline/timeline.ts';
import { Arguments } from '../arguments.ts';
import type { BehaviourKind, BehaviourUse } from '../behaviour.ts';
import type { PlanContext } from '../kind.ts';
import { sampler } from '../sample.ts';

/** Enough that the draw of a state is that of the distributions to within a few thousandths. */
const CYCLES = 500;
/** Shortest time up or down, µs: a node cannot change at the very instant at which it has changed. */
const LEAST_US = 1;

interface Times {
  readonly up: Distribution;
  readonly down: Distribution;
  readonly crashShare: number;
  readonly isStationary: boolean;
}

export const churn: BehaviourKind = {
  name: 'churn',
  summary: 'Nodes go down and come up again, for times drawn from distributions',
  everyUs: null,
  choosesChannels: false,
  pays: false,
  schema: {
    title: 'Churn',
    description:
      'Each node by itself. Its events stand among those of the scenario, so `blast compile` shows them. With a `duration` that ends before the run, nodes that are down then come up.',
    type: 'object',
    additionalProperties: false,
    required: ['up', 'down'],
    properties: {
      up: { $ref: '#/$defs/durationDistribution', description: 'How long a node stays up.' },
      down: { $ref: '#/$defs/durationDistribution', description: 'How long it stays down.' },
      crash_share: {
        title: 'Share of crashes',
        description: 'Share of the times at which a node crashes instead of stopping in an orderly way.',
        type: 'number',
        minimum: 0,
        maximum: 1,
        default: 0,
        examples: [0.2],
      },
      initially: {
        title: 'At the start',
        description: 'stationary: up or down as after a long time of the same. up: all nodes are up.',
        type: 'string',
        enum: ['stationary', 'up'],
        default: 'stationary',
      },
    },
  },
  example: `nodes: user-*
churn:
  up: { exponential: { mean: 6h } }
  down: { log_normal: { median: 10m, sigma: 1 } }
  crash_share: 0.2`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const times: Times = {
      up: args.durations('up'),
      down: args.durations('down'),
      crashShare: args.number('crash_share', 0),
      isStationary: !args.has('initially') || args.text('initially') === 'stationary',
    };
    for (const key of ['up', 'down'] as const) {
      if (boundsOf(times[key]).high === 0) args.report('E303', [key], 'the time must be longer than 0');
    }
    if (args.failed) return null;
    const actions: TimedAction[] = [];
    for (const node of use.nodes) {
      planNode(node, use, times, context, actions);
      if (actions.length > context.rowLimit) {
        args.report('E603', [], `this behaviour makes more than ${groupDigits(context.rowLimit)} events`);
        return null;
      }
    }
    return { args: {}, actions };
  },
};

/** Adds the stops and starts of one node. */
function planNode(node: number, use: BehaviourUse, times: Times, context: PlanContext, actions: TimedAction[]): void {
  const name = `${use.name.value}/${context.network.nodes[node]?.name ?? ''}`;
  const stream = (purpose: string): RandomStream =>
    RandomStream.named(context.scenario.seed, 'behaviour', name, purpose);
  const options = { minimum: LEAST_US, samples: context.samples };
  const up = sampler(times.up, stream('up'), options);
  const down = sampler(times.down, stream('down'), options);
  const crash = stream('crash');
  const add = (timeUs: number, kind: string): void => {
    actions.push({ timeUs, phase: PHASE.control, action: { kind, args: { nodes: [node] } } });
  };
  const first = times.isStationary ? stationary(times, stream('initial'), context) : { isUp: true, leftUs: up() };
  let isUp = first.isUp;
  let timeUs = use.startUs;
  if (!isUp && timeUs < use.endUs) add(timeUs, 'stop_node');
  for (let leftUs = first.leftUs; ; leftUs = isUp ? up() : down()) {
    timeUs += leftUs;
    if (timeUs >= use.endUs || actions.length > context.rowLimit) break;
    if (!isUp) add(timeUs, 'start_node');
    else add(timeUs, crash.unit() < times.crashShare ? 'crash_node' : 'stop_node');
    isUp = !isUp;
  }
  if (!isUp && !use.isOpen && use.startUs < use.endUs) add(use.endUs, 'start_node');
}

/** A state and the time until it changes, µs. */
function stationary(
  times: Times,
  stream: RandomStream,
  context: PlanContext,
): { readonly isUp: boolean; readonly leftUs: number } {
  const options = { minimum: LEAST_US, samples: context.samples };
  const draws = [sampler(times.up, stream, options), sampler(times.down, stream, options)] as const;
  const spans: number[] = [];
  let total = 0;
  for (let i = 0; i < 2 * CYCLES; i++) {
    const span = draws[i % 2 === 0 ? 0 : 1]();
    spans.push(span);
    total += span;
  }
  let at = stream.unit() * total;
  let i = 0;
  while (i < spans.length - 1 && at >= (spans[i] as number)) at -= spans[i++] as number;
  return { isUp: i % 2 === 0, leftUs: Math.max(LEAST_US, Math.ceil((spans[i] as number) - at)) };
}
