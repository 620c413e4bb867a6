/**
 * The node option `defence`, which nodes of every implementation take: its schema, and the settings read from it. Integers
 * with the unit in the name, as in the options of the models; every default is that of the source named.
 */
import type { Json } from '../../base/json.ts';
import { US_PER_SECOND } from '../../base/numbers.ts';

type Section = Readonly<Record<string, Json>>;

function integer(title: string, description: string, fallback: number, minimum: number, maximum: number): Json {
  return { type: 'integer', title, description, default: fallback, minimum, maximum };
}

function section(title: string, description: string, properties: Section): Json {
  return { type: 'object', title, description, additionalProperties: false, properties };
}

/** Modes of circuitbreaker:README.md, "Operating modes", and circuitbreaker:peer_controller.go. */
export const BREAKER_MODES = ['fail', 'queue', 'queue_peer_initiated', 'block'] as const;
export type BreakerMode = (typeof BREAKER_MODES)[number];

const LIMITS: Section = {
  max_pending: integer('Pending HTLCs', 'HTLCs of one peer that may be pending; 0 for no limit.', 0, 0, 1_000_000),
  max_hourly_rate: integer(
    'Hourly rate',
    'HTLCs of one peer that are forwarded in an hour, by a token bucket; 0 for no limit.',
    0,
    0,
    3_600_000,
  ),
  burst: integer('Burst', 'Size of the token bucket (circuitbreaker:process.go:burstSize).', 10, 1, 1_000_000),
  mode: {
    type: 'string',
    title: 'Mode',
    description:
      'What becomes of an HTLC beyond a limit: it fails, waits in a queue, waits only where the peer opened the channel, or (block) every HTLC fails.',
    enum: BREAKER_MODES,
    default: 'fail',
  },
};

const CIRCUIT_BREAKER = section(
  'Circuit breaker',
  'Limits on the HTLCs that each peer may have forwarded, as circuitbreaker for lnd sets them.',
  {
    ...LIMITS,
    peers: {
      type: 'object',
      title: 'Peers',
      description: 'Peers with limits of their own, by name. What is absent there is as for all others.',
      additionalProperties: section('Limits of a peer', 'As those of the circuit breaker.', LIMITS),
      examples: [{ alice: { max_pending: 100 } }],
    },
  },
);

const REPUTATION = section(
  'Reputation',
  'Buckets of slots and liquidity and reputation of outgoing channels, as in lightning/bolts pull request 1280.',
  {
    general_percent: integer('General bucket', 'Share of slots and liquidity that all may use, %.', 40, 0, 100),
    congestion_percent: integer('Congestion bucket', 'Share for channels without reputation, %.', 20, 0, 100),
    resolution_period_s: integer('Resolution period', 'Seconds within which an HTLC should resolve.', 90, 1, 86_400),
    revenue_window_s: integer(
      'Revenue window',
      'Seconds over which the revenue of an incoming channel counts: 2016 blocks of ten minutes.',
      1_209_600,
      1,
      100_000_000,
    ),
    reputation_multiplier: integer(
      'Reputation multiplier',
      'Revenue windows over which the reputation of an outgoing channel counts.',
      12,
      1,
      1000,
    ),
    revenue_windows: integer(
      'Averaged windows',
      'Revenue windows over which the revenue is averaged (window_total).',
      6,
      1,
      1000,
    ),
    block_s: integer('Block', 'Seconds of a block, when the longest possible hold is reckoned.', 600, 1, 86_400),
  },
);

/** JSON Schema of the option. */
export const DEFENCE_OPTION: Json = {
  ...(section(
    'Defence',
    'Defences against channel jamming that the node runs. Those that are described are on, or those that `use` names.',
    {
      use: {
        type: 'string',
        title: 'Use',
        description: 'Which of them are on; one without a description has its defaults. Default: those described.',
        enum: ['none', 'circuit_breaker', 'reputation', 'all'],
      },
      circuit_breaker: CIRCUIT_BREAKER,
      reputation: REPUTATION,
    },
  ) as Section),
  examples: [{ circuit_breaker: { max_pending: 5, mode: 'fail' } }, { reputation: {} }],
};

/** Limits of a circuit breaker. */
export interface BreakerSettings {
  /** 0: no limit. */
  readonly maxPending: number;
  /** µs from one token to the next; 0: no limit. */
  readonly intervalUs: number;
  readonly burst: number;
  readonly mode: BreakerMode;
}

/** Limits of all peers, and of those that have their own, by the peer's name. */
export interface BreakerRules {
  readonly others: BreakerSettings;
  readonly peers: ReadonlyMap<string, BreakerSettings>;
}

/** Parameters of buckets and reputation; times µs. */
export interface ReputationSettings {
  readonly generalPercent: number;
  readonly congestionPercent: number;
  readonly resolutionUs: number;
  readonly revenueWindowUs: number;
  readonly reputationWindowUs: number;
  readonly revenueWindows: number;
  readonly blockUs: number;
}

export interface DefenceSettings {
  readonly breaker: BreakerRules | null;
  readonly reputation: ReputationSettings | null;
}

/** An option, or the default that the schema gives. */
function read<T extends number | string>(options: Section, schema: Json, key: string): T {
  const property = ((schema as Section).properties as Section)[key] as Section;
  return (options[key] ?? property.default) as T;
}

/** Defences of a node from its options, which the schema allows; null when it runs none. */
export function readDefence(options: Section): DefenceSettings | null {
  const written = options.defence as Section | undefined;
  if (written === undefined) return null;
  const use = written.use as string | undefined;
  const isOn = (name: string): boolean =>
    use === undefined ? written[name] !== undefined : use === name || use === 'all';
  const breaker = isOn('circuit_breaker') ? readRules((written.circuit_breaker ?? {}) as Section) : null;
  const reputation = isOn('reputation') ? readReputation((written.reputation ?? {}) as Section) : null;
  return breaker === null && reputation === null ? null : { breaker, reputation };
}

function readRules(options: Section): BreakerRules {
  const peers = Object.entries((options.peers ?? {}) as Readonly<Record<string, Section>>);
  return {
    others: readBreaker(options),
    peers: new Map(peers.map(([name, own]) => [name, readBreaker({ ...options, ...own })])),
  };
}

function readBreaker(options: Section): BreakerSettings {
  const hourly = read<number>(options, CIRCUIT_BREAKER, 'max_hourly_rate');
  return {
    maxPending: read<number>(options, CIRCUIT_BREAKER, 'max_pending'),
    intervalUs: hourly === 0 ? 0 : Math.round((3600 * US_PER_SECOND) / hourly),
    burst: read<number>(options, CIRCUIT_BREAKER, 'burst'),
    mode: read<BreakerMode>(options, CIRCUIT_BREAKER, 'mode'),
  };
}

function readReputation(options: Section): ReputationSettings {
  const number = (key: string): number => read<number>(options, REPUTATION, key);
  const revenueWindowUs = number('revenue_window_s') * US_PER_SECOND;
  return {
    generalPercent: number('general_percent'),
    congestionPercent: Math.min(number('congestion_percent'), 100 - number('general_percent')),
    resolutionUs: number('resolution_period_s') * US_PER_SECOND,
    revenueWindowUs,
    reputationWindowUs: revenueWindowUs * number('reputation_multiplier'),
    revenueWindows: number('revenue_windows'),
    blockUs: number('block_s') * US_PER_SECOND,
  };
}
