/** Reads and compiles scenario files for commands, and prints diagnostics. */
import type { Diagnostic } from '../spec/diagnostic.ts';
import { formatDiagnostics } from '../spec/format-diagnostic.ts';
import type { CompileAnswer, Compiled } from './engine.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import type { CommandContext } from './options.ts';
import { styleFor } from './style.ts';

export interface CompileSettings {
  readonly overrides?: ReadonlyMap<string, string>;
  readonly seed?: number;
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
  const text = io.files.read(file);
  if (text === null) {
    const hint =
      io.files.kind(file) === 'folder' ? 'this is a folder; name a file in it' : 'write one with `blast init`';
    throw new CliError(EXIT.invalid, `there is no file ${file}`, hint);
  }
  const folder = folderOf(file);
  return engine.compile({
    text,
    file,
    overrides: settings.overrides ?? new Map(),
    ...(settings.seed === undefined ? {} : { seed: settings.seed }),
    readFile: async (path) => io.files.read(pathIn(folder, path)),
  });
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

/** Prints diagnostics to standard error, and how many there are when there are several. */
export function printDiagnostics(io: CliIo, diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  io.stderr.write(`${formatDiagnostics(diagnostics, styleFor(io, io.stderr))}\n`);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const counts = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ];
  if (diagnostics.length > 1) io.stderr.write(`\n${counts.join(', ')}\n`);
}

/** `1 error`, `2 errors`. */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
