/**
 * Networks that a host has saved: one file a name in one folder, canonical JSON (RFC 8785) with its SHA-256. Names come
 * from outside and can name nothing but a file of this folder.
 */
import { sha256Json } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { compareText } from '../base/order.ts';
import type { SimulationState } from '../simulate/state.ts';
import { HostError } from './host-error.ts';
import type { HostedNetworkSettings, HostedNetworkState } from './hosted-network.ts';

const FORMAT = 'blast-host/2';

/** All nodes of one model, which had no invoices and no payments. */
const FORMER_FORMAT = 'blast-host/1';

/** One-way gossip delay of networks of the former format, µs. */
const FORMER_GOSSIP_US = 30_000_000;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const SUFFIX = '.json';

/** What is needed of a disk. */
export interface SaveFolder {
  /** Text of a file, null when there is none. */
  read(name: string): string | null;
  /** Writes a file whole or not at all. */
  write(name: string, text: string): void;
  /** Names of the files. */
  list(): readonly string[];
}

interface SavedNetwork {
  readonly format: string;
  /** Model of the host that wrote it. */
  readonly model: string;
  readonly sha256: string;
  readonly state: HostedNetworkState;
}

/** What a file of the former format holds. */
interface FormerState {
  readonly nodes: number;
  readonly channels: HostedNetworkState['channels'];
  readonly connected: HostedNetworkState['connected'];
  readonly apart: HostedNetworkState['apart'];
  readonly simulation: SimulationState;
}

/** @throws HostError when the name cannot be the name of a file here */
export function saveNetwork(folder: SaveFolder, name: string, model: string, state: HostedNetworkState): void {
  const json = state as unknown as Json;
  const file = fileOf(name);
  folder.write(file, `${canonicalJson({ format: FORMAT, model, sha256: sha256Json(json), state: json })}\n`);
}

/**
 * @param settings of the host, for what files of the former format do not say
 * @throws HostError when there is none of this name, or it is not what was written
 */
export function loadNetwork(
  folder: SaveFolder,
  name: string,
  settings: HostedNetworkSettings,
): { readonly model: string; readonly state: HostedNetworkState } {
  const about = { field: 'name', subject: name };
  const text = folder.read(fileOf(name));
  if (text === null) throw new HostError(`could not find a saved network called ${name}`, 'unknown_network', about);
  let saved: Partial<SavedNetwork> | null;
  try {
    saved = JSON.parse(text);
  } catch {
    throw new HostError(`the saved network ${name} is damaged: it is no JSON`, 'network_damaged', about);
  }
  const { format, model, state } = saved ?? {};
  if ((format !== FORMAT && format !== FORMER_FORMAT) || state === undefined || typeof model !== 'string') {
    throw new HostError(`the saved network ${name} is not of the format ${FORMAT}`, 'network_foreign', about);
  }
  if (sha256Json(state as unknown as Json) !== saved?.sha256) {
    const what = `the saved network ${name} is damaged: its content is not that of its digest`;
    throw new HostError(what, 'network_damaged', about);
  }
  return { model, state: format === FORMAT ? state : migrated(state as unknown as FormerState, settings) };
}

/** Names of the networks in a folder, in order. */
export function networkNames(folder: SaveFolder): readonly string[] {
  return folder
    .list()
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .filter((name) => NAME.test(name))
    .sort(compareText);
}

function migrated(
  { channels, connected, apart, simulation }: FormerState,
  { height, feeratePerKw, mining }: HostedNetworkSettings,
): HostedNetworkState {
  return {
    channels,
    connected,
    apart,
    settings: { height, feeratePerKw, gossipUs: FORMER_GOSSIP_US },
    mining,
    minedUs: simulation.time_us,
    payments: 0,
    simulation,
  };
}

function fileOf(name: string): string {
  if (!NAME.test(name)) {
    const what = 'a name has up to 100 letters, digits and any of . _ -';
    throw new HostError(what, 'invalid_value', { field: 'name', subject: name });
  }
  return name + SUFFIX;
}
