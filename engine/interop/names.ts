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

/** Numbers up to which the names of a set are taken: a thousand channels of two nodes are not counted a thousand times. */
const counted = new WeakMap<Set<string>, Map<string, number>>();

/** `name`, or the first of name-2, name-3, … that is not taken; it is taken afterwards. Nothing may be taken out of `taken`. */
export function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  if (taken.has(name)) {
    const numbers = counted.get(taken) ?? new Map<string, number>();
    counted.set(taken, numbers);
    let n = numbers.get(name) ?? 2;
    while (taken.has(`${name}-${n}`)) n++;
    numbers.set(name, n + 1);
    unique = `${name}-${n}`;
  }
  taken.add(unique);
  return unique;
}
