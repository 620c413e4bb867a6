/** Names in expectations: globs over activities, and what a misspelt name may have meant. */
import { nearest } from '../spec/suggest.ts';

/** A test for names that match a glob: `*` stands for any text, `?` for one character. */
export function globMatcher(glob: string): (name: string) => boolean {
  if (!/[*?]/.test(glob)) return (name) => name === glob;
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  const expression = new RegExp(`^${pattern}$`, 'su');
  return (name) => expression.test(name);
}

/** `; did you mean 'x'?` for the nearest known name, or an empty text when none is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? '' : `; did you mean '${near}'?`;
}
