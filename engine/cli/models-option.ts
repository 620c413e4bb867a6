/** `--models`: whether the models of a run decide in this process or in others, and which those are. */
import { InvalidArgumentError } from 'commander';
import type { Compiled } from '../host/engine.ts';
import type { RemoteModels, RemoteModelsSettings } from '../rpc/contract.ts';
import type { ModelKind } from '../simulate/node-model.ts';
import { parseDuration } from '../spec/units.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import type { CommandContext, OptionEntry, OptionValues } from './options.ts';

/** Most processes that one run starts. */
const MAX_PROCESSES = 64;

export const MODELS_OPTIONS: readonly OptionEntry[] = [
  {
    flags: '--models <where>',
    summary:
      'where models decide: in-process, rpc (a process that is started), rpc:N (N of them), HOST:PORT, or several of them ' +
      'with commas between',
    defaultValue: 'in-process',
    parse: parseWhere,
  },
  {
    flags: '--models-start <command>',
    summary: 'start a process of models with this command and end it with the run; may be given several times',
    repeatable: true,
    parse: (text, previous) => [...((previous as readonly string[] | undefined) ?? []), text],
  },
  {
    flags: '--models-timeout <duration>',
    summary: 'longest time that a model process may take for an answer',
    defaultValue: '30s',
    parse: parseTimeout,
  },
  { flags: '--models-ca <file>', summary: 'authority (PEM) that signed the certificates of model processes' },
  { flags: '--models-cert <file>', summary: 'certificate (PEM) that model processes want to see' },
  { flags: '--models-key <file>', summary: 'key of that certificate (PEM)' },
];

/** @throws CliError (usage) where a backend has nodes that models have no part in */
export function refuseModels(backend: string, models: RemoteModelsSettings | null): void {
  if (models === null || backend === 'simulator') return;
  throw new CliError(
    EXIT.usage,
    `the nodes of the backend ${backend} are real, and no models decide for them`,
    'leave out --models',
  );
}

interface Where {
  readonly inProcess: boolean;
  /** Processes of ours to start. */
  readonly count: number;
  readonly addresses: readonly string[];
}

const HERE: Where = { inProcess: true, count: 0, addresses: [] };

function parseWhere(text: string): Where {
  const where = { inProcess: false, count: 0, addresses: [] as string[] };
  for (const part of text.split(',')) {
    const count = /^rpc(?::(\d+))?$/.exec(part);
    if (part === 'in-process') {
      where.inProcess = true;
    } else if (count !== null) {
      where.count = Number(count[1] ?? 1);
      if (where.count < 1 || where.count > MAX_PROCESSES) {
        throw new InvalidArgumentError(`Write a number of processes from 1 to ${MAX_PROCESSES}.`);
      }
    } else if (/^(?:\[[^\]]+\]|[^:[\]]+):\d{1,5}$/.test(part)) {
      where.addresses.push(part);
    } else {
      throw new InvalidArgumentError(
        'Write in-process, rpc, rpc:2, or addresses such as 127.0.0.1:5051,127.0.0.1:5052.',
      );
    }
  }
  return where;
}

function parseTimeout(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok || parsed.value < 1000) {
    throw new InvalidArgumentError('Write a duration of at least 1ms with its unit, for example 30s.');
  }
  return parsed.value / 1000;
}

/** What the options say; null for models of this process alone. @throws CliError for a file that is not there */
export function modelsSettings(io: CliIo, options: OptionValues): RemoteModelsSettings | null {
  const { inProcess, count, addresses } = (options.models as Where | undefined) ?? HERE;
  const commands = (options.modelsStart as readonly string[] | undefined) ?? [];
  const pem = (name: 'modelsCa' | 'modelsCert' | 'modelsKey'): string | undefined => {
    const file = options[name] as string | undefined;
    if (file === undefined) return undefined;
    if (addresses.length === 0) {
      throw new CliError(EXIT.usage, 'certificates are for model processes that are named by their addresses');
    }
    const text = io.files.read(file);
    if (text === null) throw new CliError(EXIT.invalid, `there is no file ${file}`);
    return text;
  };
  const [ca, cert, key] = [pem('modelsCa'), pem('modelsCert'), pem('modelsKey')];
  if (count + addresses.length + commands.length === 0) return null;
  const limits = { answerMs: options.modelsTimeout as number };
  if ((cert === undefined) !== (key === undefined)) {
    throw new CliError(EXIT.usage, 'a certificate for model processes needs both --models-cert and --models-key');
  }
  if (ca === undefined && cert !== undefined) throw new CliError(EXIT.usage, '--models-cert needs --models-ca');
  const own = cert === undefined || key === undefined ? {} : { cert, key };
  const tls = ca === undefined ? {} : { tls: { ca, ...own } };
  const targets = addresses.map((address) => ({ address, ...tls }));
  const start = commands.map((command) => command.split(/\s+/).filter((word) => word !== ''));
  return { inProcess, count, targets, start, limits };
}

