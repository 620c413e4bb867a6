/**
 * Looks at an expectation's text before the CEL library does: refuses what would read a clock, a time zone or a locale
 * or take unbounded time, and makes `duration(…)` this language's own.
 *
 * The library's `duration()` knows other units and cannot be replaced, so calls of it are renamed to a function of the
 * same length; offsets stay what they were.
 */
import { wordsOf } from '../spec/expression-scan.ts';

/** Name under which `duration(…)` is registered. */
export const DURATION_FUNCTION = 'Duration';

/** Longest expression, in UTF-16 code units. */
const LONGEST = 10_000;

/** Clocks and time zones, regular expressions (unbounded time), raw bytes, and the renamed function's own name. */
const REFUSED: ReadonlySet<string> = new Set(['timestamp', 'matches', 'bytes', 'google', 'cel', DURATION_FUNCTION]);

export type PreparedSource =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** The text for the library, or what is wrong with it. */
export function prepareSource(source: string): PreparedSource {
  if (source.trim() === '') return { ok: false, message: 'the expectation is empty', offset: 0 };
  if (source.length > LONGEST) {
    return { ok: false, message: `the expectation is longer than ${LONGEST} characters`, offset: LONGEST };
  }
  let text = source;
  for (const word of wordsOf(source)) {
    if (REFUSED.has(word.text) && (!word.member || word.called)) {
      return { ok: false, message: `'${word.text}' is not available in expectations`, offset: word.start };
    }
    if (word.text === 'duration' && word.called && !word.member) {
      text = text.slice(0, word.start) + DURATION_FUNCTION + text.slice(word.start + DURATION_FUNCTION.length);
    }
  }
  return { ok: true, text };
}
