/** Did-you-mean: the nearest of a few known words. */

/** Number of inserted, deleted, changed and swapped characters between two words (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row: number[] = [];
  for (let j = 0; j <= b.length; j++) row.push(j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] as number) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}

/**
 * The known word nearest to a word, or undefined when none is near; the first one wins a tie. Where few changes make none of
 * them, it is the only one that begins alike or has the same words.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  const wanted = plain(word);
  let best: string | undefined;
  let bestDistance = allowedChanges(word) + 1;
  const candidates = [...known];
  for (const candidate of candidates) {
    const text = plain(candidate);
    // As many changes as the lengths differ are needed at least.
    if (Math.abs(text.length - wanted.length) >= bestDistance) continue;
    const distance = text === wanted ? 0 : editDistance(wanted, text);
    if (distance < bestDistance && (distance < word.length || distance === 0)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== undefined) return best;
  return (
    theOnly(candidates, (text) => isRelated(wanted, text)) ?? theOnly(candidates, (text) => beginsNear(wanted, text))
  );
}

/** The only one of some words that a rule holds for. */
function theOnly(candidates: readonly string[], holds: (plain: string) => boolean): string | undefined {
  const found = new Set(candidates.filter((candidate) => holds(plain(candidate))));
  return found.size === 1 ? [...found][0] : undefined;
}

function plain(text: string): string {
  return text.toLowerCase().split('-').join('_');
}

/** Changes with which a word may still be meant. */
function allowedChanges(word: string): number {
  return Math.max(1, Math.floor(word.length / 3));
}

/** Letters of a beginning that says something. */
const BEGINNING = 3;

/** Whether one is the other's beginning (`open` of `open_channel`, `params` and `parameters`), or has its words in another order. */
function isRelated(wanted: string, text: string): boolean {
  const words = text.split('_');
  if (words.length > 1 && [...words].sort().join('_') === wanted.split('_').sort().join('_')) return true;
  const [shorter, longer] = [wanted, text].sort((a, b) => a.length - b.length) as [string, string];
  const stem = shorter.endsWith('s') ? shorter.slice(0, -1) : shorter;
  if (stem.length < BEGINNING || !longer.startsWith(stem)) return false;
  return 2 * stem.length + 1 >= longer.length || longer[stem.length] === '_';
}

/** Whether few changes make one the other's first word, of several. */
function beginsNear(wanted: string, text: string): boolean {
  const [first = '', ...others] = text.split('_');
  return others.length > 0 && first.length >= BEGINNING && editDistance(wanted, first) <= allowedChanges(first);
}

/** `` `a`, `b` or `c` `` for messages; at most 16 words are listed. */
export function listWords(words: readonly string[], conjunction: 'or' | 'and' = 'or'): string {
  const shown = words.slice(0, 16).map((w) => `\`${w}\``);
  if (words.length > shown.length) return `${shown.join(', ')} …`;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} ${conjunction} ${shown[shown.length - 1]}`;
}
