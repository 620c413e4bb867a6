/**
 * Benchmarks of the engine: `npm run bench -- [FOLDER] [--repeats N] [--only NAME,…] [--models NAME,…] [--json] [--write]`.
 *
 * A benchmark is a file in cases/. FOLDER (or BLAST_LN_GRAPH) holds a network in CLoTH's format; without it the real graph
 * is left out. --models leaves out the other models where a benchmark goes through models. Where two things are compared they run in turns, each first every other time, and the ratio is that of each
 * turn: a slow minute of the machine hits both. All times are CPU time of the whole process, which depends less on what else
 * the machine does than wall time. --write puts the figures into docs/benchmarks.md, in place of those of the same suites.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Benchmark } from './case.ts';
import { digits, machineFacts, machineLine, median } from './measure.ts';

/** One line of the report: the median of the repeats, or of the ratios of paired repeats. */
interface Figure {
  readonly suite: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
}

// dist/bench/run.js stands two folders below the root.
const PAGE = new URL('../../docs/benchmarks.md', import.meta.url);

async function benchmarks(): Promise<readonly Benchmark[]> {
  const folder = new URL('cases/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  const found = await Promise.all(
    files.map(async (file) => ((await import(new URL(file, folder).href)) as { benchmark: Benchmark }).benchmark),
  );
  return found.sort((a, b) => a.place - b.place || (a.name < b.name ? -1 : 1));
}

/** Three digits that count. */
function amount(value: number): string {
  return value >= 100 ? digits(value, 0) : value >= 10 ? digits(value, 1) : digits(value, 2);
}

function line({ suite, name, value, unit, least, most }: Figure): string {
  return `${suite.padEnd(11)}${name.padEnd(48)}${amount(value).padStart(10)} ${unit.padEnd(17)}${amount(least)} to ${amount(most)}\n`;
}

/** Puts the table of each suite between its marks, or at the end of the page's last table. */
function write(figures: readonly Figure[], head: string): void {
  let page = readFileSync(PAGE, 'utf8');
  for (const suite of new Set(figures.map((figure) => figure.suite))) {
    const rows = figures
      .filter((figure) => figure.suite === suite)
      .map(
        ({ name, unit, value, least, most }) =>
          `| ${name} | ${amount(value)} ${unit} | ${amount(least)} to ${amount(most)} |`,
      );
    const table = [`*${head}*`, '', `| ${suite} | median | range |`, '|---|---|---|', ...rows].join('\n');
    const marks = [`<!-- bench ${suite} -->`, `<!-- end of bench ${suite} -->`] as const;
    const start = page.indexOf(marks[0]);
    const end = page.indexOf(marks[1]);
    if (start < 0 || end < start) throw new Error(`docs/benchmarks.md has no marks for ${suite}`);
    page = `${page.slice(0, start)}${marks[0]}\n${table}\n${page.slice(end)}`;
  }
  writeFileSync(PAGE, page);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      repeats: { type: 'string', default: '7' },
      only: { type: 'string' },
      models: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const all = await benchmarks();
  const repeats = Number(values.repeats);
  const only = values.only?.split(',');
  const models = values.models?.split(',');
  if (!Number.isSafeInteger(repeats) || repeats < 1 || only?.some((name) => !all.some((one) => one.name === name))) {
    process.stderr.write(
      'usage: npm run bench -- [FOLDER] [--repeats N] [--only NAME,...] [--models NAME,...] [--json] [--write]\n',
    );
    process.stderr.write(`names: ${all.map(({ name }) => name).join(', ')}\n`);
    return 2;
  }
  const machine = machineFacts();
  const head = `${machineLine(machine)}; CPU time, median and range of ${repeats}`;
  const figures: Figure[] = [];
  if (!values.json) process.stdout.write(`${head}\n`);
  for (const { name: suite, run } of all) {
    if (only !== undefined && !only.includes(suite)) continue;
    const graph = positionals[0] ?? process.env.BLAST_LN_GRAPH;
    await run({ repeats, graph, models }, (name, unit, measured) => {
      const [least, most] = [Math.min(...measured), Math.max(...measured)];
      const figure = { suite, name, unit, value: median(measured), least, most };
      figures.push(figure);
      if (!values.json) process.stdout.write(line(figure));
    });
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, repeats, figures }, null, 2)}\n`);
  if (values.write) write(figures, head);
  return 0;
}

process.exitCode = await main();
