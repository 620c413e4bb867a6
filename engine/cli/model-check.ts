/** `blast model check`: whether nodes do what a scenario may expect of them. */
import { InvalidArgumentError } from 'commander';
import type { LinkTarget, NodeProcessesSettings, NodeProtocol } from '../rpc/contract.ts';
import { recording, recordingFile, replaying, type Substitute } from './conformance/recorded.ts';
import { type CheckResult, type CheckStatus, type CheckTarget, runSuite } from './conformance/run-suite.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CommandContext, type CommandEntry, OPTION, type OptionValues } from './options.ts';
import { backendNamed } from './play.ts';
import { parseRpc, processesRequest, RPC_OPTIONS, rpcSettings, type Where, withProcesses } from './rpc-option.ts';
import { styleFor } from './style.ts';

const MODEL_NAME = /^[a-z][a-z0-9_-]{0,63}$/;

const STATUSES: readonly CheckStatus[] = ['passed', 'failed', 'not_offered', 'skipped'];
const shown = (status: CheckStatus): string => status.replace('_', ' ');
const WIDEST = Math.max(...STATUSES.map((status) => status.length));

/** Of the options for processes those that have a meaning here: the protocol is found out, and nothing is saved. */
const PROCESS_OPTIONS = RPC_OPTIONS.filter(
  ({ flags }) => !['--rpc <', '--rpc-load', '--rpc-save', '--rpc-protocol'].some((one) => flags.startsWith(one)),
);

export const modelCheckCommand: CommandEntry = {
  name: 'check',
  summary: 'check whether nodes do what scenarios expect of them',
  details:
    'Plays a suite of short scenarios on a backend, or on the nodes of a process that speaks the control plane ' +
    '(blast.v1) or the protocol of BLAST, which is found out. Each check has passed, failed (with what was found), was not ' +
    'offered (the backend, its protocol or the model declares that it has no such thing, with the reason), or was skipped, as ' +
    'is everything after a process that was there already has failed. Exit code 4 when a check fails, 6 when none ' +
    'passes. A process that speaks the protocol of BLAST ends with it.',
  arguments: [{ syntax: '<target>', summary: 'simulator, ldk, rpc, HOST:PORT, MODEL=HOST:PORT, or recording:FILE' }],
  options: [
    {
      flags: '--model <name>',
      summary: 'model of the nodes; may be repeated (default: those of the target)',
      repeatable: true,
      parse: parseModel,
    },
    {
      flags: '--record <file>',
      summary: 'keep what is asked of a process that speaks the protocol of BLAST, and what it answers',
    },
    ...PROCESS_OPTIONS,
    OPTION.format,
  ],
  examples: [
    ['blast model check simulator', 'every model of this command'],
    ['blast model check 127.0.0.1:5050', 'nodes of a process that speaks the control plane'],
    ['blast model check mine=127.0.0.1:5050', 'nodes of a model of yours, over the protocol of BLAST'],
    ['blast model check mine=127.0.0.1:5050 --record mine.json', 'the same, and what was said is kept'],
    ['blast model check recording:mine.json', 'the suite with what was kept, in place of the process'],
  ],
  async run(context, [target = ''], options) {
    const { io } = context;
    const substitute = await substituteOf(context, target, options);
    const results: CheckResult[] = [];
    const isJson = options.format === 'json';
    const tell = (result: CheckResult): void => {
      results.push(result);
      if (!isJson) io.stdout.write(`${line(context, result)}\n`);
    };
    if (substitute === null) await runSuite(context, await targetOf(context, target, options), tell);
    else {
      const { where } = substitute;
      const models = [where.model];
      try {
        const found = await onProcesses(substitute.context, [where], 'blast', models, substitute.options);
        await runSuite(substitute.context, found, tell);
      } finally {
        for (const result of await substitute.end()) tell(result);
      }
    }
    const count = (status: CheckStatus): number => results.filter((one) => one.status === status).length;
    const counts = {
      passed: count('passed'),
      failed: count('failed'),
      not_offered: count('not_offered'),
      skipped: count('skipped'),
    };
    if (isJson) io.stdout.write(`${JSON.stringify({ target, ...counts, checks: results }, null, 2)}\n`);
    else {
      const told = STATUSES.map((status) => `${counts[status]} ${shown(status)}`);
      io.stdout.write(`${told.join(', ')}\n`);
    }
    if (counts.failed > 0) return EXIT.expectationFailed;
    return counts.passed === 0 ? EXIT.backend : EXIT.ok;
  },
};

function parseModel(text: string, previous: unknown): readonly string[] {
  if (!MODEL_NAME.test(text)) throw new InvalidArgumentError('Write the name of a model, for example lnd.');
  return [...((previous as readonly string[] | undefined) ?? []), text];
}

