/**
 * A list of payments as a CSV file: a header with the columns time, source, destination and amount in any order, then a
 * row for each payment, in any order of time. Units stand in the values (`10s`, `5 sat`) or in the header (`time_ms`,
 * `amount_sat`). Further columns are ignored.
 */
import { ImportProblems } from '../../interop/problems.ts';
import type { Diagnostic } from '../../spec/diagnostic.ts';
import { empiricalValue } from '../../spec/distributions.ts';
import { nearest } from '../../spec/suggest.ts';
import { stableOrder } from '../../timeline/radix-sort.ts';
import type { PlanFile } from '../kind.ts';
import { PaymentList, type PaymentListColumns } from '../payment-list.ts';

const COLUMNS = ['time', 'source', 'destination', 'amount'] as const;
type Column = (typeof COLUMNS)[number];

const UNITS: Readonly<Record<'time' | 'amount', ReadonlyMap<string, string>>> = {
  time: new Map(['us', 'ms', 's', 'm', 'h', 'd'].map((unit) => [unit, unit])),
  amount: new Map([
    ['msat', 'msat'],
    ['sat', 'sat'],
    ['btc', 'BTC'],
  ]),
};

interface Header {
  readonly position: Readonly<Record<Column, number>>;
  readonly timeUnit: string;
  readonly amountUnit: string;
}

export interface FileReading {
  /** In order of time, rows of equal times in the order of the file; null after an error. */
  readonly columns: PaymentListColumns | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads at most `limit` + 1 payments. `nodes` has the indexes by name. */
export function readPaymentFile(file: PlanFile, nodes: ReadonlyMap<string, number>, limit: number): FileReading {
  const problems = new ImportProblems(file.name, file.text);
  const lines = file.text.replace(/^\ufeff/, '').split('\n');
  const header = readHeader(cellsOf(lines[0] ?? ''), problems);
  if (header === null) return { columns: null, diagnostics: problems.list() };
  const payments = new PaymentList();
  for (let i = 1; i < lines.length && !problems.full && payments.length <= limit; i++) {
    const line = lines[i] as string;
    if (line.trim() !== '') readRow(cellsOf(line), i + 1, header, nodes, payments, problems);
  }
  if (payments.length === 0 && !problems.failed)
    problems.atLine('E721', 1, 'the file holds no payments below its header');
  const columns = problems.failed ? null : payments.columns(stableOrder(payments.times()));
  return { columns, diagnostics: problems.list() };
}

function cellsOf(line: string): readonly string[] {
  return line
    .replace(/\r$/, '')
    .split(',')
    .map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

function readHeader(names: readonly string[], problems: ImportProblems): Header | null {
  const position: { [column: string]: number } = {};
  const units = { time: '', amount: '' };
  names.forEach((name, at) => {
    const [, word = '', unit = ''] = /^([a-z]+)(?:[ _]\(?([a-z]+)\)?)?$/.exec(name.toLowerCase()) ?? [];
    if (!(COLUMNS as readonly string[]).includes(word) || position[word] !== undefined) return;
    if (unit === '') position[word] = at;
    else if (word === 'time' || word === 'amount') {
      const known = UNITS[word].get(unit);
      if (known === undefined) return;
      units[word] = known;
      position[word] = at;
    }
  });
  const missing = COLUMNS.filter((column) => position[column] === undefined);
  if (missing.length > 0) {
    const hint =
      'expected the columns time,source,destination,amount; units may stand in the header: time_ms, amount_sat';
    problems.atLine('E721', 1, `the header lacks ${missing.join(', ')}`, hint);
    return null;
  }
  return { position: position as Readonly<Record<Column, number>>, timeUnit: units.time, amountUnit: units.amount };
}

function readRow(
  cells: readonly string[],
  line: number,
  { position, timeUnit, amountUnit }: Header,
  nodes: ReadonlyMap<string, number>,
  payments: PaymentList,
  problems: ImportProblems,
): void {
  const cell = (column: Column): string => cells[position[column]] ?? '';
  const shown = (text: string): string => (text === '' ? 'nothing' : `\`${text}\``);
  const node = (column: 'source' | 'destination'): number => {
    const name = cell(column);
    const found = nodes.get(name);
    if (found === undefined) {
      const near = nearest(name, [...nodes.keys()]);
      const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
      problems.atLine('E722', line, `${column}: there is no node ${shown(name)}`, hint);
    }
    return found ?? 0;
  };
  const timeUs = empiricalValue(cell('time'), 'duration', timeUnit);
  if (timeUs === null) {
    problems.atLine(
      'E721',
      line,
      `time: expected a duration, got ${shown(cell('time'))}`,
      'write it as `10s`, or name the column `time_s`',
    );
  }
  const amountMsat = empiricalValue(cell('amount'), 'amount', amountUnit);
  if (amountMsat === null || amountMsat === 0) {
    problems.atLine(
      'E721',
      line,
      `amount: expected an amount above 0, got ${shown(cell('amount'))}`,
      'write it as `5 sat`, or name the column `amount_sat`',
    );
  }
  const source = node('source');
  const destination = node('destination');
  if (source === destination && nodes.has(cell('source')) && nodes.has(cell('destination'))) {
    problems.atLine('E721', line, `${cell('source')} would pay itself`);
  }
  payments.push(timeUs ?? 0, source, destination, amountMsat ?? 0);
}
