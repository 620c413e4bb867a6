/** `blast export`: writes the network of a scenario, or of a state that a run has kept, as files of another tool. */

import type { Compiled } from '../host/engine.ts';
import { packArchive } from '../interop/archive.ts';
import type { ExportFormat, ExportNetwork, ExportOutcome } from '../interop/exported.ts';
import { importFormat } from '../interop/formats.ts';
import type { ImportedActivity } from '../interop/imported.ts';
import { writeWhole } from '../run/files.ts';
import { isJournal, type SimulationState } from '../snapshot/document.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import { DEFAULT_MODEL } from '../spec/schema-sections.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { regularActivities } from './export-activity.ts';
import { networkOfState } from './export-network.ts';
import { type CommandContext, type CommandEntry, OPTION, type OptionValues, paramsOf } from './options.ts';
import { counted, folderOf, loadScenario, pathIn, printDiagnostics } from './scenario-file.ts';
import { loadSnapshot } from './snapshot-file.ts';

const NAMES = ['blast-network', 'lnd-describegraph', 'cln', 'cloth', 'polar', 'sim-ln', 'warnet'];

export const exportCommand: CommandEntry = {
  name: 'export',
  summary: "write a network in another tool's format",
  details:
    'Of a scenario: the network when time starts, with the policies that the models of its nodes announce. Of a snapshot: ' +
    'the open channels with the balances and policies of that instant. What the format cannot say is found by reading the ' +
    'files again, and is a warning (W703). Existing files are never overwritten.',
  arguments: [{ syntax: '<file>', summary: 'a scenario, or a snapshot (.snap.json, .snap.json.gz)' }],
  options: [
    { flags: '--format <name>', summary: 'format of the files', choices: NAMES },
    { flags: '-o, --out <folder>', summary: 'folder of the new files', defaultValue: '.' },
    OPTION.param,
    OPTION.seed,
    OPTION.allowOutside,
    OPTION.quiet,
  ],
  examples: [
    ['blast export shop.yml --format polar', 'shop.polar.zip, which Polar imports'],
    ['blast export shop.yml --format warnet --out networks', 'networks/shop.warnet/network.yaml'],
    ['blast export out/shop/snapshots/end.snap.json --format lnd-describegraph', 'the graph at the end of a run'],
  ],
  async run(context, [file = ''], options) {
    const { io } = context;
    const format = await formatFor(context, options.format as string | undefined);
    const found = /\.snap\.json(\.gz)?$/.test(file)
      ? await ofSnapshot(context, file)
      : await ofScenario(context, file, options);
    if (found === null) return EXIT.invalid;
    const { network, activities, notes } = found;
    const outcome = format.write({ name: nameOf(file), network, activities, usualModel: DEFAULT_MODEL });
    const target = pathIn(String(options.out).replace(/[/\\]+$/, ''), outcome.target);
    if (io.files.kind(target) !== 'none') {
      throw new CliError(EXIT.usage, `${target} is there already`, 'name another folder with --out');
    }
    const losses = await lossesIn(format, network, outcome);
    printDiagnostics(
      io,
      [...losses, ...outcome.notes, ...notes, ...leftOut(found, outcome)].map((message) => warning(file, message)),
    );
    await write(context, outcome, target);
    if (options.quiet !== true) {
      const counts = `${counted(network.nodes.length, 'node')}, ${counted(network.channels.length, 'channel')}`;
      io.stdout.write(`${file}: ${format.name}, ${counts}\nwrote ${target}\n`);
    }
    return EXIT.ok;
  },
};

interface Found {
  readonly network: ExportNetwork;
  /** Activities that a format may be able to say. */
  readonly activities: readonly ImportedActivity[];
  /** How many activities, events and behaviours there are. */
  readonly all: readonly [number, number, number];
  readonly notes: readonly string[];
}

async function formatFor({ engine }: CommandContext, name: string | undefined): Promise<ExportFormat> {
  const formats = await engine.exportFormats();
  const known = `formats: ${formats.map((format) => format.name).join(', ')}`;
  if (name === undefined) throw new CliError(EXIT.usage, 'export needs a format', `name it with --format; ${known}`);
  const format = formats.find((one) => one.name === name);
  if (format === undefined) throw new CliError(EXIT.usage, `there is no format '${name}'`, known);
  return format;
}

