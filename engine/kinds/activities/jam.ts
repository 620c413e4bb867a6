/**
 * Activity `jam`: an attacker fills channels with HTLCs to itself that never settle. Slow: they are held as long as may be,
 * then failed, and renewed; fast: they fail at once and are sent again. Routes and the number of HTLCs are found from the
 * network as it is compiled (jam-targets.ts, jam-routes.ts); when an HTLC is renewed arises in the run (engine/run/loops.ts).
 *
 * Every HTLC that is in flight is a slot of a closed loop with payments of its own, all by one route. Draws nothing.
 */
import { groupDigits } from '../../spec/units.ts';
import { Arguments } from '../arguments.ts';
import type { ActivityKind, ChannelLimits, PlanContext } from '../kind.ts';
import { JamRoutes, type JamTarget, type Lane } from './jam-routes.ts';
import { chooseTargets, type Measure, TARGETS_SCHEMA } from './jam-targets.ts';
import { readWindow, WINDOW_PROPERTIES } from './window.ts';

const DIRECTIONS = ['both', 'from_opener', 'to_opener'] as const;

/** Default shares of the limit that an HTLC has in the mode liquidity: a tenth. */
const LIQUIDITY_HTLCS = 10;
/** Defaults, µs: before an HTLC that did not arrive is tried again; before one that came back is sent again (fast). */
const RETRY_US = 10_000_000;
const FAST_PAUSE_US = 100_000;
/** Between the first HTLCs, µs. */
const SPACING_US = 10_000;

