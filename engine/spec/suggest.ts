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

/** The known word nearest to a word, or undefined when none is near; the first one wins a tie. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  const plain = (text: string): string => text.toLowerCase().split('-').join('_');
  const wanted = plain(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const text = plain(candidate);
    // As many changes as the lengths differ are needed at least.
    if (Math.abs(text.length - wanted.length) >= bestDistance) continue;
    const distance = text === wanted ? 0 : editDistance(wanted, text);
    if (distance < bestDistance && (distance < word.length || distance === 0)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `` `a`, `b` or `c` `` for messages; at most 16 words are listed. */
export function listWords(words: readonly string[], conjunction: 'or' | 'and' = 'or'): string {
  const shown = words.slice(0, 16).map((w) => `\`${w}\``);
  if (words.length > shown.length) return `${shown.join(', ')} …`;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} ${conjunction} ${shown[shown.length - 1]}`;
}
