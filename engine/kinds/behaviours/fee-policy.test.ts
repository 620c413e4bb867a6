import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Json } from '../../base/json.ts';
import { compileScenario } from '../../compile/compile.ts';
import { formatDiagnostics } from '../../spec/format-diagnostic.ts';
import type { Action } from '../../timeline/timeline.ts';
import { competitor, ownChannel, POLICY, StubAgent } from '../testing/stub-agent.ts';
import { rateAt } from './fee-by-imbalance.ts';
import { feePolicy } from './fee-policy.ts';
import { weightedMedian } from './fee-track-competitors.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;

/** Arguments as the compiler plans them. */
async function planned(rule: object): Promise<Action['args']> {
  const text = stringify({
    version: 1,
    duration: '10h',
    nodes: { alice: {}, bob: {} },
    channels: { c: { from: 'alice', to: 'bob', capacity: '1_000_000 sat' } },
    behaviours: { fees: { nodes: 'alice', fee_policy: rule } },
  });
  const compiled = await compileScenario({ text, file: 'test.yml', readFile: async () => null });
  if (!compiled.ok) throw new Error(formatDiagnostics(compiled.diagnostics));
  return compiled.timeline.behaviours?.[0]?.args ?? {};
}

/** Wakes an agent again and again; what it remembers goes through JSON, as in a snapshot. */
class Sleeper extends StubAgent {
  memory: Json = null;
  readonly args: Action['args'];

  constructor(args: Action['args']) {
    super();
    this.args = args;
  }

  async wakeAt(timeUs: number): Promise<readonly unknown[]> {
    this.timeUs = timeUs;
    this.policies.length = 0;
    this.memory = JSON.parse(JSON.stringify(await feePolicy.wake?.(this.args, this, this.memory))) as Json;
    this.wake++;
    return [...this.policies];
  }
}

describe('static', () => {
  test('sets every channel once, and those that appear later', async () => {
    const agent = new Sleeper(await planned({ static: { fee_rate: '300 ppm', cltv_expiry_delta: 40 } }));
    agent.own = [
      ownChannel(1, 500_000),
      ownChannel(2, 500_000, { policy: { ...POLICY, feeRatePpm: 300, cltvDelta: 40 } }),
    ];
    const wanted = { feeRatePpm: 300, cltvDelta: 40 };
    expect(await agent.wakeAt(0)).toEqual([[1, wanted]]);
    expect(await agent.wakeAt(HOUR)).toEqual([]);
    agent.own = [...agent.own, ownChannel(3, 0)];
    expect(await agent.wakeAt(2 * HOUR)).toEqual([[3, wanted]]);
  });
});

describe('by_imbalance', () => {
  test('linear: what charge-lnd’s proportional strategy computes', async () => {
    const agent = new Sleeper(await planned({ by_imbalance: { linear: ['10 ppm', '1_000 ppm'], fee_base: '0 msat' } }));
    agent.own = [ownChannel(1, 1_000_000), ownChannel(2, 250_000), ownChannel(3, 0)];
    // int(10 + (1 − ratio) · 990)
    expect(await agent.wakeAt(0)).toEqual([
      [1, { feeRatePpm: 10, feeBaseMsat: 0 }],
      [2, { feeRatePpm: 752, feeBaseMsat: 0 }],
      [3, { feeRatePpm: 1000, feeBaseMsat: 0 }],
    ]);
  });

  test('waits for a move of the balance, for time to pass, and for a change that is worth it', async () => {
    const rule = { linear: ['0 ppm', '1_000 ppm'], hysteresis: 0.1, min_interval: '1h', min_change: '10 ppm' };
    const agent = new Sleeper(await planned({ by_imbalance: rule }));
    const at = (sat: number): void => {
      agent.own = [{ ...ownChannel(1, sat), policy: agent.own[0]?.policy ?? POLICY }];
    };
    at(500_000);
    expect(await agent.wakeAt(0)).toEqual([[1, { feeRatePpm: 500 }]]);
    at(410_000);
    expect(await agent.wakeAt(HOUR), 'moved by 0.09').toEqual([]);
    at(300_000);
    expect(await agent.wakeAt(HOUR - 1), 'too early').toEqual([]);
    expect(await agent.wakeAt(HOUR)).toEqual([[1, { feeRatePpm: 700 }]]);
    at(500_000);
    expect(await agent.wakeAt(2 * HOUR)).toEqual([[1, { feeRatePpm: 500 }]]);
    agent.own = [{ ...ownChannel(1, 200_000), policy: { ...POLICY, feeRatePpm: 791 } }];
    expect(await agent.wakeAt(4 * HOUR), 'by 9 ppm').toEqual([]);
  });

  test('exponential: 50^(0.5 − ratio), as CLBOSS', () => {
    const shape = { middlePpm: 200, factor: 50 };
    expect(rateAt(shape, 0.5)).toBe(200);
    // 200 · 50^0.5 = 1414.21…, 200 · 50^−0.5 = 28.28…
    expect(rateAt(shape, 0)).toBe(1414);
    expect(rateAt(shape, 1)).toBe(28);
  });

  test('curve: straight between the points, level beyond them', () => {
    const points = [
      [0.2, 800],
      [0.5, 200],
      [0.8, 20],
    ] as const;
    expect([0, 0.2, 0.35, 0.5, 0.65, 0.8, 1].map((local) => rateAt({ points }, local))).toEqual([
      800, 800, 500, 200, 110, 20, 20,
    ]);
  });
});

describe('track_competitors', () => {
  const known = new Map([
    [
      11,
      [
        competitor(0, 1, { capacitySat: 90_000_000 }), // its own
        competitor(5, 100),
        competitor(6, 400, { capacitySat: 5_000_000 }),
        competitor(7, 300),
        competitor(8, 2, { reverse: { ...POLICY, feeRatePpm: 2, disabled: true } }),
        competitor(9, 3, { reverse: null }),
      ],
    ],
  ]);

  test('takes the median by capacity, without its own channels and those that nobody can use', async () => {
    const agent = new Sleeper(await planned({ track_competitors: {} }));
    agent.own = [ownChannel(1, 500_000), ownChannel(2, 500_000)];
    agent.known = known;
    expect(await agent.wakeAt(0), 'the second peer has no other channel').toEqual([
      [1, { feeRatePpm: 400, feeBaseMsat: 1000 }],
    ]);
  });

  test('undercuts the lowest, but not below its floor', async () => {
    const rule = { compare: 'lowest', undercut: '5 ppm', fee_base: '0 msat' };
    const agent = new Sleeper(await planned({ track_competitors: rule }));
    agent.own = [ownChannel(1, 500_000)];
    agent.known = known;
    expect(await agent.wakeAt(0)).toEqual([[1, { feeRatePpm: 95, feeBaseMsat: 0 }]]);
    const floored = new Sleeper(await planned({ track_competitors: { ...rule, floor: '120 ppm' } }));
    floored.own = [ownChannel(1, 500_000)];
    floored.known = known;
    expect(await floored.wakeAt(0)).toEqual([[1, { feeRatePpm: 120, feeBaseMsat: 0 }]]);
  });

  test.each([
    [[5], [1], 5],
    [[1, 2, 3], [1, 1, 1], 2],
    [[3, 1, 2], [10, 1, 1], 3],
    [[1, 2], [1, 1], 1],
    [[7, 7, 1], [1, 1, 3], 1],
  ])('the median of %j with weights %j is %d', (values, weights, median) => {
    expect(weightedMedian(values, weights)).toBe(median);
  });
});
