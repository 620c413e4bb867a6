/**
 * Activity `random`: nodes pay each other in proportion to their capacity. The distributions are described in
 * random-draw.ts (balanced) and sim-ln/draw.ts.
 */
import { MSAT_PER_SAT } from '../../base/numbers.ts';
import type { Selector } from '../../spec/scenario.ts';
import { PAYMENT_PROPERTIES } from '../../spec/schema-definitions.ts';
import { formatAmount, groupDigits } from '../../spec/units.ts';
import type { NodePlan } from '../../timeline/network.ts';
import { pubkeysOf } from '../../timeline/pubkey.ts';
import { Arguments } from '../arguments.ts';
import type { ActivityKind, PlanContext } from '../kind.ts';
import { paymentsOf } from './planned.ts';
import { balanced } from './random-balanced.ts';
import type { GeneratorArguments, GeneratorNode, RandomGenerator } from './random-generator.ts';
import { simLn } from './random-sim-ln.ts';
import { REACTION_PROPERTIES } from './reaction.ts';
import { readWindow, WINDOW_PROPERTIES } from './window.ts';

const GENERATORS: readonly RandomGenerator[] = [balanced, simLn];

const ALL: Selector = { kind: 'name', pattern: '*' };
const DEFAULT_EXPECTED_MSAT = 3_800_000;
const DEFAULT_MULTIPLIER = 2;
/** Names listed in the warning; the rest is counted. */
const NAMED = 5;

export const random: ActivityKind = {
  name: 'random',
  summary: 'Payments between random nodes, in proportion to their capacity',
  schema: {
    title: 'Random payments',
    description:
      'Every selected node sends payments at random times, the more the larger its channels are, to nodes drawn by the size of theirs.',
    type: 'object',
    additionalProperties: false,
    required: ['random'],
    properties: {
      random: {
        title: 'How much is paid',
        type: 'object',
        additionalProperties: false,
        properties: {
          expected_amount: {
            $ref: '#/$defs/positiveAmount',
            description: 'Mean amount of a payment.',
            default: '3_800_000 msat',
          },
          capacity_multiplier: {
            type: 'number',
            exclusiveMinimum: 0,
            description: 'How many times a node sends half of its capacity in 30 days.',
            default: DEFAULT_MULTIPLIER,
          },
          generator: {
            title: 'Generator',
            enum: GENERATORS.map(({ name }) => name),
            description: `Distribution of times, destinations and amounts. ${GENERATORS.map(({ name, summary }) => `${name}: ${summary}.`).join(' ')}`,
            default: balanced.name,
            examples: [simLn.name],
          },
          seed: {
            title: 'Seed of sim-ln',
            description:
              'Seed of the draws, as sim-ln’s `--fix-seed`: a whole number below 2^64, as text where it is 2^53 or more. Only with `generator: sim-ln`. Default: the seed of the scenario.',
            type: ['integer', 'string'],
            minimum: 0,
            maximum: Number.MAX_SAFE_INTEGER,
            pattern: '^[0-9]{1,20}$',
            examples: [42, '18446744073709551615'],
          },
        },
      },
      among: { $ref: '#/$defs/selector', description: 'The nodes that send and receive. Default: all.' },
      ...WINDOW_PROPERTIES,
      ...REACTION_PROPERTIES,
      ...PAYMENT_PROPERTIES,
    },
  },
  example: `random: { expected_amount: 3_800_000 msat, capacity_multiplier: 2 }
among: { labels: { role: sender } }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const shape = new Arguments(args.place('random'), context);
    const expectedMsat = shape.amountMsat('expected_amount', DEFAULT_EXPECTED_MSAT);
    const multiplier = shape.number('capacity_multiplier', DEFAULT_MULTIPLIER);
    const window = readWindow(args, context);
    const selected = args.has('among') ? args.nodes('among') : context.nodes(ALL, args.place());
    if (args.failed || shape.failed || selected === null) return null;

    const generator = GENERATORS.find(({ name }) => name === shape.text('generator')) ?? balanced;
    const seed = readSeed(shape, generator, context);
    if (shape.failed) return null;

    const nodes = withCapacities(selected, generator, context);
    const least = generator.least.times * expectedMsat;
    const eligible = nodes.filter((node) => node.capacityMsat >= least);
    const at = args.has('among') ? ['among'] : [];
    if (eligible.length < 2) {
      const found = eligible.length === 1 ? 'only one of the nodes has' : 'none of the nodes has';
      args.report(
        'E602',
        at,
        `${found} channels of at least ${generator.least.words} the expected amount (${formatAmount(least)}); two are needed`,
        'lower expected_amount, enlarge the channels, or select more nodes',
      );
      return null;
    }
    if (eligible.length < nodes.length) {
      const small = nodes.filter((node) => node.capacityMsat < least).map((node) => node.name);
      const more = small.length > NAMED ? ` and ${small.length - NAMED} more` : '';
      args.warn(
        'W602',
        at,
        `${small.slice(0, NAMED).join(', ')}${more} take no part: their channels hold less than ${formatAmount(least)}`,
      );
    }
    const draws: GeneratorArguments = {
      name: use.name.value,
      nodes: eligible,
      pubkeys: () => pubkeysOf(eligible.map(({ index }) => context.network.nodes[index] as NodePlan)),
      expectedMsat,
      multiplier,
      seed,
      startUs: window.startUs ?? window.originUs,
      endUs: window.endUs,
    };
    // Refused by the expected number, with room for chance, before drawing for minutes.
    if (generator.expectedCount(draws) <= 2 * context.rowLimit) {
      const columns = generator.draw(draws, context.rowLimit);
      if (columns !== null) return paymentsOf(columns, args, window.ends ? window.endUs : null);
    }
    args.report('E603', ['random'], `this activity makes more than ${groupDigits(context.rowLimit)} payments`);
    return null;
  },
};

/** The seed that the activity names, or that of the scenario. */
function readSeed(shape: Arguments, generator: RandomGenerator, { scenario }: PlanContext): bigint {
  if (!shape.has('seed')) return BigInt(scenario.seed);
  if (!generator.takesSeed) {
    shape.report(
      'E607',
      ['seed'],
      `the generator ${generator.name} takes no seed; it draws from the seed of the scenario`,
      `remove seed, or write \`generator: ${simLn.name}\``,
    );
    return 0n;
  }
  const seed = BigInt(shape.text('seed'));
  if (seed >= 1n << 64n) shape.report('E303', ['seed'], 'a seed of sim-ln must be below 2^64');
  return seed;
}

/** The nodes with the sum of the capacities of their channels: all of them, or those among the selected nodes. */
function withCapacities(
  selected: readonly number[],
  generator: RandomGenerator,
  context: PlanContext,
): GeneratorNode[] {
  const { nodes, channels } = context.network;
  const capacity = new Float64Array(nodes.length);
  const counts = new Uint8Array(nodes.length).fill(generator.countsAllChannels ? 1 : 0);
  for (const index of selected) counts[index] = 1;
  for (const { node0, node1, capacitySat } of channels) {
    if (counts[node0] !== 1 || counts[node1] !== 1) continue;
    capacity[node0] = (capacity[node0] as number) + capacitySat * MSAT_PER_SAT;
    capacity[node1] = (capacity[node1] as number) + capacitySat * MSAT_PER_SAT;
  }
  return selected.map((index) => {
    const node = nodes[index];
    return {
      index,
      name: node?.name ?? '',
      capacityMsat: capacity[index] as number,
    };
  });
}