async function ofSnapshot(context: CommandContext, file: string): Promise<Found | null> {
  const read = await loadSnapshot(context, file);
  if (read === null) return null;
  const { state } = read.document;
  if (isJournal(state)) {
    const why = `E832 ${file} was taken on the backend ${state.backend}: it is a journal, not a network that can be read`;
    throw new CliError(EXIT.invalid, why, 'export the scenario that made it');
  }
  return { ...networkOfState(state, null), activities: [], all: [0, 0, 0] };
}

async function ofScenario(context: CommandContext, file: string, options: OptionValues): Promise<Found | null> {
  const seed = options.seed as number | undefined;
  const compiled = await loadScenario(context, file, {
    overrides: paramsOf(options),
    allowOutside: options.allowOutside === true,
    ...(seed === undefined ? {} : { seed }),
  });
  if (compiled === null) return null;
  const { network, notes } = networkOfState(await beginning(context, compiled), compiled.timeline.network);
  const { activity, events, behaviours = [] } = compiled.scenario;
  return {
    network,
    activities: regularActivities(compiled.scenario, compiled.timeline.network),
    all: [activity.length, events.length, behaviours.length],
    notes,
  };
}

/** What of a scenario is not in the files, besides the network. */
function leftOut({ all: [activities, events, behaviours] }: Found, outcome: ExportOutcome): readonly string[] {
  const rest = activities - outcome.activities;
  const what = [
    ...(rest === 0 ? [] : [rest === 1 ? '1 activity' : `${rest} activities`]),
    ...(events === 0 ? [] : [counted(events, 'event')]),
    ...(behaviours === 0 ? [] : [counted(behaviours, 'behaviour')]),
  ];
  return what.length === 0 ? [] : [`left out of the export: ${listed(what)}`];
}

/** `a, b and c` */
function listed(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' and $1');
}

/** The state that a scenario begins in: what its models announce is known only when there are nodes. */
async function beginning({ engine }: CommandContext, { timeline, start }: Compiled): Promise<SimulationState> {
  const [entry] = engine.backends;
  const backend = await entry?.create({ check: false });
  if (backend?.capture === undefined) throw new CliError(EXIT.backend, 'there is no backend that can tell its state');
  const state = start?.document.state;
  await backend.start(
    timeline,
    { record: () => {}, payment: () => {}, text: () => {} },
    state === undefined ? undefined : { state, originUs: state.time_us, anew: true },
  );
  const captured = await backend.capture();
  await backend.stop();
  if (isJournal(captured)) throw new CliError(EXIT.backend, 'there is no backend that can tell its state');
  return captured;
}

/** What the files do not say, found by reading them again. */
async function lossesIn(
  format: ExportFormat,
  network: ExportNetwork,
  outcome: ExportOutcome,
): Promise<readonly string[]> {
  const { losses } = await import('../interop/losses.ts');
  return losses(format.name, importFormat(format.name), network, outcome, DEFAULT_MODEL);
}

function warning(file: string, message: string): Diagnostic {
  const range = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return { code: 'W703', severity: 'warning', message, file, range, path: '', excerpt: [] };
}

/** Writes the file, the archive or the folder. */
async function write({ io }: CommandContext, { kind, files }: ExportOutcome, target: string): Promise<void> {
  io.files.makeFolder(kind === 'folder' ? target : folderOf(target));
  if (kind === 'archive') writeWhole(io.files, target, await packArchive(files));
  else for (const [name, text] of files) writeWhole(io.files, kind === 'folder' ? pathIn(target, name) : target, text);
}

/** The name of a file without its folder and ending. */
function nameOf(file: string): string {
  const base = file.split(/[/\\]/).at(-1) ?? '';
  const name = base.replace(/\.(ya?ml|snap\.json(\.gz)?|json)$/i, '').replace(/[^A-Za-z0-9_.-]+/g, '-');
  return name === '' ? 'network' : name;
}
