/**
 * Compares the scenarios of BLAST's second phase with its recorded results, second by second.
 *
 *   node dist/scripts/blast-phase2.js FOLDER
 *
 * FOLDER holds test1_new.csv, test1_load.csv, test2_new.csv and test2_load.csv with sim-ln's columns.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { compileScenario } from '../engine/compile/compile.ts';
import { eventKind, MODEL_KINDS } from '../engine/kinds/registry.ts';
import { OUTCOME_NAMES, type PaymentResult } from '../engine/simulate/records.ts';
import { PHASE, type Timeline } from '../engine/timeline/timeline.ts';

interface Outcomes {
  readonly payments: number;
  readonly succeeded: number;
  /** The one kind of failure, or all of them joined. */
  readonly failure: string;
}

export interface Phase2Report {
  readonly ours: Outcomes;
  readonly recorded: Outcomes;
  /** Payments, counted by destination and second, that ended otherwise. */
  readonly differing: number;
  /** One line a destination: its seconds as `.` success and `x` failure, ours above theirs. */
  readonly picture: string;
}

/** Outcomes of each destination in order of dispatch. */
type BySecond = Map<string, string[]>;

const SCENARIOS = fileURLToPath(new URL('../../scenarios/blast-phase2/', import.meta.url));
const SOURCES = fileURLToPath(new URL('../scenarios/blast-phase2/', import.meta.url));

function scenarioText(name: string): string {
  for (const folder of [SOURCES, SCENARIOS]) {
    try {
      return readFileSync(path.join(folder, `${name}.yml`), 'utf8');
    } catch {
      // Built and unbuilt copies of this file stand at different depths.
    }
  }
  throw new Error(`there is no scenario ${name}`);
}

async function play(timeline: Timeline): Promise<PaymentResult[]> {
  const backend = createSimulatorBackend({ models: MODEL_KINDS });
  const results: PaymentResult[] = [];
  backend.start(timeline, { record: () => {}, text: () => {}, payment: (result) => void results.push(result) });
  for (let row = 0; row < timeline.length; row++) {
    const phase = timeline.phase[row] as number;
    const ref = timeline.ref[row] as number;
    backend.advance(timeline.timeUs[row] as number, phase === PHASE.observe, Number.MAX_SAFE_INTEGER);
    if (phase === PHASE.payment) backend.pay(ref);
    else if (phase !== PHASE.observe) {
      const action = timeline.actions[ref];
      if (action !== undefined) await eventKind(action.kind)?.apply(action.args, backend, { capture: () => {} });
    }
  }
  backend.advance(timeline.durationUs + 60_000_000, true, Number.MAX_SAFE_INTEGER);
  return results;
}

function outcomes(by: BySecond): Outcomes {
  const all = [...by.values()].flat();
  const failures = [...new Set(all.filter((o) => o !== 'Success'))].sort();
  return { payments: all.length, succeeded: all.filter((o) => o === 'Success').length, failure: failures.join('+') };
}

/** Compares one scenario (`test1` or `test2`) with a recorded file. */
export async function comparePhase2(scenario: string, csv: string): Promise<Phase2Report> {
  const compiled = await compileScenario({
    text: scenarioText(scenario),
    file: `${scenario}.yml`,
    readFile: async () => null,
  });
  if (!compiled.ok) throw new Error(`${scenario}.yml is not valid`);
  const { payments } = compiled.timeline;
  const results = (await play(compiled.timeline)).sort((a, b) => a.startedUs - b.startedUs || a.payment - b.payment);
  const ours: BySecond = new Map();
  for (const r of results) push(ours, String(payments.destination[r.payment]), OUTCOME_NAMES[r.outcome] as string);

  const theirs: BySecond = new Map();
  const rows = readFileSync(csv, 'utf8').trim().split(/\r?\n/).slice(1);
  const cells = rows.map((row) => row.split(',')).sort((a, b) => Number(a[4]) - Number(b[4]));
  for (const row of cells) push(theirs, row[1] as string, row[6] as string);

  const broken = (by: BySecond): string[][] => [...by.values()].sort((a, b) => failures(b) - failures(a));
  const left = broken(ours);
  const right = broken(theirs);
  let differing = 0;
  const picture: string[] = [];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const a = left[i] ?? [];
    const b = right[i] ?? [];
    for (let s = 0; s < Math.min(a.length, b.length); s++) if (a[s] !== b[s]) differing++;
    picture.push(`  blast-ln ${draw(a)}`, `  recorded ${draw(b)}`);
  }
  return { ours: outcomes(ours), recorded: outcomes(theirs), differing, picture: picture.join('\n') };
}

function push(by: BySecond, key: string, outcome: string): void {
  const list = by.get(key);
  if (list === undefined) by.set(key, [outcome]);
  else list.push(outcome);
}

function failures(list: readonly string[]): number {
  return list.filter((o) => o !== 'Success').length;
}

function draw(list: readonly string[]): string {
  return list.map((o) => (o === 'Success' ? '.' : 'x')).join('');
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === path.resolve(process.argv[1])) {
  const folder = process.argv[2];
  if (folder === undefined) {
    process.stderr.write('usage: node dist/scripts/blast-phase2.js FOLDER\n');
    process.exitCode = 2;
  } else {
    for (const [scenario, file] of [
      ['test1', 'test1_new.csv'],
      ['test1', 'test1_load.csv'],
      ['test2', 'test2_new.csv'],
      ['test2', 'test2_load.csv'],
    ] as const) {
      const report = await comparePhase2(scenario, path.join(folder, file));
      const text = (o: Outcomes) => `${o.succeeded} of ${o.payments} succeeded, else ${o.failure}`;
      process.stdout.write(`${scenario} and ${file}: ${text(report.ours)}; recorded ${text(report.recorded)}; `);
      process.stdout.write(`${report.differing} outcomes differ by second\n${report.picture}\n`);
    }
  }
}
