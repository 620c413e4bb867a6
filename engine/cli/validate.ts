/** `blast validate`: compiles scenarios and says what is wrong with them, without running anything. */
import type { Diagnostic } from '../spec/diagnostic.ts';
import { diagnosticJson } from '../spec/format-diagnostic.ts';
import { groupDigits } from '../spec/units.ts';
import type { CompileAnswer } from './engine.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CommandContext, type CommandEntry, OPTION, paramsOf } from './options.ts';
import { compileFile, counted, printDiagnostics } from './scenario-file.ts';
import { styleFor } from './style.ts';

interface Validated {
  readonly file: string;
  readonly answer: CompileAnswer | null;
  /** Why there is no answer. */
  readonly problem?: CliError;
}

export const validateCommand: CommandEntry = {
  name: 'validate',
  summary: 'check scenarios without running them',
  details: 'Prints every problem of every file with its place, an excerpt and a hint.',
  arguments: [{ syntax: '<file...>', summary: 'scenarios' }],
  options: [OPTION.param, OPTION.format, OPTION.quiet],
  examples: [
    ['blast validate scenario.yml', 'all problems of one file'],
    ['blast validate scenarios/*.yml --format json', 'for tools'],
  ],
  async run(context, files, options) {
    const { io } = context;
    const checked: Validated[] = [];
    for (const file of files) checked.push(await validated(context, file, paramsOf(options)));
    if (options.format === 'json') {
      const json = checked.map(({ file, answer, problem }) => ({
        file,
        valid: answer?.ok === true,
        ...(problem === undefined ? {} : { problem: problem.message }),
        diagnostics: (answer?.diagnostics ?? []).map(diagnosticJson),
      }));
      io.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
    } else {
      const all: Diagnostic[] = checked.flatMap(({ answer }) => answer?.diagnostics ?? []);
      printDiagnostics(io, all);
      for (const { problem } of checked) {
        if (problem !== undefined) io.stderr.write(`${styleFor(io, io.stderr).red('error')}: ${problem.message}\n`);
      }
      if (options.quiet !== true) for (const one of checked) io.stdout.write(summary(one, styleFor(io, io.stdout)));
    }
    return checked.every(({ answer }) => answer?.ok === true) ? EXIT.ok : EXIT.invalid;
  },
};

async function validated(
  context: CommandContext,
  file: string,
  overrides: ReadonlyMap<string, string>,
): Promise<Validated> {
  try {
    return { file, answer: await compileFile(context, file, { overrides }) };
  } catch (error) {
    if (error instanceof CliError) return { file, answer: null, problem: error };
    throw error;
  }
}

function summary({ file, answer }: Validated, style: ReturnType<typeof styleFor>): string {
  if (answer === null || !answer.ok) return `${file}: ${style.red('invalid')}\n`;
  const { network, payments, actions } = answer.timeline;
  const counts = [
    counted(network.nodes.length, 'node'),
    counted(network.channels.length, 'channel'),
    `${groupDigits(payments.length)} ${payments.length === 1 ? 'payment' : 'payments'}`,
    counted(actions.length, 'event'),
  ];
  return `${file}: ${style.green('valid')} (${counts.join(', ')})\n`;
}
