/** The lines of payments.csv by column. */
import { PAYMENT_COLUMNS } from './payments-csv.ts';
import { PAYMENTS_FILE } from './run-folder.ts';
import type { RunResults } from './run-results.ts';

export type PaymentLine = Readonly<Record<string, string>>;

/** All of them in the order of the file; none when it has the columns of sim-ln alone. @throws ResultsProblem */
export function* paymentLines(results: RunResults): Generator<PaymentLine> {
  for (const line of results.lines(PAYMENTS_FILE)) {
    const fields = csvFields(line.text);
    if (line.number === 1) {
      if (fields.length < PAYMENT_COLUMNS.length) return;
      continue;
    }
    if (fields.length !== PAYMENT_COLUMNS.length) {
      const message = `${PAYMENT_COLUMNS.length} fields were expected, here are ${fields.length}`;
      throw results.problem(PAYMENTS_FILE, line, message);
    }
    yield Object.fromEntries(PAYMENT_COLUMNS.map((name, i) => [name, fields[i] as string]));
  }
}

/** Fields of a line of CSV (RFC 4180); names have no line breaks. */
export function csvFields(text: string): readonly string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '"') {
      // Two quotes within quotes are one.
      if (quoted && text[i + 1] === '"') field += text[i++];
      else quoted = !quoted;
    } else if (c === ',' && !quoted) {
      fields.push(field);
      field = '';
    } else {
      field += c;
    }
  }
  return [...fields, field];
}
