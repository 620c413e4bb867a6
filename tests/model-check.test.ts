/** `blast model check`: the suite on every kind of target, and on nodes that do not keep to it. */
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { loadBinding } from '../engine/backends/ldk/binding.ts';
import { SUITE } from '../engine/cli/conformance/suite.ts';
import { MODEL_KINDS } from '../engine/kinds/registry.ts';
import { type HostedNodes, type HostedNodesOptions, hostedNodes } from '../engine/rpc/testing/hosted.ts';
import { clnKind } from '../models/cln/index.ts';
import { available, blast, type CommandResult, jumpingClock, temporaryFolder } from './testing/command.ts';

const folder = temporaryFolder();
const served: HostedNodes[] = [];

afterEach(async () => {
  for (const one of served.splice(0)) await one.stop();
});

interface Checked extends CommandResult {
  readonly report: {
    readonly passed: number;
    readonly failed: number;
    readonly not_offered: number;
    readonly skipped: number;
    readonly checks: readonly {
      readonly model: string;
      readonly group: string;
      readonly name: string;
      readonly status: string;
      readonly reason: string;
    }[];
  };
}

async function check(target: string, ...args: string[]): Promise<Checked> {
  const result = await blast(['model', 'check', target, '--format', 'json', ...args], {
    clock: jumpingClock(),
    cwd: folder,
  });
  return { ...result, report: JSON.parse(result.out) };
}

/** The suite on a process that is served in here; the address in place of `HERE`. */
async function checkHosted(target: string, options: Partial<HostedNodesOptions>, ...args: string[]): Promise<Checked> {
  const clock = jumpingClock();
  const nodes = await hostedNodes({ clock, ...options });
  served.push(nodes);
  const words = ['model', 'check', target.replace('HERE', nodes.address), '--format', 'json', ...args];
  const result = await blast(words, { clock, cwd: folder });
  return { ...result, report: JSON.parse(result.out) };
}

const CHECKS = SUITE.reduce((sum, { checks }) => sum + checks.length, 0);
const unsuccessful = ({ report }: Checked): string[] =>
  report.checks
    .filter(({ status }) => status === 'failed')
    .map(({ group, name, reason }) => `${group}: ${name}: ${reason}`);

/** Groups that are not offered, with the model; for those of which nothing else is. */
const notOffered = ({ report }: Checked): string[] => {
  const found = report.checks.filter(({ status }) => status === 'not_offered');
  return [...new Set(found.map(({ model, group }) => `${model} ${group}`))];
};

/** Checks of these groups, and the one that is made twice. */
const checksOf = (groups: readonly string[]): number =>
  SUITE.reduce((sum, { name, checks }) => (groups.includes(name) ? sum + checks.length + 1 : sum), 0);

/** What the implementations have no such payments for. */
const MISSING: Readonly<Record<string, readonly string[]>> = {
  lnd: [],
  cln: ['amp'],
  eclair: ['last-hop', 'outgoing-channel', 'amp'],
  ldk: ['amp'],
};

/** What cannot be asked of real LDK nodes, or is otherwise there. */
const NOT_LDK = ['amp'];

describe('the suite', () => {
  it('is passed by every model on the simulator', async () => {
    const checked = await check('simulator');
    expect(unsuccessful(checked)).toEqual([]);
    expect(checked.code).toBe(0);
    expect(notOffered(checked)).toEqual(
      MODEL_KINDS.flatMap(({ name }) => (MISSING[name] ?? []).map((group) => `${name} ${group}`)),
    );
    const missing = MODEL_KINDS.reduce((sum, { name }) => sum + checksOf(MISSING[name] ?? []), 0);
    expect(checked.report.passed).toBe(MODEL_KINDS.length * (CHECKS + SUITE.length) - missing);
  }, 120_000);

  const installed = loadBinding().then(
    () => true,
    () => false,
  );
  it('is passed by real LDK nodes where they are installed', async ({ skip }) => {
    if (!available(await installed, 'the package lightningdevkit 0.1.0')) skip();
    const checked = await check('ldk');
    expect(unsuccessful(checked)).toEqual([]);
    expect(notOffered(checked)).toEqual(NOT_LDK.map((group) => `ldk ${group}`));
    expect(checked.report.passed).toBe(CHECKS + SUITE.length - checksOf(NOT_LDK));
  }, 300_000);

  it.each([
    ['HERE', [], 'lnd'],
    ['cln=HERE', [], 'cln'],
  ])(
    'is passed over the control plane by nodes at %s',
    async (target, args, model) => {
      const checked = await checkHosted(target, { others: [clnKind] }, ...args);
      expect(checked.report.checks.filter(({ status }) => status === 'failed')).toEqual([]);
      expect(checked.code).toBe(0);
      const missing = MISSING[model] ?? [];
      const passed = CHECKS - checksOf(missing) + missing.length;
      expect(checked.report).toMatchObject({ passed, not_offered: CHECKS + SUITE.length - passed, skipped: 0 });
      for (const one of checked.report.checks) expect(one.model).toBe(model);
      const reasons = checked.report.checks
        .filter(({ status, group }) => status === 'not_offered' && !missing.includes(group))
        .map(({ reason }) => reason);
      expect(new Set(reasons)).toEqual(new Set(['its nodes live by the clock']));
    },
    120_000,
  );

  it('is passed over the protocol of BLAST as far as that goes, in one run', async () => {
    let stops = 0;
    const checked = await checkHosted('lnd=HERE', {
      instead: (own) => ('GetServer' in own ? withoutCalls(own) : { ...own, StopModel: counted(own, () => stops++) }),
    });
    expect(checked.report).toMatchObject({ passed: SUITE[0]?.checks.length, failed: 0 });
    expect(checked.code).toBe(0);
    expect(stops).toBe(1);
    const reasons = checked.report.checks.filter(
      ({ group, status }) => group === 'payments' && status === 'not_offered',
    );
    expect(reasons).toHaveLength((SUITE[1]?.checks.length ?? 0) + 1);
    expect(reasons[0]?.reason).toContain('makes no payments');
  }, 120_000);
});

