/** `blast validate`: compiles scenarios and says what is wrong with them, without running anything. */

import type { CompileAnswer } from '../host/engine.ts';
import { groupDigits } from '../spec/units.ts';
import { DIAGNOSTICS_OPTION, writeChecked } from './diagnostics-output.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { MODELS_OPTIONS, modelsSettings, type OpenedModels, refuseModels, withAnnounced } from './models-option.ts';
import { type CommandContext, type CommandEntry, OPTION, type OptionValues, paramsOf } from './options.ts';
import { backendNamed } from './play.ts';
import { RPC_MODEL_OPTIONS, rpcSettings, withProcesses } from './rpc-option.ts';
import { compileFile, counted, printDiagnostics } from './scenario-file.ts';
import { styleFor } from './style.ts';
import { WATCH_OPTION, watchFiles } from './watch.ts';

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
  options: [
    OPTION.param,
    OPTION.backend,
    ...RPC_MODEL_OPTIONS,
    ...MODELS_OPTIONS,
    WATCH_OPTION,
    DIAGNOSTICS_OPTION.format,
    DIAGNOSTICS_OPTION.all,
    OPTION.allowOutside,
    OPTION.quiet,
  ],
  examples: [
    ['blast validate scenario.yml', 'all problems of one file'],
    ['blast validate scenario.yml --watch', 'again at every change'],
    ["blast validate scenario.yml --models-start 'python3 model.py'", 'with what a model of your own announces'],
    ['blast validate scenarios/*.yml --format json', 'for tools'],
    ['blast validate scenarios/*.yml --format github', 'annotations in a workflow of GitHub Actions'],
  ],
  run(context, files, options) {
    const settings = modelsSettings(context.io, options);
    refuseModels(backendNamed(context, options.backend as string | undefined).name, settings);
    const work = (inner: CommandContext): Promise<number> =>
      withAnnounced(inner, settings, (models) => validateFiles(inner, files, options, models));
    return options.watch === true ? watchFiles(context, work) : work(context);
  },
};

async function validateFiles(
  context: CommandContext,
  files: readonly string[],
  options: OptionValues,
  models: OpenedModels,
): Promise<number> {
  const { io } = context;
  const checked: Validated[] = [];
  for (const file of files) checked.push(await validated(context, file, options, models));
  const all = options.all === true;
  if (options.format !== 'text') {
    const results = checked.map(({ file, answer, problem }) => ({
      file,
      valid: answer?.ok === true,
      diagnostics: answer?.diagnostics ?? [],
      ...(problem === undefined ? {} : { problem: problem.message }),
    }));
    writeChecked(io, String(options.format), results, all);
  } else {
    printDiagnostics(
      io,
      checked.flatMap(({ answer }) => answer?.diagnostics ?? []),
      all,
    );
    for (const { problem } of checked) {
      if (problem === undefined) continue;
      const style = styleFor(io, io.stderr);
      io.stderr.write(`${style.red('error')}: ${problem.message}\n`);
      if (problem.hint !== undefined) io.stderr.write(`  ${style.blue(problem.hint)}\n`);
    }
    if (options.quiet !== true) for (const one of checked) io.stdout.write(summary(one, styleFor(io, io.stdout)));
  }
  return checked.every(({ answer }) => answer?.ok === true) ? EXIT.ok : EXIT.invalid;
}

async function validated(
  context: CommandContext,
  file: string,
  options: OptionValues,
  models: OpenedModels,
): Promise<Validated> {
  try {
    const backend = backendNamed(context, options.backend as string | undefined);
    const processes = await rpcSettings(context.io, backend, options);
    const brought =
      processes === null || backend.limits === undefined ? null : await withProcesses(backend.limits, processes);
    const limits = brought?.limits ?? backend.limits;
    const announced = [...(models.announced ?? []), ...(brought?.announced ?? [])];
    const settings = {
      overrides: paramsOf(options),
      allowOutside: options.allowOutside === true,
      ...(limits === undefined ? {} : { limits }),
      ...(announced.length === 0 ? {} : { models: announced }),
    };
    return { file, answer: await compileFile(context, file, settings) };
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
