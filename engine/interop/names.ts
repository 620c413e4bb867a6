/** Names that nodes, channels and activities may have in a scenario file, and how foreign names become such names. */

const NAME = /^[A-Za-z0-9_.-]+$/;

/** Whether a text can be the name of a node. */
export function isNodeName(text: string): boolean {
  return NAME.test(text);
}

/** A name made of any text: what is not allowed becomes a hyphen. */
export function nameOf(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_.-]+/g, '-');
  return name === '' ? 'unnamed' : name;
}

/** `name`, or the first of name-2, name-3, … that is not taken; it is taken afterwards. */
export function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let n = 2; taken.has(unique); n++) unique = `${name}-${n}`;
  taken.add(unique);
  return unique;
}
