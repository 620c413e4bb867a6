/** Activity `payments`: payments that stand in a file, one by one. The form of the file is said in payment-file.ts. */
import { PAYMENT_PROPERTIES } from '../../spec/schema-definitions.ts';
import { groupDigits } from '../../spec/units.ts';
import { Arguments } from '../arguments.ts';
import type { ActivityKind } from '../kind.ts';
import type { PaymentListColumns } from '../payment-list.ts';
import { readPaymentFile } from './payment-file.ts';
import { paymentsOf } from './planned.ts';
import { REACTION_PROPERTIES } from './reaction.ts';
import { readWindow, WINDOW_PROPERTIES, type Window } from './window.ts';

const FILE = ['payments', 'file'] as const;

export const payments: ActivityKind = {
  name: 'payments',
  summary: 'Payments that a CSV file lists',
  schema: {
    title: 'Listed payments',
    description: 'Every row of the file is a payment.',
    type: 'object',
    additionalProperties: false,
    required: ['payments'],
    properties: {
      payments: {
        title: 'Payments',
        description: 'Where the payments are listed.',
        type: 'object',
        additionalProperties: false,
        required: ['file'],
        properties: {
          file: {
            title: 'File',
            description:
              'CSV file with the columns time, source, destination and amount, its path relative to the scenario’s folder. Values have units (`10s`, `5 sat`), or the header does (`time_ms`, `amount_sat`). Times count from the start of the activity; rows may be in any order.',
            type: 'string',
            minLength: 1,
            examples: ['payments.csv'],
          },
        },
      },
      ...WINDOW_PROPERTIES,
      ...REACTION_PROPERTIES,
      ...PAYMENT_PROPERTIES,
    },
  },
  example: `payments: { file: payments.csv }`,

  files(_use) {
    return [FILE];
  },

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const window = readWindow(args, context);
    const file = context.file(String(args.place(...FILE).value));
    if (file === null || args.failed) return null;
    const nodes = new Map(context.network.nodes.map((node, index) => [node.name, index]));
    const { columns, diagnostics } = readPaymentFile(file, nodes, context.rowLimit);
    context.add(diagnostics);
    if (columns === null) return null;
    if (columns.timeUs.length > context.rowLimit) {
      args.report('E603', FILE, `the file lists more than ${groupDigits(context.rowLimit)} payments`);
      return null;
    }
    const within = inWindow(columns, window);
    const left = columns.timeUs.length - within.timeUs.length;
    if (left > 0) {
      const what = `${left} of ${columns.timeUs.length} payments`;
      args.warn('W601', FILE, `${what} would be made after the end of the activity or of the run, and are left out`);
    }
    const last = within.timeUs[within.timeUs.length - 1];
    return paymentsOf(within, args, left === 0 && last !== undefined ? last : window.ends ? window.endUs : null);
  },
};

/** The payments within the window, their times from the start of the run. */
function inWindow(columns: PaymentListColumns, window: Window): PaymentListColumns {
  const startUs = window.startUs ?? window.originUs;
  const timeUs = columns.timeUs.map((time) => time + startUs);
  const count = timeUs.findIndex((time) => time >= window.endUs);
  if (count < 0) return { ...columns, timeUs };
  return {
    timeUs: timeUs.slice(0, count),
    source: columns.source.slice(0, count),
    destination: columns.destination.slice(0, count),
    amountMsat: columns.amountMsat.slice(0, count),
  };
}
