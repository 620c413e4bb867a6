/** Reads and compiles scenario files for commands, and prints diagnostics. */
import type { Files } from '../run/files.ts';
import { decodeScenario, MAX_BYTES } from '../spec/decode.ts';
import { printDiagnostics } from './diagnostics-output.ts';
import type { CompileAnswer, Compiled } from './engine.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CommandContext } from './options.ts';

export interface CompileSettings {
  readonly overrides?: ReadonlyMap<string, string>;
  readonly seed?: number;
  /** Files outside the scenario's folder may be read. */
  readonly allowOutside?: boolean;
}

/** Folder of a path, without its last separator; empty for a bare name. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), 0));
}

/** A path below a folder; an empty folder is the present one. */
export function pathIn(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}

/** Compiles one file. @throws CliError (invalid) when there is no such file. */
export async function compileFile(
  { io, engine }: CommandContext,
  file: string,
  settings: CompileSettings = {},
): Promise<CompileAnswer> {
  const decoded = readScenarioFile(io.files, file);
  if (!decoded.ok) return { ok: false, diagnostics: [decoded.diagnostic] };
  const folder = folderOf(file);
  return engine.compile({
    text: decoded.text,
    file,
    overrides: settings.overrides ?? new Map(),
    ...(settings.seed === undefined ? {} : { seed: settings.seed }),
    readFile: async (path) => readable(io.files, isAbsolute(path) ? path : pathIn(folder, path)),
    isOutside: (path) => isOutside(io.files, folder, path),
    ...(settings.allowOutside === true ? { allowOutside: true } : {}),
  });
}

/** Text of a scenario file, or what is wrong with its bytes. @throws CliError (invalid) when there is no such file. */
export function readScenarioFile(files: Files, file: string): ReturnType<typeof decodeScenario> {
  const read = fileBytes(files, file);
  if (read === null) {
    const hint = files.kind(file) === 'folder' ? 'this is a folder; name a file in it' : 'write one with `blast init`';
    throw new CliError(EXIT.invalid, `there is no file ${file}`, hint);
  }
  return decodeScenario(read.bytes, read.size, file);
}

function fileBytes(files: Files, file: string): ReturnType<Files['bytes']> {
  try {
    return files.bytes(file, MAX_BYTES);
  } catch (error) {
    throw new CliError(EXIT.invalid, `cannot read ${file}: ${(error as Error).message}`);
  }
}

/** Text of a file, or null when there is none that can be read. */
function readable(files: Files, path: string): string | null {
  try {
    return files.read(path);
  } catch {
    return null;
  }
}

function isAbsolute(path: string): boolean {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** True when links lead a path out of the folder that it seems to be in. */
function isOutside(files: Files, folder: string, path: string): boolean {
  const home = files.real(folder === '' ? '.' : folder);
  const real = files.real(pathIn(folder, path));
  if (home === null || real === null || real === home) return false;
  const prefix = /[/\\]$/.test(home) ? home : `${home}${home.includes('\\') ? '\\' : '/'}`;
  return !real.startsWith(prefix);
}

/** Compiles one file and prints its diagnostics; null when it is invalid. */
export async function loadScenario(
  context: CommandContext,
  file: string,
  settings: CompileSettings = {},
): Promise<Compiled | null> {
  const answer = await compileFile(context, file, settings);
  printDiagnostics(context.io, answer.diagnostics);
  return answer.ok ? answer : null;
}

export { counted, printDiagnostics } from './diagnostics-output.ts';
