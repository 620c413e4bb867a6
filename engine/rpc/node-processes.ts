/**
 * The processes that have the nodes of one run: found or started, connected, and ended. Of a model that a scenario names
 * there is a process that runs already, one of a folder of models, or one of ours that is started (`blast model serve`).
 */
import type { Driver } from '../backends/rpc/driver.ts';
import { RpcBackend } from '../backends/rpc/rpc-backend.ts';
import type { RpcProcesses } from '../backends/rpc/seat.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { Bitcoind } from './bitcoind.ts';
import { BlastDriver, ChainedBlastDriver } from './blast-driver.ts';
import { BLAST_SERVICE } from './blast-service.ts';
import type { LinkTarget, NodeProcessesRequest } from './contract.ts';
import { ControlDriver } from './control-driver.ts';
import { CONTROL_SERVICE } from './control-service.ts';
import { isLoopback, parseListenAddress } from './endpoint.ts';
import { type ModelProcess, startModelProcess } from './model-process.ts';
import { guarded } from './process-guard.ts';
import { UnaryClient } from './unary-client.ts';

/** How long a process that was started may take until it answers, ms. */
const READY_MS = 30_000;

/** How long one that has said that it ends may take, ms. */
const LEAVE_MS = 15_000;

const PRINTED_PORT = /:0+$/;

/** @param own the words that start this command; null where there are no other processes */
export function rpcBackend(request: NodeProcessesRequest, own: readonly string[] | null): RpcBackend {
  const { clock, speed, load, save, stop } = request;
  return new RpcBackend({
    clock,
    speed,
    load,
    save,
    ...(stop === undefined ? {} : { stop }),
    processes: (models, timeline) => openProcesses(request, own, models, timeline),
  });
}

async function openProcesses(
  request: NodeProcessesRequest,
  own: readonly string[] | null,
  models: readonly string[],
  timeline: Timeline,
): Promise<RpcProcesses> {
  const started: { readonly process: ModelProcess; driver: Driver | null }[] = [];
  const drivers: Driver[] = [];
  /** By address, where one process has the nodes of all models that are there; '' for the one of ours. */
  const shared = new Map<string, Driver>();
  const chain = request.bitcoind === null ? null : new Bitcoind(request.bitcoind, request.callMs);
  const close = async (): Promise<void> => {
    for (const driver of drivers) driver.close();
    await Promise.all(
      started.map(async ({ process, driver }) => {
        const leaves = driver instanceof BlastDriver && driver.leaving;
        if (leaves) await hasLeft(process);
        await process.stop();
      }),
    );
  };
  try {
    for (const model of models) {
      const place = request.protocol === 'control' ? placeOf(request, model) : null;
      const known = place === null ? undefined : shared.get(place);
      if (known !== undefined) {
        drivers.push(known);
        continue;
      }
      const { target, process } = await found(request, own, model, { models, timeline });
      const begun = process === null ? null : { process, driver: null as Driver | null };
      if (begun !== null) started.push(begun);
      const driver = driverOf(request, model, target, await connected(request, model, target, process), chain);
      if (begun !== null) begun.driver = driver;
      drivers.push(driver);
      if (place !== null) shared.set(place, driver);
    }
    return { drivers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits until a process has ended that has said so, or has taken too long; nothing is left that keeps this one. */
function hasLeft({ ended }: ModelProcess): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, LEAVE_MS);
    void ended.then(() => {
      clearTimeout(late);
      resolve();
    });
  });
}

function driverOf(
  { protocol, callMs, clock }: NodeProcessesRequest,
  model: string,
  { address }: LinkTarget,
  client: UnaryClient,
  chain: Bitcoind | null,
): Driver {
  if (protocol === 'control') return new ControlDriver(client, { address, callMs });
  const options = { model, address, callMs, clock };
  return chain === null ? new BlastDriver(client, options) : new ChainedBlastDriver(client, options, chain);
}

/** Where the nodes of a model are: an address, or '' for a process of ours. */
function placeOf({ targets, sole, folder }: NodeProcessesRequest, model: string): string {
  const target = targets.get(model) ?? sole;
  if (target !== null) return target.address;
  const entry = folder.get(model);
  return entry === undefined ? '' : entry.start === null ? entry.address : `${model} ${entry.address}`;
}

interface Found {
  readonly target: LinkTarget;
  /** Null when it ran before. */
  readonly process: ModelProcess | null;
}

async function found(
  request: NodeProcessesRequest,
  own: readonly string[] | null,
  model: string,
  run: { readonly models: readonly string[]; readonly timeline: Timeline },
): Promise<Found> {
  const named = request.targets.get(model) ?? request.sole;
  if (named !== null) return { target: named, process: null };
  const entry = request.folder.get(model);
  const command = entry === undefined ? ownCommand(own, model, run.timeline) : entry.start;
  const address = entry?.address ?? '127.0.0.1:0';
  if (command === null) {
    if (entry === undefined) throw new Error(`E811 there is no process that has nodes of ${model}`);
    return { target: { address }, process: null };
  }
  try {
    const process = await startModelProcess(guarded(command), {
      ...(PRINTED_PORT.test(address) ? {} : { address }),
      ...(entry?.cwd == null ? {} : { cwd: entry.cwd }),
      log: (text) => request.log(model, text),
    });
    return { target: { address: process.address }, process };
  } catch (error) {
    throw new Error(`E811 ${model}, started with \`${command.join(' ')}\`: ${(error as Error).message}`);
  }
}

/** Nodes of ours, with wallets that are enough for the richest one. */
function ownCommand(own: readonly string[] | null, model: string, { network }: Timeline): readonly string[] | null {
  if (own === null) return null;
  const wallets = network.nodes.filter((node) => node.model === model).map(({ walletSat }) => walletSat);
  const wallet = Math.max(...wallets);
  const coins = wallet === 0 ? [] : ['--wallet', `${wallet} sat`];
  return [...own, 'model', 'serve', model, '--until-input-ends', ...coins];
}

async function connected(
  request: NodeProcessesRequest,
  model: string,
  target: LinkTarget,
  process: ModelProcess | null,
): Promise<UnaryClient> {
  const { address, tls } = target;
  const host = parseListenAddress(address)?.host ?? '';
  if (tls === undefined && !isLoopback(host) && !request.insecure) {
    const hint = 'name it with --rpc and --rpc-ca, or add --rpc-insecure if that is meant';
    throw new Error(`E811 ${model} at ${address} is another machine, and others could read along; ${hint}`);
  }
  const { protocol, callMs } = request;
  const client = new UnaryClient(protocol === 'control' ? CONTROL_SERVICE : BLAST_SERVICE, target, callMs);
  try {
    const ready = client.ready(process === null ? request.callMs : READY_MS);
    if (process === null) await ready;
    else {
      ready.catch(() => {}); // told below, or it has ended before
      const gone = process.ended.then((how) => Promise.reject(new Error(`its process ${how}`)));
      gone.catch(() => {});
      await Promise.race([ready, gone]);
    }
  } catch (error) {
    client.close();
    const name = process === null ? null : request.logName(model);
    const log = name === null ? '' : ` (see ${name})`;
    throw new Error(`E811 ${model} at ${address}: ${(error as Error).message}${log}`);
  }
  return client;
}