describe('nodes that do not keep to it', () => {
  it('are told of, with what was found', async () => {
    const wrong = (_: unknown, answer: (error: null, value: object) => void): void =>
      answer(null, { failure: 'FAILURE_ROUTE_NOT_FOUND', state: 'PAYMENT_FAILED', node: 'alice' });
    const checked = await checkHosted('HERE', {
      instead: (own) => ('Pay' in own ? { ...own, Pay: wrong as never } : own),
    });
    expect(checked.code).toBe(4);
    const failed = checked.report.checks.filter(({ status }) => status === 'failed');
    expect(failed.find(({ group }) => group === 'invoices')).toMatchObject({
      name: 'an invoice is paid',
      reason: expect.stringContaining("payments('bill').succeeded = 0"),
    });
    expect(new Set(failed.map(({ group }) => group))).toEqual(
      new Set([
        ...['payments', 'invoices', 'failures', 'holding', 'policies', 'stops'],
        ...[
          'last-hop',
          'given-routes',
          'outgoing-channel',
          'probes',
          'expiry',
          'amp',
          'named-invoices',
          'partitions',
          'latency',
        ],
      ]),
    );
  }, 120_000);

  it('of a process that fails are told of once, and no check of theirs is made after it', async () => {
    const hang = (): void => {};
    const checked = await checkHosted(
      'HERE',
      { instead: (own) => ('StopNode' in own ? { ...own, StopNode: hang as never } : own) },
      '--rpc-timeout',
      '300ms',
    );
    expect(checked.code).toBe(4);
    const failed = checked.report.checks.filter(({ status }) => status === 'failed');
    expect(failed).toMatchObject([
      { group: 'stops', name: 'a node stops, and its channel with it', reason: expect.stringContaining('StopNode') },
    ]);
    const stops = checked.report.checks.filter(({ group }) => group === 'stops').slice(1);
    expect(new Set(stops.map(({ reason }) => reason))).toEqual(new Set(['the scenario did not come to its end']));
    const place = SUITE.findIndex(({ name }) => name === 'stops');
    const later = SUITE.slice(place + 1).map(({ name }) => name);
    const after = checked.report.checks.filter(({ group }) => later.includes(group));
    expect(after).toHaveLength(checksOf(later));
    for (const { status, reason } of after) {
      expect([status, reason]).toEqual([
        'skipped',
        expect.stringMatching(/^the process has failed before: .*StopNode/),
      ]);
    }
  }, 120_000);

  it.each([
    [['nowhere'], 2, /no target 'nowhere'[\s\S]*MODEL=HOST:PORT/],
    [['127.0.0.1:1', '--rpc-timeout', '100ms'], 6, /127\.0\.0\.1:1: nobody answers there within 0\.1 s/],
    [['10.0.0.1:5050'], 2, /another machine[\s\S]*--rpc-insecure/],
    [['simulator', '--model', 'Lnd!'], 2, /name of a model/],
  ])('are not found at %j', async (args, code, message) => {
    const result = await blast(['model', 'check', ...args], { clock: jumpingClock() });
    expect(result.err).toMatch(message);
    expect(result.code).toBe(code);
  });

  it('that cannot be there at all are no success', async () => {
    const { code, report } = await check('ldk', '--model', 'cln');
    expect(report).toMatchObject({ passed: 0, failed: 0, not_offered: CHECKS + SUITE.length, skipped: 0 });
    expect(report.checks[0]?.reason).toBe('the backend ldk has no nodes of model cln');
    expect(code).toBe(6);
  });

  it('must say whose they are where only the protocol of BLAST is spoken', async () => {
    const nodes = await hostedNodes({
      clock: jumpingClock(),
      instead: (own) => ('GetServer' in own ? withoutCalls(own) : own),
    });
    served.push(nodes);
    const result = await blast(['model', 'check', nodes.address], { clock: jumpingClock() });
    expect(result.err).toMatch(/whose nodes are at .* is not said[\s\S]*write MODEL=127/);
    expect(result.code).toBe(2);
  });

  it('are listed in lines with their reasons', async () => {
    const result = await blast(['model', 'check', 'simulator', '--model', 'lnd', '--model', 'other']);
    expect(result.out).toMatch(/^passed {7}lnd {5}channels {2}a channel closes by agreement$/m);
    expect(result.out).toMatch(/^failed {7}other {3}channels {2}.*: .*other/m);
    expect(result.out).toMatch(/^\d+ passed, \d+ failed, 0 not offered, 0 skipped$/m);
    expect(result.code).toBe(4);
  }, 60_000);
});

/** As a process that does not know the service at all. */
function withoutCalls(own: UntypedServiceImplementation): UntypedServiceImplementation {
  const unknown = (_: unknown, answer: (error: object) => void): void =>
    answer({ code: 12, details: 'unknown service' });
  return Object.fromEntries(Object.keys(own).map((name) => [name, unknown as never]));
}

function counted(own: UntypedServiceImplementation, count: () => void): never {
  return ((...call: unknown[]) => {
    count();
    (own.StopModel as (...call: unknown[]) => void)(...call);
  }) as never;
}
