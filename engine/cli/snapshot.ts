/** `blast snapshot`: looks at states that runs have kept. */
import { isJournal } from '../snapshot/document.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CommandContext, type CommandEntry, OPTION, type OptionValues, paramsOf } from './options.ts';
import { loadSnapshot, type ReadSnapshot, writeSnapshot } from './snapshot-file.ts';
import type { Replayed, SnapshotReplay } from './snapshot-replay.ts';
import { styleFor } from './style.ts';

type Action = (context: CommandContext, files: readonly string[], options: OptionValues) => Promise<number>;

const DEFAULT_MOST = 20;

export const snapshotCommand: CommandEntry = {
  name: 'snapshot',
  summary: 'show, compare, check and convert states that runs have kept',
  details:
    'show: figures, and where the liquidity lies. diff: what changed from the first file to the second, node by node and ' +
    'channel by channel; exits with 5 when they differ. verify: digest, shape and invariants of each file; with --replay also ' +
    'whether its backend comes to the same state again, for real nodes by playing their journal (exit code 5 when not, E833). ' +
    'convert: writes the first file anew as the second, compressed when its name ends in .gz, in the present format.',
  arguments: [
    {
      syntax: '<action>',
      summary: 'show, diff, verify or convert',
      completions: ['show', 'diff', 'verify', 'convert'],
    },
    { syntax: '<file...>', summary: 'snapshot files (.snap.json, .snap.json.gz)' },
  ],
  options: [
    {
      flags: '--most <number>',
      summary: 'nodes and channels that show lists, or `all`',
      defaultValue: String(DEFAULT_MOST),
    },
    { flags: '--network-only', summary: 'convert: leave out the run; a scenario can begin in it, no run can go on' },
    { flags: '--replay <scenario>', summary: 'verify: go to each state anew, in the scenario that made it' },
    OPTION.param,
    OPTION.seed,
    OPTION.format,
    OPTION.quiet,
  ],
  examples: [
    ['blast snapshot show out/shop/snapshots/end.snap.json', 'figures and balances'],
    ['blast snapshot diff before.snap.json after.snap.json', 'what changed'],
    ['blast snapshot verify snapshots/*.snap.json.gz', 'for continuous integration'],
    [
      'blast snapshot verify out/real/snapshots/*.snap.json --replay real.yml',
      'do real nodes come to these states again?',
    ],
    ['blast snapshot convert end.snap.json warm.snap.json.gz --network-only', 'a small file to commit'],
  ],
  async run(context, [name = '', ...files], options) {
    const action = ACTIONS[name];
    if (action === undefined) {
      throw new CliError(EXIT.usage, `unknown action '${name}'`, `actions: ${Object.keys(ACTIONS).join(', ')}`);
    }
    if (options.replay !== undefined && name !== 'verify') throw new CliError(EXIT.usage, '--replay is for verify');
    return action(context, files, options);
  },
};

const show: Action = async (context, files, options) => {
  const { figuresJson, snapshotFigures } = await import('../snapshot/summary.ts');
  const { showText } = await import('./snapshot-report.ts');
  const { io } = context;
  const most = mostOf(options.most as string | undefined);
  const found: unknown[] = [];
  let invalid = false;
  for (const [i, file] of files.entries()) {
    const read = await loadSnapshot(context, file);
    invalid ||= read === null;
    if (read === null) continue;
    const figures = snapshotFigures(read.document);
    if (options.format === 'json') found.push({ file, ...(figuresJson(figures, read.digest) as object) });
    else
      io.stdout.write(
        `${i === 0 ? '' : '\n'}${showText(file, figures, read.digest, { most }, styleFor(io, io.stdout))}`,
      );
  }
  if (options.format === 'json')
    io.stdout.write(`${JSON.stringify(files.length === 1 ? (found[0] ?? null) : found, null, 2)}\n`);
  return invalid ? EXIT.invalid : EXIT.ok;
};

function mostOf(text = String(DEFAULT_MOST)): number {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(text)) throw new CliError(EXIT.usage, `--most is a number or 'all', not '${text}'`);
  return Number(text);
}

