/**
 * A scenario on the disk, for whoever compiles it: its text, and the files that it may read. Paths are those of the Files
 * handed in; nothing here prints.
 */
import type { Files } from '../run/files.ts';
import { decodeScenario, MAX_BYTES } from '../spec/decode.ts';
import type { BackendLimits } from '../timeline/backend-limits.ts';
import type { CompileRequest } from './engine.ts';

export type Decoded = ReturnType<typeof decodeScenario>;

export interface CompileSettings {
  readonly overrides?: ReadonlyMap<string, string>;
  readonly seed?: number;
  /** Files outside the scenario's folder may be read. */
  readonly allowOutside?: boolean;
  /** What the backend can play that it is meant for; absent: everything. */
  readonly limits?: BackendLimits;
  /** Models of other processes that nodes may have, too. */
  readonly models?: CompileRequest['models'];
}

/** Folder of a path, without its last separator; empty for a bare name. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), 0));
}

/** A path below a folder; an empty folder is the present one. */
export function pathIn(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}

/** Text of a scenario file, what is wrong with its bytes, or null when there is none. Throws when it cannot be read. */
export function decodedFile(files: Files, file: string): Decoded | null {
  const read = files.bytes(file, MAX_BYTES);
  return read === null ? null : decodeScenario(read.bytes, read.size, file);
}

/** What the compiler needs for a text that stands, or seems to stand, in a file. */
export function compileRequest(files: Files, file: string, text: string, settings: CompileSettings): CompileRequest {
  const folder = folderOf(file);
  return {
    text,
    file,
    overrides: settings.overrides ?? new Map(),
    ...(settings.seed === undefined ? {} : { seed: settings.seed }),
    readFile: async (path) => readable(files, isAbsolute(path) ? path : pathIn(folder, path)),
    isOutside: (path) => isOutside(files, folder, path),
    ...(settings.limits === undefined ? {} : { limits: settings.limits }),
    ...(settings.allowOutside === true ? { allowOutside: true } : {}),
    ...(settings.models === undefined ? {} : { models: settings.models }),
  };
}

/** Text of a file, or null when there is none that can be read. */
function readable(files: Files, path: string): string | null {
  try {
    return files.read(path);
  } catch {
    return null;
  }
}

function isAbsolute(path: string): boolean {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** True when links lead a path out of the folder that it seems to be in. */
function isOutside(files: Files, folder: string, path: string): boolean {
  const home = files.real(folder === '' ? '.' : folder);
  const real = files.real(pathIn(folder, path));
  if (home === null || real === null || real === home) return false;
  const prefix = /[/\\]$/.test(home) ? home : `${home}${home.includes('\\') ? '\\' : '/'}`;
  return !real.startsWith(prefix);
}
