/** `--rpc` and its kin: the processes that have the nodes when a scenario is played on the backend `rpc`. */
import { InvalidArgumentError } from 'commander';
import { BLAST_CHAIN_LIMITS } from '../backends/rpc/blast-limits.ts';
import type { BackendEntry } from '../host/engine.ts';
import type {
  BitcoindTarget,
  LinkTarget,
  LinkTls,
  NodeProcessesRequest,
  NodeProcessesSettings,
} from '../rpc/contract.ts';
import type { Pace } from '../run/pacing.ts';
import { LOGS_FOLDER } from '../run/run-folder.ts';
import type { AnnouncedModel } from '../spec/schema-types.ts';
import { parseDuration } from '../spec/units.ts';
import type { BackendLimits } from '../timeline/backend-limits.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import type { OptionEntry, OptionValues } from './options.ts';

/** What `--rpc` says: an address, and the model whose nodes are there; null for all nodes. */
export interface Where {
  readonly model: string | null;
  readonly address: string;
}

const WHERE = /^(?:([a-z][a-z0-9_-]{0,63})=)?((?:\[[^\]]+\]|[^:[\]=]+):\d{1,5})$/;

/** Names that a saved network may have for the processes. */
const SAVED = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Which processes there are, and so which models a scenario may name. */
export const RPC_MODEL_OPTIONS: readonly OptionEntry[] = [
  {
    flags: '--rpc <where>',
    summary: 'process that has the nodes: HOST:PORT, or MODEL=HOST:PORT for those of one model; may be repeated',
    repeatable: true,
    parse: parseRpc,
  },
  { flags: '--rpc-models <folder>', summary: 'folder of models with a model.json each, which are started' },
  {
    flags: '--rpc-protocol <protocol>',
    summary: 'what they speak: the protocol of BLAST, or the control plane (blast.v1)',
    choices: ['blast', 'control'],
    defaultValue: 'blast',
  },
  {
    flags: '--rpc-bitcoind <url>',
    summary: 'regtest chain that all processes watch, http://USER:PASSWORD@HOST:PORT, to find blocks and fund nodes',
    parse: parseBitcoind,
  },
];

export const RPC_OPTIONS: readonly OptionEntry[] = [
  ...RPC_MODEL_OPTIONS,
  { flags: '--rpc-load <name>', summary: 'begin in a network that the processes have saved', parse: parseSaved },
  { flags: '--rpc-save <name>', summary: 'let the processes save their network at the end', parse: parseSaved },
  {
    flags: '--rpc-timeout <duration>',
    summary: 'longest time that such a process may take for an answer',
    defaultValue: '30s',
    parse: parseTimeout,
  },
  { flags: '--rpc-ca <file>', summary: 'authority (PEM) that signed the certificates of the processes of --rpc' },
  { flags: '--rpc-cert <file>', summary: 'certificate (PEM) that they want to see' },
  { flags: '--rpc-key <file>', summary: 'key of that certificate (PEM)' },
  { flags: '--rpc-insecure', summary: 'speak to processes on other machines without TLS' },
];

/** Of these options, those that are there: none of them has a meaning for another backend. */
const OWN = ['rpc', 'rpcModels', 'rpcBitcoind', 'rpcLoad', 'rpcSave', 'rpcCa', 'rpcCert', 'rpcKey', 'rpcInsecure'];

export function parseRpc(text: string, previous: unknown): readonly Where[] {
  const before = (previous as readonly Where[] | undefined) ?? [];
  const found = WHERE.exec(text);
  if (found === null || Number(text.slice(text.lastIndexOf(':') + 1)) > 65_535) {
    throw new InvalidArgumentError('Write HOST:PORT or MODEL=HOST:PORT, for example lnd=127.0.0.1:5050.');
  }
  const where: Where = { model: found[1] ?? null, address: found[2] as string };
  if (before.some(({ model }) => model === where.model)) {
    throw new InvalidArgumentError(
      where.model === null
        ? 'Write MODEL=HOST:PORT where there are several processes.'
        : `The process of ${where.model} is given twice.`,
    );
  }
  return [...before, where];
}

function parseBitcoind(text: string): BitcoindTarget {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username === '') {
    throw new InvalidArgumentError(
      'Write http://USER:PASSWORD@HOST:PORT, for example http://user:pass@127.0.0.1:18443.',
    );
  }
  const [user, password] = [url.username, url.password].map(decodeURIComponent) as [string, string];
  url.username = '';
  url.password = '';
  return { url: url.href, user, password };
}

function parseSaved(text: string): string {
  if (!SAVED.test(text)) throw new InvalidArgumentError('A name has up to 100 letters, digits and any of . _ -');
  return text;
}

function parseTimeout(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok || parsed.value < 1000) {
    throw new InvalidArgumentError('Write a duration of at least 1ms with its unit, for example 30s.');
  }
  return parsed.value / 1000;
}