function two(files: readonly string[], what: string): readonly [string, string] {
  const [first, second, third] = files;
  if (first === undefined || second === undefined || third !== undefined) {
    throw new CliError(EXIT.usage, `snapshot ${what} takes two files`);
  }
  return [first, second];
}

const diff: Action = async (context, files, options) => {
  const [a, b] = two(files, 'diff');
  const { diffJson, diffSnapshots } = await import('../snapshot/diff.ts');
  const { diffText } = await import('./snapshot-report.ts');
  const { io } = context;
  const [before, after] = [await loadSnapshot(context, a), await loadSnapshot(context, b)];
  if (before === null || after === null) return EXIT.invalid;
  const found = diffSnapshots(before.document, after.document);
  const identical = before.digest === after.digest;
  if (options.format === 'json') io.stdout.write(`${JSON.stringify(diffJson({ ...found, identical }), null, 2)}\n`);
  else if (options.quiet !== true) {
    const style = styleFor(io, io.stdout);
    io.stdout.write(identical ? `${a} and ${b} are ${style.green('identical')}\n` : diffText(a, b, found, style));
  }
  return identical ? EXIT.ok : EXIT.replayDiffers;
};

const verify: Action = async (context, files, options) => {
  const { io } = context;
  const reports: object[] = [];
  const replay = await replayOf(context, options);
  let worst: number = EXIT.ok;
  for (const file of files) {
    let read: ReadSnapshot | null = null;
    try {
      read = await loadSnapshot(context, file);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      io.stderr.write(`${styleFor(io, io.stderr).red('error')}: ${error.message}\n`);
    }
    if (read === null) worst = Math.max(worst, EXIT.invalid);
    const replayed = read === null || replay === null ? null : await replay.replay(file, read);
    const told = replayed === null ? {} : { replay: toldOf(replayed) };
    reports.push({ file, valid: read !== null, ...(read === null ? {} : { digest: read.digest }), ...told });
    if (replayed !== null) {
      worst = Math.max(worst, replayed.code);
      if (replayed.reason !== '')
        io.stderr.write(`${styleFor(io, io.stderr).red('error')}: ${file}: ${replayed.reason}\n`);
    }
    if (replayed?.code === EXIT.interrupted) break;
    if (options.format === 'json' || options.quiet === true || read === null) continue;
    const style = styleFor(io, io.stdout);
    const again = replayed?.verdict === 'same' ? `, ${style.green('the same again')}${ofCalls(replayed)}` : '';
    io.stdout.write(`${file}: ${style.green('valid')}, ${read.digest.slice(0, 12)}${again}\n`);
  }
  if (options.format === 'json') io.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  return worst;
};

async function replayOf(context: CommandContext, options: OptionValues): Promise<SnapshotReplay | null> {
  const scenario = options.replay as string | undefined;
  if (scenario === undefined) return null;
  const { SnapshotReplay } = await import('./snapshot-replay.ts');
  const seed = options.seed as number | undefined;
  return new SnapshotReplay(context, scenario, {
    overrides: paramsOf(options),
    ...(seed === undefined ? {} : { seed }),
  });
}

const toldOf = ({ verdict, reason, calls }: Replayed): object => ({
  verdict,
  ...(calls === undefined ? {} : { calls }),
  ...(reason === '' ? {} : { reason }),
});

const ofCalls = ({ calls }: Replayed): string => (calls === undefined ? '' : ` after ${calls} calls`);

const convert: Action = async (context, files, options) => {
  const [from, to] = two(files, 'convert');
  const { io } = context;
  const read = await loadSnapshot(context, from);
  if (read === null) return EXIT.invalid;
  const { run, ...network } = read.document;
  if (options.networkOnly === true && isJournal(network.state)) {
    throw new CliError(EXIT.usage, 'a journal is nothing without its run', 'leave out --network-only');
  }
  const digest = writeSnapshot(
    io.files,
    to,
    options.networkOnly === true || run === undefined ? network : { ...network, run },
  );
  if (options.format === 'json') io.stdout.write(`${JSON.stringify({ file: to, digest }, null, 2)}\n`);
  else if (options.quiet !== true) io.stdout.write(`${to}: written, ${digest.slice(0, 12)}\n`);
  return EXIT.ok;
};

const ACTIONS: Readonly<Record<string, Action>> = { show, diff, verify, convert };
