/**
 * Plain comma-separated tables of non-negative integers, as CLoTH writes them: a header line, no quotes, LF or CRLF.
 */
import type { ImportProblems } from './problems.ts';

export interface IntegerTable {
  readonly length: number;
  /** Columns by name, in the order asked for. */
  readonly columns: readonly Float64Array[];
  /** Line of a row in the file, from 1. */
  line(row: number): number;
}

/** Reads the named columns; null after reporting what is wrong. Further columns are ignored. */
export function readIntegerTable(
  text: string,
  wanted: readonly string[],
  problems: ImportProblems,
): IntegerTable | null {
  const lines = text.split('\n');
  const header = (lines[0] ?? '')
    .replace(/^\ufeff/, '')
    .replace(/\r$/, '')
    .split(',')
    .map((name) => name.trim());
  const positions = wanted.map((name) => header.indexOf(name));
  const missing = wanted.filter((_, i) => positions[i] === -1);
  if (missing.length > 0) {
    problems.atLine('E703', 1, `the header lacks ${missing.join(', ')}`, `expected the columns ${wanted.join(',')}`);
    return null;
  }
  const columns = wanted.map(() => new Float64Array(lines.length));
  const lineOf: number[] = [];
  for (let i = 1; i < lines.length && !problems.full; i++) {
    const line = (lines[i] as string).replace(/\r$/, '');
    if (line === '') continue;
    const cells = line.split(',');
    for (let c = 0; c < wanted.length; c++) {
      const cell = cells[positions[c] as number] ?? '';
      const value = /^\d{1,16}$/.test(cell) ? Number(cell) : Number.NaN;
      if (!Number.isSafeInteger(value)) {
        const what = cell === '' ? 'is missing' : `is ${JSON.stringify(cell)}`;
        problems.atLine('E703', i + 1, `${wanted[c]} ${what}; a non-negative integer was expected`);
      }
      (columns[c] as Float64Array)[lineOf.length] = value;
    }
    lineOf.push(i + 1);
  }
  if (problems.failed) return null;
  return {
    length: lineOf.length,
    columns: columns.map((column) => column.subarray(0, lineOf.length)),
    line: (row) => lineOf[row] ?? 1,
  };
}