/** What the options say; null for a backend that has no processes. @throws CliError */
export async function rpcSettings(
  io: CliIo,
  backend: BackendEntry,
  options: OptionValues,
): Promise<NodeProcessesSettings | null> {
  if (backend.name !== 'rpc') {
    if (!OWN.some((name) => options[name] !== undefined)) return null;
    throw new CliError(EXIT.usage, `the backend ${backend.name} has no processes`, 'add --backend rpc');
  }
  const where = (options.rpc as readonly Where[] | undefined) ?? [];
  const tls = tlsOf(io, options, where.length > 0);
  const target = ({ address }: Where): LinkTarget => ({ address, ...(tls === null ? {} : { tls }) });
  const sole = where.find(({ model }) => model === null);
  if (sole !== undefined && where.length > 1) {
    throw new CliError(EXIT.usage, `whose nodes are at ${sole.address} is not said`, 'write MODEL=HOST:PORT');
  }
  const insecure = options.rpcInsecure === true;
  const { isLoopback, parseListenAddress } = await import('../rpc/endpoint.ts');
  for (const { address } of tls === null && !insecure ? where : []) {
    if (isLoopback(parseListenAddress(address)?.host ?? '')) continue;
    const message = `${address} is another machine, and others could read along`;
    throw new CliError(EXIT.usage, message, 'add --rpc-ca, or --rpc-insecure if that is meant');
  }
  const bitcoind = (options.rpcBitcoind as BitcoindTarget | undefined) ?? null;
  if (bitcoind !== null && options.rpcProtocol === 'control') {
    throw new CliError(
      EXIT.usage,
      'processes of the control plane have a chain of their own',
      'leave out --rpc-bitcoind',
    );
  }
  if (bitcoind !== null && !insecure && !isPrivate(new URL(bitcoind.url), isLoopback)) {
    const message = 'bitcoind is on another machine, and others could read its password';
    throw new CliError(EXIT.usage, message, 'use https, or --rpc-insecure if that is meant');
  }
  return {
    protocol: options.rpcProtocol === 'control' ? 'control' : 'blast',
    bitcoind,
    targets: new Map(where.flatMap((one) => (one.model === null ? [] : [[one.model, target(one)] as const]))),
    sole: sole === undefined ? null : target(sole),
    folder: await folderOf(io, options.rpcModels as string | undefined),
    insecure,
    callMs: (options.rpcTimeout as number | undefined) ?? 0,
    load: (options.rpcLoad as string | undefined) ?? null,
    save: (options.rpcSave as string | undefined) ?? null,
  };
}

function isPrivate({ protocol, hostname }: URL, isLoopback: (host: string) => boolean): boolean {
  return protocol === 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}

async function folderOf(io: CliIo, folder: string | undefined): Promise<NodeProcessesSettings['folder']> {
  if (folder === undefined) return new Map();
  const { ModelFolderError, readModelFolder } = await import('../rpc/model-folder.ts');
  try {
    return readModelFolder(io.files, folder);
  } catch (error) {
    if (error instanceof ModelFolderError) throw new CliError(EXIT.invalid, `E810 ${error.message}`);
    throw error;
  }
}

function tlsOf(io: CliIo, options: OptionValues, hasTargets: boolean): LinkTls | null {
  const pem = (name: 'rpcCa' | 'rpcCert' | 'rpcKey'): string | undefined => {
    const file = options[name] as string | undefined;
    if (file === undefined) return undefined;
    if (!hasTargets) throw new CliError(EXIT.usage, 'certificates are for processes that --rpc names');
    const text = io.files.read(file);
    if (text === null) throw new CliError(EXIT.invalid, `there is no file ${file}`);
    return text;
  };
  const [ca, cert, key] = [pem('rpcCa'), pem('rpcCert'), pem('rpcKey')];
  if (ca === undefined && (cert !== undefined || key !== undefined)) {
    throw new CliError(EXIT.usage, '--rpc-cert and --rpc-key need --rpc-ca');
  }
  if (ca === undefined) return null;
  if (cert === undefined && key === undefined) return { ca };
  if (cert === undefined || key === undefined) {
    throw new CliError(EXIT.usage, 'a certificate needs both --rpc-cert and --rpc-key');
  }
  return { ca, cert, key };
}

/** Limits of what the processes speak, with what they bring along: a chain, and models, which a scenario may name. */
export async function withProcesses(
  ofBlast: BackendLimits,
  { protocol, targets, folder, bitcoind }: NodeProcessesSettings,
): Promise<{ readonly limits: BackendLimits; readonly announced: readonly AnnouncedModel[] }> {
  const spoken = protocol === 'blast' ? ofBlast : (await import('../backends/rpc/control-limits.ts')).CONTROL_LIMITS;
  const limits = bitcoind === null ? spoken : { ...spoken, ...BLAST_CHAIN_LIMITS };
  const brought = [...new Set([...targets.keys(), ...folder.keys()])].filter((name) => !limits.models.has(name));
  if (brought.length === 0) return { limits, announced: [] };
  const { announcedNames } = await import('../rpc/announced-models.ts');
  const models = new Set([...limits.models, ...brought]);
  return { limits: { ...limits, models }, announced: announcedNames(brought, 'the backend rpc') };
}

/** What a run asks for: the processes, its clock and speed, and where their output goes. */
export function processesRequest(
  io: CliIo,
  settings: NodeProcessesSettings,
  pace: Pace | undefined,
  folder: string,
): NodeProcessesRequest {
  const logs = `${folder}/${LOGS_FOLDER}`;
  const logName = (model: string): string => `${logs}/${model}.log`;
  const begun = new Set<string>();
  return {
    ...settings,
    clock: io.clock,
    speed: typeof pace === 'number' ? pace : 1,
    logName,
    log: (model, text) => {
      try {
        if (!begun.has(model)) {
          begun.add(model);
          io.files.makeFolder(logs);
          io.files.remove(logName(model));
        }
        io.files.append(logName(model), text);
      } catch {
        // A log that cannot be written is no reason to end a run.
      }
    },
  };
}
