/**
 * Payments between random nodes of a real graph.
 *
 *   node dist/bench/real-graph.js [FOLDER] [--amount SAT] [--payments N] [--method keysend|invoice]
 *                                 [--check-every N] [--seed N] [--ablations] [--json]
 *
 * FOLDER (or BLAST_LN_GRAPH) holds nodes_ln.csv, channels_ln.csv and edges_ln.csv of CLoTH.
 */
import { parseArgs } from 'node:util';
import {
  type Ablation,
  compileGraph,
  type GraphFacts,
  type GraphResult,
  type GraphTraffic,
  graphFacts,
  playGraph,
  withoutCommitmentFees,
  withoutHtlcLimits,
  withoutReserves,
} from './graph-run.ts';
import { digits, type MachineFacts, machineFacts, machineLine, type Spent } from './measure.ts';

const USAGE = `usage: node dist/bench/real-graph.js [FOLDER] [--amount SAT] [--payments N] [--method keysend|invoice]
                                     [--check-every N] [--seed N] [--ablations] [--json]
FOLDER may be given by BLAST_LN_GRAPH.
`;

interface AblationResult {
  readonly name: string;
  readonly successRate: number;
  readonly attemptsPerPayment: number;
}

interface Report {
  readonly machine: MachineFacts;
  readonly traffic: Omit<GraphTraffic, 'folder'>;
  readonly compile: Spent;
  readonly network: GraphFacts;
  readonly run: GraphResult;
  readonly ablations: readonly AblationResult[];
}

/** Takes one rule after the other away, each together with those before it. */
async function ablations(traffic: GraphTraffic): Promise<AblationResult[]> {
  const results: AblationResult[] = [];
  const play = async (name: string, change: Ablation, changed: Partial<GraphTraffic> = {}): Promise<void> => {
    const { successRate, attemptsPerPayment } = await playGraph(
      await compileGraph({ ...traffic, ...changed }),
      0,
      change,
    );
    results.push({ name, successRate, attemptsPerPayment });
  };
  await play('without reserves', withoutReserves);
  const both: Ablation = (world) => {
    withoutReserves(world);
    withoutHtlcLimits(world);
  };
  await withoutCommitmentFees(async () => {
    await play('and without commitment fees, fee buffer and anchors', withoutReserves);
    await play('and without limits on HTLCs (99 % of the capacity)', both);
    const feeLimitSat = Math.max(1_000_000_000, traffic.amountSat);
    await play('and without a fee limit', both, { feeLimitSat });
    const method = traffic.method === 'keysend' ? 'invoice' : 'keysend';
    await play(`and with ${method} instead of ${traffic.method}`, both, { feeLimitSat, method });
  });
  return results;
}

function table(report: Report): string {
  const { machine, traffic, compile, network, run } = report;
  const percent = (share: number): string => `${digits(100 * share, 2)} %`;
  const wall = run.spent.wallMs;
  const rows: (readonly [string, string])[] = [
    ['machine', machineLine(machine)],
    [
      'traffic',
      `${traffic.payments} x ${traffic.amountSat} sat, ${traffic.method}, 1 payment a second, seed ${traffic.seed}`,
    ],
    ['network', `${network.nodes} nodes, ${network.channels} channels, ${network.leaves} nodes with one channel`],
    ['success rate', percent(run.successRate)],
    ['outcomes', counts(run.outcomes)],
    ['failed attempts', counts(run.failures)],
    ['attempts a payment', digits(run.attemptsPerPayment, 3)],
    ['hops, parts', `${digits(run.hops, 2)}, ${digits(run.parts, 2)} of successful payments`],
    ['time to succeed', `${digits(run.meanSeconds, 3)} s (virtual, mean)`],
    ['fees', `${digits(run.feePpm, 0)} ppm of what was delivered`],
    [
      'run',
      `${digits(wall / 1000, 2)} s wall, ${digits(run.spent.cpuMs / 1000, 2)} s CPU; compile ${digits(compile.wallMs / 1000, 2)} s wall`,
    ],
    ['payments a second', digits(run.payments / (wall / 1000), 0)],
    [
      'CPU a payment',
      `${digits(run.spent.cpuMs / run.payments, 3)} ms (run), compile included ${digits((run.spent.cpuMs + compile.cpuMs) / run.payments, 3)} ms`,
    ],
    ['events', `${run.events}, ${digits(run.events / (wall / 1000), 0)} a second; ${run.records} records`],
    [
      'events without paths',
      `${digits(run.events / ((wall - run.share.paths - run.share.boot - run.share.checks) / 1000), 0)} a second`,
    ],
    ['searches', `${run.searches}, ${digits(run.share.paths / run.searches, 3)} ms each`],
    [
      'where the time goes',
      Object.entries(run.share)
        .map(([name, ms]) => `${name} ${percent(ms / wall)}`)
        .join(', '),
    ],
    ['peak memory', `${digits(run.peakRssMib, 0)} MiB`],
    ['invariants', `checked ${run.checks} times, kept`],
    ['run digest', run.runDigest],
    ['leaves that can send nothing', percent(network.leavesWithoutSpendable)],
    ['leaves that cannot send it', percent(network.leavesBelowAmount)],
    ['sources that could send it', percent(network.sourcesAble)],
    ['destinations it could reach', percent(network.destinationsAble)],
    ['both', `${percent(network.bothAble)}; by balance alone ${percent(network.bothAbleByBalance)}`],
    ...report.ablations.map(
      ({ name, successRate, attemptsPerPayment }) =>
        [name, `${percent(successRate)}, ${digits(attemptsPerPayment, 3)} attempts a payment`] as const,
    ),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join('');
}

function counts(by: Readonly<Record<string, number>>): string {
  const parts = Object.entries(by).map(([name, n]) => `${n} ${name}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      amount: { type: 'string', default: '100' },
      payments: { type: 'string', default: '5000' },
      method: { type: 'string', default: 'keysend' },
      'check-every': { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      ablations: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const folder = positionals[0] ?? process.env.BLAST_LN_GRAPH;
  const numbers = [values.amount, values.payments, values['check-every'], values.seed].map(Number);
  const [amountSat = 0, payments = 0, checkEvery = 0, seed = 0] = numbers;
  const { method } = values;
  if (
    folder === undefined ||
    numbers.some((n) => !Number.isSafeInteger(n) || n < 0) ||
    amountSat === 0 ||
    payments === 0 ||
    (method !== 'keysend' && method !== 'invoice')
  ) {
    process.stderr.write(USAGE);
    return 2;
  }
  const traffic: GraphTraffic = { folder, payments, amountSat, method, seed };
  const compiled = await compileGraph(traffic);
  const run = await playGraph(compiled, checkEvery);
  const report: Report = {
    machine: machineFacts(),
    traffic: { payments, amountSat, method, seed },
    compile: compiled.spent,
    network: graphFacts(compiled, amountSat * 1000),
    run,
    ablations: values.ablations ? await ablations(traffic) : [],
  };
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : table(report));
  return 0;
}

process.exitCode = await main();
