/**
 * A folder of models, as BLAST has it: each folder in it with a model.json (`name`, `rpc`, `start`) is a process that has
 * nodes. A model.json with neither `rpc` nor `start` says something else and is passed over.
 */
import path from 'node:path';

/** What is needed of a disk. */
export interface ModelFiles {
  /** Text of a file, null when there is none. */
  read(path: string): string | null;
  /** Names in a folder. */
  list(path: string): readonly string[];
  kind(path: string): 'file' | 'folder' | 'none';
  /** Absolute path, null when there is nothing. */
  real(path: string): string | null;
}

export interface ModelEntry {
  /** What its nodes' names begin with, and what a scenario calls their model. */
  readonly name: string;
  /** HOST:PORT; port 0 where it prints the one that it takes. */
  readonly address: string;
  /** The command as words; null for a process that runs already. */
  readonly start: readonly string[] | null;
  /** Folder that it begins in; null: where this process did, as BLAST's core starts it. */
  readonly cwd: string | null;
}

/** A folder or a file in it that cannot be used. The message names it. */
export class ModelFolderError extends Error {
  override readonly name = 'ModelFolderError';
}

const MODEL_FILE = 'model.json';

/** Names of models, and of the logs of their processes. */
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;

const ADDRESS = /^(?:\[[^\]]+\]|[^:[\]/]+):(\d{1,5})$/;

const PRINTED_PORT = /:0+$/;

/** @throws ModelFolderError */
export function readModelFolder(files: ModelFiles, folder: string): ReadonlyMap<string, ModelEntry> {
  if (files.kind(folder) !== 'folder') throw new ModelFolderError(`there is no folder ${folder}`);
  const found = new Map<string, ModelEntry>();
  for (const name of files.list(folder)) {
    const home = `${folder}/${name}`;
    const text = files.kind(home) === 'folder' ? files.read(`${home}/${MODEL_FILE}`) : null;
    if (text === null) continue;
    const file = `${home}/${MODEL_FILE}`;
    const entry = readEntry(files, home, file, text);
    if (entry === null) continue;
    if (found.has(entry.name)) throw new ModelFolderError(`${file}: another model is called ${entry.name}, too`);
    found.set(entry.name, entry);
  }
  return found;
}

function readEntry(files: ModelFiles, home: string, file: string, text: string): ModelEntry | null {
  const fail = (what: string): never => {
    throw new ModelFolderError(`${file}: ${what}`);
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    fail(`it is no JSON: ${(error as Error).message}`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) fail('it is no JSON object');
  const { name, rpc, start } = json as Readonly<Record<string, unknown>>;
  if (rpc === undefined && start === undefined) return null;
  if (typeof name !== 'string' || !NAME.test(name)) {
    return fail('`name` must be a text of small letters, digits, _ and -, beginning with a letter');
  }
  if (typeof rpc !== 'string' || !(Number(ADDRESS.exec(rpc)?.[1]) <= 65_535)) {
    return fail('`rpc` must be an address such as "127.0.0.1:5050"');
  }
  if (start === undefined) {
    if (PRINTED_PORT.test(rpc)) fail('a process that runs already has no port 0; add `start`');
    return { name, address: rpc, start: null, cwd: null };
  }
  if (typeof start === 'string') {
    const inside = files.real(home) ?? home;
    // One that is not there is no reason to refuse the folder: of BLAST's models only some may have been built.
    const program = files.real(`${home}/${start}`) ?? path.join(inside, start);
    if (!isBelow(inside, program)) return fail(`\`start\` names ${start}, which is elsewhere`);
    return { name, address: rpc, start: [program], cwd: null };
  }
  const words = Array.isArray(start) ? (start as readonly unknown[]) : [];
  if (words.length === 0 || !words.every((word): word is string => typeof word === 'string' && word !== '')) {
    return fail('`start` must be the name of an executable in its folder, or a list of words');
  }
  return { name, address: rpc, start: words, cwd: files.real(home) };
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder) && /^[\\/]/.test(path.slice(folder.length));
}
