/**
 * How large a text may be, found by one cheap look before a parser sees it. A parser makes an object or more of every
 * line and indicator, so that a few megabytes of nothing but those would take minutes and all memory.
 */

/** Largest text that is read, in UTF-16 code units. */
export const MAX_TEXT: number = 16 * 1024 * 1024;

/** Most lines of a text; twenty thousand channels written out in ten lines each fit. */
export const MAX_LINES = 300_000;

/** Most characters that structure a text: brackets, commas, colons, quotes and their like. */
export const MAX_INDICATORS = 1_500_000;

const INDICATOR: Uint8Array = new Uint8Array(128);
for (const c of ',:[]{}"\'&*!?|>-') INDICATOR[c.charCodeAt(0)] = 1;

/** What there is too much of, or null. */
export function overLimit(text: string): { readonly what: string; readonly at: number } | null {
  if (text.length > MAX_TEXT)
    return { what: `the file has ${text.length} characters, at most ${MAX_TEXT} are read`, at: 0 };
  let lines = 1;
  let indicators = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 10) {
      if (++lines > MAX_LINES) return { what: `the file has more than ${MAX_LINES} lines`, at };
    } else if (c < 128 && INDICATOR[c] === 1 && ++indicators > MAX_INDICATORS) {
      return { what: `the file has more than ${MAX_INDICATORS} brackets, commas, colons, dashes and quotes`, at };
    }
  }
  return null;
}

/** How much structure a text has, for limits over several texts. */
export function structureOf(text: string): { readonly lines: number; readonly indicators: number } {
  let lines = 1;
  let indicators = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 10) lines++;
    else if (c < 128 && INDICATOR[c] === 1) indicators++;
  }
  return { lines, indicators };
}
