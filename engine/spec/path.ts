/** Paths in a document: lists of keys and indexes, and their text such as `channels.alice-bob.capacity` or `events[2].at`. */

export type PathPart = string | number;
export type Path = readonly PathPart[];

const SIMPLE_KEY = /^[A-Za-z0-9_-]+$/;

/** Text of a path; keys with other characters than letters, digits, `_` and `-` are quoted: `nodes["a.b"]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (!SIMPLE_KEY.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

const PART = /\.?([A-Za-z0-9_-]+)|\[([0-9]+)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/** Path of a text that formatPath wrote; a malformed rest is left out. */
export function parsePath(text: string): Path {
  const path: PathPart[] = [];
  PART.lastIndex = 0;
  for (let match = PART.exec(text); match !== null; match = PART.exec(text)) {
    if (match[1] !== undefined) path.push(match[1]);
    else if (match[2] !== undefined) path.push(Number(match[2]));
    else path.push(JSON.parse(match[3] as string) as string);
    if (PART.lastIndex === text.length) break;
  }
  return path;
}
