/**
 * Reads the network files that a scenario imports. Files are read through the function that is handed in, never
 * directly, and only from the scenario's own folder and below, so that a scenario can be moved, shared and trusted.
 */
import { unpackArchives } from '../interop/archive.ts';
import { companionsOf, IMPORT_FORMATS, importFormat, memberNames, recogniseFormat } from '../interop/formats.ts';
import type { ImportedNetwork, ImportFormat } from '../interop/imported.ts';
import type { ImportSpec, Scenario } from '../spec/scenario.ts';
import type { ParsedFiles } from './parsed-files.ts';
import type { Reporter } from './stage.ts';

/** Reads a file relative to the scenario's folder, an archive (`.zip`) as one character a byte; null when there is none. */
export type ReadFile = (path: string) => Promise<string | null>;

/** How files are read, and which ones may be. */
export interface FileAccess {
  readonly readFile: ReadFile;
  /** True when links lead a path inside the scenario's folder out of it. */
  readonly isOutside?: (path: string) => boolean;
  /** Files outside the scenario's folder may be read. */
  readonly allowOutside?: boolean;
  /** Remembers what was made of files, for the next compilation; only where no file changes in between. */
  readonly parsed?: ParsedFiles;
}

export interface LoadedImport {
  readonly spec: ImportSpec;
  readonly network: ImportedNetwork;
}

export interface LoadedImports {
  readonly imports: readonly LoadedImport[];
  /** Path and text of every file read, in order of the imports: part of the scenario's identity. */
  readonly files: readonly (readonly [string, string])[];
}

/** Reads and parses all imports; what is wrong is reported. `file` is the scenario's, as the caller named it. */
export async function loadImports(
  scenario: Scenario,
  file: string,
  access: FileAccess,
  reporter: Reporter,
): Promise<LoadedImports> {
  const imports: LoadedImport[] = [];
  const read: (readonly [string, string])[] = [];
  const folder = /^.*[/\\]/.exec(file)?.[0] ?? '';
  for (const spec of scenario.imports) {
    const named = isAuto(spec.format) ? undefined : importFormat(spec.format);
    const files = await readFiles(spec, named, access, reporter);
    if (files === null) continue;
    // Diagnostics name files as seen from where the scenario was named, so that editors and terminals can open them.
    const shown = new Map([...files].map(([path, text]) => [`${folder}${path}`, text]));
    const unpacked = await unpackArchives(shown, memberNames(named));
    if (!unpacked.ok) {
      reporter.add(unpacked.diagnostics);
      continue;
    }
    for (const [path, text] of unpacked.files) read.push([path.slice(folder.length), text]);
    const network = parse(spec, named, unpacked.files, scenario.seed, access.parsed, reporter);
    if (network !== null) imports.push({ spec, network });
  }
  return { imports, files: read };
}

function parse(
  spec: ImportSpec,
  named: ImportFormat | undefined,
  files: ReadonlyMap<string, string>,
  seed: number,
  parsed: ParsedFiles | undefined,
  reporter: Reporter,
): ImportedNetwork | null {
  const format = named ?? recogniseFormat(files);
  if (format === undefined) {
    reporter.report(
      'E702',
      spec.file,
      `the content of ${spec.file.value} looks like none of the known formats`,
      `known formats: ${IMPORT_FORMATS.map(({ name }) => name).join(', ')}`,
    );
    return null;
  }
  const make = (): ReturnType<ImportFormat['parse']> => format.parse({ files, seed });
  const outcome = parsed?.once(`${format.name} ${seed} ${[...files.keys()].join('\n')}`, make) ?? make();
  reporter.add(outcome.ok ? outcome.warnings : outcome.diagnostics);
  return outcome.ok ? outcome.network : null;
}

/** True when the scenario leaves the format to be recognised. */
function isAuto(format: string): boolean {
  return format === '' || format === 'auto';
}

async function readFiles(
  spec: ImportSpec,
  format: ImportFormat | undefined,
  access: FileAccess,
  reporter: Reporter,
): Promise<ReadonlyMap<string, string> | null> {
  const path = insideFolder(spec.file.value) ?? (access.allowOutside === true ? spec.file.value : null);
  if (path === null) {
    reporter.report(
      'E705',
      spec.file,
      `${spec.file.value} is not a relative path inside the scenario's folder`,
      'move the file next to the scenario, or allow it with --allow-outside',
    );
    return null;
  }
  let outside = false;
  const readFile: ReadFile = async (file) => {
    if (access.allowOutside === true || access.isOutside?.(file) !== true) return access.readFile(file);
    outside = true;
    return null;
  };
  const files = new Map<string, string>();
  const add = async (file: string): Promise<void> => {
    const text = await readFile(file);
    if (text !== null) files.set(file, text);
  };
  await add(path);
  if (files.size > 0) for (const other of companionsOf(path, format)) await add(other);
  // A folder cannot be read as a file, but files in it can.
  else for (const name of memberNames(format)) await add(path === '' ? name : `${path}/${name}`);
  if (outside) {
    reporter.report(
      'E705',
      spec.file,
      `${spec.file.value} is a link that leads out of the scenario's folder`,
      'copy the file next to the scenario, or allow it with --allow-outside',
    );
    return null;
  }
  if (files.size > 0) return files;
  const members = format?.members ?? [];
  const wanted = members.length > 1 ? ` with ${members.join(', ')}` : '';
  reporter.report('E701', spec.file, `cannot read ${spec.file.value}${wanted}`);
  return null;
}

/** The path in its plain form, or null when it is absolute or leaves the folder. */
export function insideFolder(path: string): string | null {
  if (/^([/\\]|[A-Za-z]:|[a-z][a-z0-9+.-]*:\/\/)/.test(path)) return null;
  const parts: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.length === 0) return null;
      parts.pop();
    } else parts.push(part);
  }
  return parts.join('/');
}