export const jam: ActivityKind = {
  name: 'jam',
  summary: 'Channel jamming: HTLCs to oneself that fill a channel and never settle',
  schema: {
    title: 'Channel jamming',
    description:
      'An attacker fills the slots or the liquidity of channels with HTLCs to itself. The payments are those of the attack; none of them succeeds.',
    type: 'object',
    additionalProperties: false,
    required: ['source', 'destination', 'jam'],
    properties: {
      source: { $ref: '#/$defs/selector', description: 'Nodes of the attacker that send.' },
      destination: {
        $ref: '#/$defs/selector',
        description: 'Nodes of the attacker that receive; others than the senders.',
      },
      jam: {
        title: 'Jam',
        description: 'What is attacked, and how.',
        type: 'object',
        additionalProperties: false,
        required: ['targets'],
        properties: {
          targets: TARGETS_SCHEMA,
          direction: {
            title: 'Direction',
            description:
              'Direction of the targets that is filled: away from the node that opened it, to it, or both. Default: those to which the attacker has a way.',
            type: 'string',
            enum: DIRECTIONS,
          },
          mode: {
            title: 'Mode',
            description:
              'slots: as many HTLCs as the target takes (max_accepted_htlcs). liquidity: HTLCs that add up to what it takes (max_htlc_value_in_flight_msat, at most its capacity).',
            type: 'string',
            enum: ['slots', 'liquidity'],
            default: 'slots',
          },
          speed: {
            title: 'Speed',
            description: 'slow: HTLCs are held. fast: they fail at the recipient at once and are sent again.',
            type: 'string',
            enum: ['slow', 'fast'],
            default: 'slow',
          },
          hold: {
            $ref: '#/$defs/positiveDuration',
            description:
              'How long the recipient holds an HTLC (slow). Default: until it comes near its expiry, so that no channel goes on-chain.',
          },
          amount: {
            $ref: '#/$defs/positiveAmount',
            description:
              'Amount of each HTLC. Default: the least that is above dust, or (liquidity) a tenth of what the target takes.',
          },
          dust: {
            title: 'Dust',
            description: 'The HTLCs are the least that the target takes, below its dust limits (slots).',
            type: 'boolean',
            default: false,
          },
          htlcs: {
            title: 'HTLCs',
            description:
              'HTLCs on each target and direction. Default: as many as the target takes; only a fast stream may have more, since it is not on the target all the time.',
            type: 'integer',
            minimum: 1,
            maximum: 100_000,
          },
          crossings: {
            title: 'Crossings',
            description:
              'Most times that a route crosses the target, so that an HTLC of the attacker takes several slots. The way back leads by other channels, or over the target itself where neither of its nodes is an lnd node, which refuses that.',
            type: 'integer',
            minimum: 1,
            maximum: 10,
            default: 1,
          },
          retry: {
            $ref: '#/$defs/positiveDuration',
            description: 'Pause before an HTLC that did not come to the recipient is sent again. Default: 10s.',
          },
          pause: {
            $ref: '#/$defs/duration',
            description:
              'Pause before an HTLC that came back from the recipient is sent again. Default: none; fast 100ms.',
          },
        },
        examples: [{ targets: ['left-right'], mode: 'slots' }],
      },
      ...WINDOW_PROPERTIES,
      count: { type: 'integer', minimum: 1, description: 'Number of HTLCs at most.' },
    },
  },
  example: `source: user-0
destination: bob
jam: { targets: [alice-bob], htlcs: 20, hold: 30m }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const own = new Arguments(args.place('jam'), context);
    const window = readWindow(args, context);
    const sources = args.nodes('source');
    const destinations = args.nodes('destination');
    const fast = own.text('speed') === 'fast';
    if (fast && own.has('hold')) own.report('E607', ['hold'], '`hold` has no meaning with `speed: fast`');
    if (own.flag('dust', false)) {
      for (const key of ['amount']) {
        if (own.has(key)) own.report('E607', [key], '`amount` and `dust` both say how large the HTLCs are');
      }
      if (own.text('mode') === 'liquidity')
        own.report('E607', ['dust'], '`dust` cannot fill the liquidity of a channel');
    }
    if (sources === null || destinations === null) return null;
    const both = destinations.find((node) => sources.includes(node));
    if (both !== undefined) {
      const name = context.network.nodes[both]?.name ?? '';
      args.report('E602', ['destination'], `${name} would pay itself: it is a source and a destination`);
    }
    const edges = targetEdges(own, context, [...sources, ...destinations]);
    if (args.failed || own.failed || edges === null) return null;
    const routes = new JamRoutes(context.network, (channel) => context.limits(channel), sources, destinations);
    const lanes: (Lane & { readonly amountMsat: number })[] = [];
    const short: (() => void)[] = [];
    for (const edge of edges) {
      const target = describe(edge, own, context.limits(edge >> 1), context);
      if (target === null) continue;
      const found = routes.lanes(target);
      // Where the file does not say which direction, one without a way is none of the attack.
      if (found.length > 0 || own.has('direction')) short.push(() => reportShortage(own, context, target, found));
      lanes.push(...found.map((lane) => ({ ...lane, amountMsat: target.amountMsat })));
    }
    if (lanes.length > 0) for (const report of short) report();
    if (lanes.length === 0 && !own.failed) {
      own.report('E609', ['targets'], 'no route leads from the source over a target to the destination');
    }
    if (own.failed) return null;

    const holdUs = fast ? 0 : own.durationUs('hold', -1);
    const pauseUs = own.durationUs('pause', fast ? FAST_PAUSE_US : 0);
    const retryUs = own.durationUs('retry', RETRY_US);
    const startUs = window.startUs ?? window.originUs;
    const concurrency = lanes.reduce((sum, { htlcs }) => sum + htlcs, 0);
    const quickest = Math.min(...lanes.map(({ route }) => 2 * delayOf(route, context)));
    const cycleUs = Math.max(1, Math.min(retryUs, holdUs < 0 ? retryUs : holdUs + pauseUs + quickest));
    const rounds = 2 + Math.floor(Math.max(0, window.endUs - startUs) / cycleUs);
    const count = Math.min(args.number('count', Number.POSITIVE_INFINITY), concurrency * rounds);
    if (count > context.rowLimit) {
      const what = `${groupDigits(concurrency)} HTLCs that may be sent again ${groupDigits(rounds - 1)} times each`;
      args.report('E603', ['jam'], `this attack may make more than ${groupDigits(context.rowLimit)} payments: ${what}`);
      return null;
    }
    return {
      ...columns(lanes, concurrency, count),
      options: {
        method: 'invoice',
        feeLimitMsat: -1,
        timeoutUs: -1,
        maxParts: -1,
        holdUs,
        settles: false,
        routes: lanes.map(({ route }) => route),
      },
      loop: {
        startUs,
        endUs: window.endUs,
        atOnce: false,
        concurrency: Math.min(concurrency, count),
        thinkUs: Float64Array.from({ length: count }, (_, nth) => (nth < concurrency ? nth * SPACING_US : pauseUs)),
        retryUs,
      },
      endUs: window.ends ? window.endUs : null,
    };
  },
};

/** The directions that are attacked, as 2 · channel + side; null after a report. */
export function targetEdges(
  own: Arguments,
  context: PlanContext,
  attackers: readonly number[],
  absent: (typeof DIRECTIONS)[number] = 'both',
): readonly number[] | null {
  const { network } = context;
  const written = own.place('targets').value;
  let channels: readonly number[] = [];
  if (Array.isArray(written)) {
    channels = written.flatMap((_, i) => {
      const channel = own.channelAt('targets', i);
      if (channel === null) return [];
      if (channel < network.channels.length) return [channel];
      own.report('E607', ['targets', i], 'the channel is opened later, and a target must be there from the start');
      return [];
    });
  } else {
    const rule = new Arguments(own.place('targets'), context);
    const among = rule.has('among') ? rule.nodes('among') : null;
    if (rule.failed) return null;
    const measure = (rule.has('by') ? rule.text('by') : 'capacity') as Measure;
    channels = chooseTargets(network, measure, rule.number('top', network.channels.length), (c) => {
      const { node0, node1, announced } = network.channels[c] as (typeof network.channels)[number];
      const isOwn = attackers.includes(node0) || attackers.includes(node1);
      return announced && !isOwn && (among === null || among.includes(node0) || among.includes(node1));
    });
    if (channels.length === 0) own.report('E609', ['targets'], 'no public channel is a target by this rule');
  }
  if (own.failed) return null;
  const direction = own.has('direction') ? own.text('direction') : absent;
  const sides = direction === 'both' ? [0, 1] : [direction === 'from_opener' ? 0 : 1];
  return channels.flatMap((channel) => sides.map((side) => 2 * channel + side));
}

/** How a direction is filled; null after a report. */
function describe(edge: number, own: Arguments, limits: ChannelLimits, context: PlanContext): JamTarget | null {
  const { channels } = context.network;
  const side = (edge % 2) as 0 | 1;
  const channel = channels[edge >> 1] as (typeof channels)[number];
  const policy = side === 0 ? channel.policy0 : channel.policy1;
  const crossings = own.number('crossings', 1);
  // A stream spends part of its time before and behind the target, so more of it than fits may keep it full.
  const most = own.text('speed') === 'fast' ? Number.POSITIVE_INFINITY : limits.maxAcceptedHtlcs[side];
  const least = Math.max(policy.minHtlcMsat ?? 1000, limits.htlcMinimumMsat[side], 1000);
  if (own.text('mode') === 'liquidity') {
    const liquidity = Math.min(limits.maxInFlightMsat[side], channel.capacitySat * 1000);
    const htlcs = own.number('htlcs', LIQUIDITY_HTLCS);
    const amountMsat = own.amountMsat('amount', Math.max(least, Math.floor(liquidity / htlcs / 1000) * 1000));
    const wanted = own.has('htlcs') ? htlcs : Math.max(1, Math.floor(liquidity / amountMsat));
    return { edge, htlcs: Math.min(wanted, most), amountMsat, crossings };
  }
  const dust = own.flag('dust', false);
  if (dust && least >= limits.leastDustMsat) {
    own.report('E607', ['dust'], `${channel.name} takes no HTLC below its dust limit`);
    return null;
  }
  const amountMsat = own.amountMsat('amount', dust ? least : Math.max(least, limits.dustMsat));
  return { edge, htlcs: Math.min(own.number('htlcs', limits.maxAcceptedHtlcs[side]), most), amountMsat, crossings };
}

/** Warns where the attacker's way to a target is narrower than the target. */
function reportShortage(own: Arguments, context: PlanContext, target: JamTarget, lanes: readonly Lane[]): void {
  const reached = lanes.reduce((sum, { htlcs, crossings }) => sum + htlcs * crossings, 0);
  if (reached >= target.htlcs) return;
  const { channels, nodes } = context.network;
  const { node0, node1, name } = channels[target.edge >> 1] as (typeof channels)[number];
  const from = nodes[target.edge % 2 === 0 ? node0 : node1]?.name ?? '';
  const what = `${reached} of ${target.htlcs} HTLCs find a way over ${name} from ${from}`;
  own.warn('W606', ['targets'], what, 'more channels of the source and of the destination make more ways');
}

/** Time that a message takes along a route, µs. */
function delayOf(route: readonly number[], context: PlanContext): number {
  return route.reduce((sum, channel) => sum + (context.network.channels[channel]?.latencyUs ?? 0), 0);
}

/** Payments by number: slot after slot, round after round. */
function columns(
  lanes: readonly (Lane & { readonly amountMsat: number })[],
  concurrency: number,
  count: number,
): {
  readonly timeUs: Float64Array;
  readonly source: Int32Array;
  readonly destination: Int32Array;
  readonly amountMsat: Float64Array;
  readonly lane: Uint16Array;
} {
  const laneOf = lanes.flatMap(({ htlcs }, i) => new Array<number>(htlcs).fill(i));
  const source = new Int32Array(count);
  const destination = new Int32Array(count);
  const amountMsat = new Float64Array(count);
  const lane = new Uint16Array(count);
  for (let nth = 0; nth < count; nth++) {
    const at = laneOf[nth % concurrency] as number;
    const one = lanes[at] as (typeof lanes)[number];
    source[nth] = one.source;
    destination[nth] = one.destination;
    amountMsat[nth] = one.amountMsat;
    lane[nth] = at;
  }
  return { timeUs: new Float64Array(0), source, destination, amountMsat, lane };
}
