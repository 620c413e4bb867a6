/** `blast import`: makes a scenario of another tool's files. */

import { unpackArchives } from '../interop/archive.ts';
import { companionsOf, memberNames } from '../interop/formats.ts';
import type { ImportFormat } from '../interop/imported.ts';
import { writeWhole } from '../run/files.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import { type CommandContext, type CommandEntry, OPTION } from './options.ts';
import { counted, pathIn, printDiagnostics } from './scenario-file.ts';

export const importCommand: CommandEntry = {
  name: 'import',
  summary: "make a scenario of another tool's network",
  details:
    'Writes a scenario and, beside it, the network file that it refers to. Existing files are never overwritten. ' +
    'Of a format with several files any one may be named, their folder, or a zip archive of them.',
  arguments: [{ syntax: '<path>', summary: "a file, or a folder with the other tool's files" }],
  options: [
    { flags: '--format <name>', summary: 'format of the files; recognised by their content when not given' },
    { flags: '-o, --out <folder>', summary: 'folder of the new files', defaultValue: '.' },
    { ...OPTION.seed, summary: 'seed of balances that have to be drawn', defaultValue: '1' },
    OPTION.quiet,
  ],
  examples: [
    ['blast import describegraph.json', "lnd's view of the network"],
    ['blast import sim.json --format sim-ln --out imported', 'a simulation file of sim-ln'],
    ['blast import shop.polar.zip', 'a network of Polar with its activity'],
    ['blast import networks/ring', 'a network of warnet: network.yaml and node-defaults.yaml'],
  ],
  async run(context, [path = ''], options) {
    const { io, engine } = context;
    const unpacked = await unpackArchives(filesAt(io, path), memberNames());
    if (!unpacked.ok) {
      printDiagnostics(io, unpacked.diagnostics);
      return EXIT.invalid;
    }
    const { files } = unpacked;
    const format = formatFor(context, files, options.format as string | undefined, path);
    const outcome = format.parse({ files, seed: options.seed as number });
    if (!outcome.ok) {
      printDiagnostics(io, outcome.diagnostics);
      return EXIT.invalid;
    }
    printDiagnostics(io, outcome.warnings);
    const name = nameOf(path);
    const folder = String(options.out).replace(/[/\\]+$/, '');
    const scenarioPath = pathIn(folder, `${name}.yml`);
    const networkPath = pathIn(folder, `${name}.network.json`);
    for (const target of [scenarioPath, networkPath]) {
      if (io.files.kind(target) !== 'none') {
        throw new CliError(EXIT.usage, `${target} is there already`, 'name another folder with --out');
      }
    }
    const { network, traffic } = outcome;
    const texts = engine.writeImported({
      name,
      // Only the last part: where the file lay on this machine is nobody's business.
      origin: `${path.replace(/\/+$/, '').split('/').at(-1)} (${format.name})`,
      networkFile: `${name}.network.json`,
      network,
      traffic,
    });
    io.files.makeFolder(folder);
    writeWhole(io.files, networkPath, texts.network);
    writeWhole(io.files, scenarioPath, texts.scenario);
    if (options.quiet !== true) {
      const counts = `${counted(network.nodes.length, 'node')}, ${counted(network.channels.length, 'channel')}`;
      io.stdout.write(`${path}: ${format.name}, ${counts}\nwrote ${scenarioPath} and ${networkPath}\n`);
    }
    return EXIT.ok;
  },
};

/** Contents by path: one file with those that belong to it, or all files of a folder. */
function filesAt(io: CliIo, path: string): ReadonlyMap<string, string> {
  const kind = io.files.kind(path);
  if (kind === 'none') throw new CliError(EXIT.invalid, `there is no ${path}`);
  const paths =
    kind === 'file'
      ? [path, ...companionsOf(path)]
      : io.files.list(path).map((name) => pathIn(path.replace(/[/\\]+$/, ''), name));
  const files = new Map<string, string>();
  for (const one of paths) {
    const text = io.files.kind(one) === 'file' ? io.files.read(one) : null;
    if (text !== null) files.set(one, text);
  }
  if (files.size === 0) throw new CliError(EXIT.invalid, `${path} holds no files`);
  return files;
}

function formatFor(
  { engine }: CommandContext,
  files: ReadonlyMap<string, string>,
  name: string | undefined,
  path: string,
): ImportFormat {
  const known = `known formats: ${engine.formats.map((format) => format.name).join(', ')}`;
  if (name !== undefined) {
    const format = engine.formats.find((one) => one.name === name);
    if (format === undefined) throw new CliError(EXIT.usage, `there is no format '${name}'`, known);
    return format;
  }
  const format = engine.formats.find((one) => one.recognise(files));
  if (format === undefined) throw new CliError(EXIT.invalid, `${path} looks like none of the known formats`, known);
  return format;
}

/** A scenario's name made of a path: letters, digits, `_`, `.` and `-`. */
function nameOf(path: string): string {
  const base =
    path
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? '';
  const name = base
    .replace(/\.(json|csv|graphml|ya?ml|zip)$/i, '')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return name === '' ? 'imported' : name;
}
