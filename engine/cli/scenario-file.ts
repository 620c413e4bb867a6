/** Reads and compiles scenario files for commands, and prints diagnostics. */
import type { CompileAnswer, Compiled } from '../host/engine.ts';
import { type CompileSettings, compileRequest, type Decoded, decodedFile } from '../host/scenario-source.ts';
import type { Files } from '../run/files.ts';
import { printDiagnostics } from './diagnostics-output.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CommandContext } from './options.ts';

/** Compiles one file. @throws CliError (invalid) when there is no such file. */
export async function compileFile(
  { io, engine }: CommandContext,
  file: string,
  settings: CompileSettings = {},
): Promise<CompileAnswer> {
  const decoded = readScenarioFile(io.files, file);
  if (!decoded.ok) return { ok: false, diagnostics: [decoded.diagnostic] };
  return engine.compile(compileRequest(io.files, file, decoded.text, settings));
}

/** Text of a scenario file, or what is wrong with its bytes. @throws CliError (invalid) when there is no such file. */
export function readScenarioFile(files: Files, file: string): Decoded {
  let decoded: Decoded | null;
  try {
    decoded = decodedFile(files, file);
  } catch (error) {
    throw new CliError(EXIT.invalid, `E113 cannot read ${file}: ${(error as Error).message}`);
  }
  if (decoded !== null) return decoded;
  const hint = files.kind(file) === 'folder' ? 'this is a folder; name a file in it' : 'write one with `blast init`';
  throw new CliError(EXIT.invalid, `E113 there is no file ${file}`, hint);
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

export { type CompileSettings, folderOf, pathIn } from '../host/scenario-source.ts';
export { counted, printDiagnostics } from './diagnostics-output.ts';
