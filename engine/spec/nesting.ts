/**
 * A cheap look at how deeply a YAML text nests, before a parser with a call stack sees it. It over-counts at worst for
 * odd text blocks, and its limit leaves ample room for them.
 */

/** Deepest nesting of lists and mappings that a scenario may have. */
export const MAX_DEPTH = 64;

/** Rough nesting above which a text is not given to the parser. */
const ROUGH_LIMIT = 200;

const INDICATORS = /(?:[-?:](?=[ \t])[ \t]*)*/y;

/** Offset at which a text nests too deeply to be parsed, or -1. */
export function nestingOverflow(text: string): number {
  const indents: number[] = [];
  let brackets = 0;
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    let start = at;
    while (start < end && text.charCodeAt(start) === 32) start++;
    if (start < end && text[start] !== '#') {
      const indent = start - at;
      while (indents.length > 0 && (indents[indents.length - 1] as number) >= indent) indents.pop();
      indents.push(indent);
      INDICATORS.lastIndex = start;
      const compact = (INDICATORS.exec(text)?.[0] ?? '').replace(/[ \t]/g, '').length;
      if (indents.length + compact > ROUGH_LIMIT) return start;
      for (let i = start; i < end; i++) {
        const c = text.charCodeAt(i);
        if (c === 91 || c === 123) {
          if (++brackets > ROUGH_LIMIT) return i;
        } else if (c === 93 || c === 125) {
          if (brackets > 0) brackets--;
        }
      }
    }
    at = end + 1;
  }
  return -1;
}