/** The options that say where models decide, as they were given: the words that make another command do the same. */
export function modelsWords(options: OptionValues): readonly string[] {
  const { inProcess, count, addresses } = (options.models as Where | undefined) ?? HERE;
  const where = [...(inProcess ? ['in-process'] : []), ...(count === 0 ? [] : [`rpc:${count}`]), ...addresses];
  const files = { modelsCa: '--models-ca', modelsCert: '--models-cert', modelsKey: '--models-key' };
  return [
    ...['--models', where.join(',')],
    ...((options.modelsStart as readonly string[] | undefined) ?? []).flatMap((command) => ['--models-start', command]),
    ...Object.entries(files).flatMap(([name, flag]) => {
      const file = options[name] as string | undefined;
      return file === undefined ? [] : [flag, file];
    }),
  ];
}

/** Models of other processes for one run. @throws CliError (backend) when they cannot be had */
export async function openModels({ engine }: CommandContext, settings: RemoteModelsSettings): Promise<RemoteModels> {
  return orFailed(() => engine.remoteModels(settings));
}

/** Those that the nodes of a timeline have. @throws CliError (backend) when one cannot be had */
export function neededKinds(remote: RemoteModels, { timeline }: Compiled): readonly ModelKind[] {
  try {
    return remote.kinds(new Set(timeline.network.nodes.map(({ model }) => model)));
  } catch (error) {
    throw failed(error);
  }
}

/**
 * What a scenario may name of processes that are there, or started, before it is read; they are ended after `work`. A
 * process of ours offers what this one does, so that it may start while the scenario is read.
 */
export async function withAnnounced<T>(
  context: CommandContext,
  settings: RemoteModelsSettings | null,
  work: (models: OpenedModels) => Promise<T>,
): Promise<T> {
  if (settings === null) return work({ open: null });
  if (settings.targets.length + settings.start.length === 0) {
    return withOwn(context, settings, work);
  }
  let remote = await openModels(context, settings);
  const { announced } = remote;
  let isFresh = true;
  const open = async (): Promise<RemoteModels> => {
    if (!isFresh) {
      await remote.close();
      remote = await openModels(context, settings);
    }
    isFresh = false;
    return remote;
  };
  try {
    return await work({ open, announced });
  } finally {
    await remote.close();
  }
}

/** As withAnnounced, where all processes are ours. */
async function withOwn<T>(
  context: CommandContext,
  settings: RemoteModelsSettings,
  work: (models: OpenedModels) => Promise<T>,
): Promise<T> {
  let begun: Promise<RemoteModels> | null = null;
  const open = (): Promise<RemoteModels> => {
    const taken = begun ?? openModels(context, settings);
    begun = null;
    return taken;
  };
  const begin = async (): Promise<void> => {
    begun = openModels(context, settings);
    // Told where it is opened, and nowhere when the scenario is not valid.
    begun.catch(() => {});
    await context.io.clock.sleep(0);
  };
  try {
    return await work({ open, begin });
  } finally {
    const unused = await (begun as Promise<RemoteModels> | null)?.catch(() => null);
    await unused?.close();
  }
}

export interface OpenedModels {
  /** Opens them anew each time. Null for models of this process alone. */
  readonly open: (() => Promise<RemoteModels>) | null;
  /** Begins to open those that the next `open` answers; to be called before a long piece of work. */
  readonly begin?: () => Promise<void>;
  readonly announced?: RemoteModels['announced'];
}

async function orFailed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failed(error);
  }
}

const failed = (error: unknown): CliError =>
  new CliError(EXIT.backend, `E809 models in other processes: ${(error as Error).message}`);
