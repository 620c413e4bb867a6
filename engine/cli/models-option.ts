/** `--models`: whether the models of a run decide in this process or in others, and which those are. */
import { InvalidArgumentError } from 'commander';
import type { Compiled } from '../host/engine.ts';
import type { RemoteModels, RemoteModelsSettings } from '../rpc/contract.ts';
import { parseDuration } from '../spec/units.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import type { CommandContext, OptionEntry, OptionValues } from './options.ts';

/** Most processes that one run starts. */
const MAX_PROCESSES = 64;

/** How long a process may take to say what it is, ms. */
const CONNECT_MS = 10_000;

export const MODELS_OPTIONS: readonly OptionEntry[] = [
  {
    flags: '--models <where>',
    summary: 'where models decide: in-process, rpc (a process that is started), rpc:N (N of them), or HOST:PORT,…',
    defaultValue: 'in-process',
    parse: parseWhere,
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

/** A number of processes to start, none for models of this one. (commander takes null for no value.) */
type Where = number | readonly string[];

function parseWhere(text: string): Where {
  if (text === 'in-process') return 0;
  if (text === 'rpc') return 1;
  const count = /^rpc:(\d+)$/.exec(text)?.[1];
  if (count !== undefined) {
    if (Number(count) < 1 || Number(count) > MAX_PROCESSES) {
      throw new InvalidArgumentError(`Write a number of processes from 1 to ${MAX_PROCESSES}.`);
    }
    return Number(count);
  }
  const addresses = text.split(',');
  if (!addresses.every((address) => /^(?:\[[^\]]+\]|[^:[\]]+):\d{1,5}$/.test(address))) {
    throw new InvalidArgumentError('Write in-process, rpc, rpc:2, or addresses such as 127.0.0.1:5051,127.0.0.1:5052.');
  }
  return addresses;
}

function parseTimeout(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok || parsed.value < 1000) {
    throw new InvalidArgumentError('Write a duration of at least 1ms with its unit, for example 30s.');
  }
  return parsed.value / 1000;
}

/** What the options say; null for models of this process. @throws CliError for a file that is not there */
export function modelsSettings(io: CliIo, options: OptionValues): RemoteModelsSettings | null {
  const where = (options.models as Where | undefined) || null;
  const pem = (name: 'modelsCa' | 'modelsCert' | 'modelsKey'): string | undefined => {
    const file = options[name] as string | undefined;
    if (file === undefined) return undefined;
    if (where === null || typeof where === 'number') {
      throw new CliError(EXIT.usage, 'certificates are for model processes that are named by their addresses');
    }
    const text = io.files.read(file);
    if (text === null) throw new CliError(EXIT.invalid, `there is no file ${file}`);
    return text;
  };
  const [ca, cert, key] = [pem('modelsCa'), pem('modelsCert'), pem('modelsKey')];
  if (where === null) return null;
  const limits = { connectMs: CONNECT_MS, turnMs: options.modelsTimeout as number };
  if (typeof where === 'number') return { where, limits };
  if ((cert === undefined) !== (key === undefined)) {
    throw new CliError(EXIT.usage, 'a certificate for model processes needs both --models-cert and --models-key');
  }
  if (ca === undefined && cert !== undefined) throw new CliError(EXIT.usage, '--models-cert needs --models-ca');
  const own = cert === undefined || key === undefined ? {} : { cert, key };
  const tls = ca === undefined ? {} : { tls: { ca, ...own } };
  return { where: where.map((address) => ({ address, ...tls })), limits };
}

/** Models of other processes for one run. @throws CliError (backend) when they cannot be had */
export async function openModels(
  { engine }: CommandContext,
  { timeline }: Compiled,
  settings: RemoteModelsSettings,
): Promise<RemoteModels> {
  const needed = new Set(timeline.network.nodes.map(({ model }) => model));
  try {
    return await engine.remoteModels(settings, needed);
  } catch (error) {
    throw new CliError(EXIT.backend, `models in other processes: ${(error as Error).message}`);
  }
}
