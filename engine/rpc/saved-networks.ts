/**
 * Networks that a host has saved: one file a name in one folder, canonical JSON (RFC 8785) with its SHA-256. Names come
 * from outside and can name nothing but a file of this folder.
 */
import { sha256Json } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { HostError, type HostedNetworkState } from './hosted-network.ts';

const FORMAT = 'blast-host/1';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** What is needed of a disk. */
export interface SaveFolder {
  /** Text of a file, null when there is none. */
  read(name: string): string | null;
  /** Writes a file whole or not at all. */
  write(name: string, text: string): void;
}

interface SavedNetwork {
  readonly format: string;
  readonly model: string;
  readonly sha256: string;
  readonly state: HostedNetworkState;
}

/** @throws HostError when the name cannot be the name of a file here */
export function saveNetwork(folder: SaveFolder, name: string, model: string, state: HostedNetworkState): void {
  const json = state as unknown as Json;
  const file = fileOf(name);
  folder.write(file, `${canonicalJson({ format: FORMAT, model, sha256: sha256Json(json), state: json })}\n`);
}

/** @throws HostError when there is none of this name, it is another model's, or it is not what was written */
export function loadNetwork(folder: SaveFolder, name: string, model: string): HostedNetworkState {
  const text = folder.read(fileOf(name));
  if (text === null) throw new HostError(`could not find a saved network called ${name}`);
  let saved: Partial<SavedNetwork> | null;
  try {
    saved = JSON.parse(text);
  } catch {
    throw new HostError(`the saved network ${name} is damaged: it is no JSON`);
  }
  if (saved?.format !== FORMAT || saved.state === undefined) {
    throw new HostError(`the saved network ${name} is not of the format ${FORMAT}`);
  }
  if (saved.model !== model) throw new HostError(`the saved network ${name} is of ${saved.model}, not of ${model}`);
  if (sha256Json(saved.state as unknown as Json) !== saved.sha256) {
    throw new HostError(`the saved network ${name} is damaged: its content is not that of its digest`);
  }
  return saved.state;
}

function fileOf(name: string): string {
  if (!NAME.test(name)) throw new HostError('a name has up to 100 letters, digits and any of . _ -');
  return `${name}.json`;
}
