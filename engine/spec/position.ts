/** From a place in a value to the place in the source text, through YAML’s quotes, escapes and folding. */
import type { Span } from './problems.ts';
import type { Found, ScalarNode } from './tree.ts';

function isSpace(c: string | undefined): boolean {
  return c === ' ' || c === '\n' || c === '\r' || c === '\t';
}

/** Offset in the source text of an offset in a scalar’s value, or -1 where escapes make them differ. */
function sourceOffset(text: string, node: ScalarNode, offset: number): number {
  const value = String(node.value);
  const quote = node.style === 'quoted' ? text[node.start] : undefined;
  let at = node.start;
  if (node.style === 'block') {
    at = text.indexOf('\n', at) + 1;
    if (at === 0) return -1;
  } else if (quote !== undefined) {
    at++;
  }
  let seen = 0;
  while (at < node.end) {
    const c = text[at];
    if (c === value[seen]) {
      if (seen === offset) return at;
      if (c === '\\' && quote === '"') return -1;
      at += quote === "'" && c === "'" ? 2 : 1;
      seen++;
    } else if (isSpace(c)) {
      at++;
    } else {
      break;
    }
  }
  return seen === offset ? at : -1;
}

/** Span of a part of a scalar’s value; the whole scalar where the part cannot be located. */
export function spanInside(text: string, node: ScalarNode, start: number, end: number): Span {
  const from = sourceOffset(text, node, start);
  if (from < 0) return { start: node.start, end: node.end };
  const to = end > start ? sourceOffset(text, node, end - 1) + 1 : from;
  return { start: from, end: Math.max(to, from) };
}

/**
 * Span to point at for a found node: a scalar or a list or mapping in one line as it stands, of a longer one its key,
 * or else its first line.
 */
export function pointAt(text: string, found: Found): Span {
  const { node, key } = found;
  const lineEnd = text.indexOf('\n', node.start);
  const isShort = node.kind === 'scalar' || lineEnd < 0 || lineEnd >= node.end;
  if (isShort && node.end > node.start) return node;
  if (key !== undefined) return key;
  return { start: node.start, end: lineEnd < 0 || lineEnd > node.end ? node.end : lineEnd };
}
