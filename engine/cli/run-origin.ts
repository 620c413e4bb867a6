/** What a run of a scenario begins with: nothing but its network, a state to go on from, or the state that it names. */

import type { Compiled } from '../host/engine.ts';
import type { RunOrigin } from '../run/manifest.ts';
import { type ResumeProblem, resumeProblem } from '../run/resume.ts';
import type { RunStart } from '../run/runner.ts';
import { isJournal } from '../snapshot/document.ts';
import { makeDiagnostic } from '../spec/problems.ts';
import { SourceText } from '../spec/source-text.ts';
import { printDiagnostics } from './diagnostics-output.ts';
import type { CliIo } from './io.ts';
import type { CommandContext } from './options.ts';
import { loadSnapshot, type ReadSnapshot } from './snapshot-file.ts';

export interface Origin {
  readonly start: RunStart;
  readonly from: RunOrigin;
}

/** Undefined: the network of the scenario. Null after printing why the run cannot go on from the file. */
export async function runOrigin(
  context: CommandContext,
  compiled: Compiled,
  resumeFrom: string | undefined,
  backend: string,
): Promise<Origin | undefined | null> {
  if (resumeFrom === undefined) return begun(compiled);
  const read = await loadSnapshot(context, resumeFrom);
  if (read === null) return null;
  const { document, digest } = read;
  const problem = resumeProblem(compiled.timeline, document, backend);
  if (problem !== null) {
    printResumeProblem(context.io, resumeFrom, read, problem);
    return null;
  }
  const atUs = document.state.time_us - (document.run?.origin_us ?? 0);
  return {
    start: { kind: 'resume', snapshot: document, isChecked: true },
    from: { kind: 'resume', file: resumeFrom, digest, atUs },
  };
}

/** Why a run cannot go on from a file, at the place in it. */
export function printResumeProblem(
  io: CliIo,
  file: string,
  { document, text }: ReadSnapshot,
  problem: ResumeProblem,
): void {
  const source = new SourceText(file, text);
  const member = problem.code === 'E832' && isJournal(document.state) ? 'backend' : 'scenario';
  const at = Math.max(0, text.indexOf(`"${member}"`));
  const range = source.range(at, at + member.length + 2);
  const { code, message, hint } = problem;
  printDiagnostics(io, [makeDiagnostic(source, code, range, member, message, hint)]);
}

/** The state that the scenario itself names. */
export function begun({ start }: Compiled): Origin | undefined {
  if (start === undefined) return undefined;
  const { file, digest, document } = start;
  return { start: { kind: 'anew', snapshot: document }, from: { kind: 'anew', file, digest, atUs: 0 } };
}