function line({ io }: CommandContext, { status, model, group, name, reason }: CheckResult): string {
  const style = styleFor(io, io.stdout);
  const colour = { passed: style.green, failed: style.red, not_offered: style.dim, skipped: style.yellow }[status];
  return `${colour(shown(status).padEnd(WIDEST))}  ${model.padEnd(6)}  ${group.padEnd(8)}  ${name}${reason === '' ? '' : `: ${reason}`}`;
}

/** @throws CliError when there is no such target, or nobody is there */
async function targetOf(context: CommandContext, target: string, options: OptionValues): Promise<CheckTarget> {
  const { engine } = context;
  const asked = options.model as readonly string[] | undefined;
  if (engine.backends.some(({ name }) => name === target)) {
    const backend = backendNamed(context, target);
    if (backend.name === 'rpc') return await onProcesses(context, [], 'control', asked ?? ['lnd'], options);
    const { MODEL_KINDS } = await import('../kinds/registry.ts');
    const all = MODEL_KINDS.map(({ name }) => name).filter((name) => backend.limits?.models.has(name) !== false);
    return {
      backend,
      models: asked ?? all,
      limits: backend.limits,
      announced: [],
      processes: null,
      runsAlready: false,
    };
  }
  const [where] = whereOf(target);
  if (where === undefined) {
    const names = engine.backends.map(({ name }) => name).join(', ');
    throw new CliError(EXIT.usage, `there is no target '${target}'`, `write ${names}, HOST:PORT or MODEL=HOST:PORT`);
  }
  const { protocol, defaultModel } = await linkTo(context, where, options);
  const model = where.model ?? defaultModel;
  if (model === null && asked === undefined) {
    throw new CliError(EXIT.usage, `whose nodes are at ${where.address} is not said`, `write MODEL=${where.address}`);
  }
  return await onProcesses(context, [where], protocol, asked ?? [model as string], options);
}

interface Link {
  readonly settings: NodeProcessesSettings;
  readonly target: LinkTarget;
  readonly protocol: NodeProtocol;
  readonly defaultModel: string | null;
}

/** A process that runs already, and what it speaks. @throws CliError when nobody is there */
async function linkTo(context: CommandContext, where: Where, options: OptionValues): Promise<Link> {
  const { spokenProtocol } = await import('../rpc/spoken-protocol.ts');
  const settings = await rpcSettings(context.io, backendNamed(context, 'rpc'), { ...options, rpc: [where] });
  const target = settings?.sole ?? settings?.targets.get(where.model ?? '');
  if (settings == null || target == null) throw new CliError(EXIT.internal, 'there are no processes');
  const spoken = await spokenProtocol(target, settings.callMs).catch((error: Error) => {
    throw new CliError(EXIT.backend, `${where.address}: ${error.message}`);
  });
  return { settings, target, ...spoken };
}

/** What stands in the place of the target: a recording, or what makes one; null: nothing. @throws CliError */
async function substituteOf(
  context: CommandContext,
  target: string,
  options: OptionValues,
): Promise<Substitute | null> {
  const kept = recordingFile(target);
  const file = options.record as string | undefined;
  if (kept !== null) {
    if (file !== undefined) throw new CliError(EXIT.usage, 'a recording is not recorded', 'leave out --record');
    return await replaying(context, kept, options);
  }
  if (file === undefined) return null;
  const [where] = whereOf(target);
  if (where?.model == null) {
    throw new CliError(EXIT.usage, 'of which process there is to be a recording is not said', 'write MODEL=HOST:PORT');
  }
  const { target: link, settings, protocol } = await linkTo(context, where, options);
  if (protocol === 'control') {
    throw new CliError(EXIT.usage, `${where.address} speaks the control plane`, 'leave out --record');
  }
  const { callMs } = settings;
  return await recording(context, { model: where.model, target: link, file, callMs }, options);
}

function whereOf(target: string): readonly Where[] {
  try {
    return parseRpc(target, undefined);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return [];
    throw error;
  }
}

async function onProcesses(
  context: CommandContext,
  where: readonly Where[],
  rpcProtocol: string,
  models: readonly string[],
  options: OptionValues,
): Promise<CheckTarget> {
  const { io } = context;
  const backend = backendNamed(context, 'rpc');
  const settings = await rpcSettings(io, backend, {
    ...options,
    rpcProtocol,
    ...(where.length === 0 ? {} : { rpc: where }),
  });
  if (settings === null || backend.limits === undefined) throw new CliError(EXIT.internal, 'there are no processes');
  const { limits, announced } = await withProcesses(backend.limits, settings);
  const processes = processesRequest(io, settings, undefined, 'out/model-check');
  return { backend, models, limits, announced, processes, runsAlready: where.length > 0 };
}
