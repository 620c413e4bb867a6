/**
 * The sections of docs/scenario-reference.md about expressions: those over parameters, and those of expectations and
 * conditions, whose fields come from the table that the checker uses.
 */
import { EXPECTATION_FIELDS } from '../../engine/kinds/expectation-environment.ts';
import { OUTCOME_NAMES } from '../../engine/simulate/records.ts';
import { cell } from './schema-markdown.ts';

const TYPE_TEXT = { double: 'number', bool: '`true` or `false`', string: 'text' } as const;

/** What each function or variable answers. */
const OWNERS: Readonly<Record<keyof typeof EXPECTATION_FIELDS, readonly [title: string, text: string]>> = {
  payments: [
    "payments('NAME')",
    'Payments so far of an activity, of all activities that a pattern matches (`*` any text, `?` one character), or of all: `payments()`. The n-th entry of `events` pays as `event-n`.',
  ],
  channel: ["channel('NAME')", 'A channel; of a name that was used again, the present one.'],
  node: ["node('NAME')", 'A node.'],
  invoice: ["invoice('NAME')", 'An invoice with a name, made by `create_invoice`.'],
  chain: ['chain', 'The block chain.'],
};

export function expressionSections(): string[] {
  return [
    '## Expressions over parameters',
    '',
    '`${{ … }}` holds an expression of [CEL](https://cel.dev) over the parameters. A value that is nothing but one expression',
    'takes its type; within a longer text the result is inserted as it would be written. The values of `params` and of',
    '`version` are literal.',
    '',
    '| written | is |',
    '|---|---|',
    '| `params.NAME` | a parameter, in its type: duration, amount, int, number (double), string or bool |',
    "| `duration('10s')`, `amount('5 sat')` | a duration, an amount |",
    '| `a + b`, `a - b`, `-a`, `a < b`, `a == b` | of two durations, two amounts or two numbers of one type |',
    '| `2 * a`, `a * 0.5`, `a / 3` | a duration or amount times or by a number; rounded down to µs and msat |',
    '| `a / b` | of two durations or two amounts: how often one is in the other, a whole number |',
    '| `d.us()`, `d.seconds()`, `a.msat()`, `a.sat()` | a duration or an amount as a number |',
    '| `int(x)`, `double(x)`, `string(x)` | another type; whole numbers and decimals do not mix by themselves |',
    '| `c ? x : y`, `&&`, <code>&#124;&#124;</code>, `!`, `x in [1, 2]`, `size(s)` | as in CEL |',
    '',
    'Clocks, time zones, regular expressions and loops over lists are refused.',
    '',
    '```yaml',
    'params:',
    '  gap: 13s',
    'events:',
    "  - at: ${{ duration('10s') + params.gap }}",
    '    mine: { blocks: 1 }',
    '```',
    '',
    '## Expectations and conditions',
    '',
    '`expect` and `when` hold expressions of CEL that give `true` or `false`; they see what happened so far. All numbers are',
    'decimals there: `payments().count / 2 > 1.5`. Parameters are put in before: `payments().count > ${{ params.least }}`.',
    '',
    '| written | is |',
    '|---|---|',
    ...Object.entries(OWNERS).map(([key, [title, text]]) => `| [\`${title}\`](#fields-of-${key}) | ${cell(text)} |`),
    "| `figure('BEHAVIOUR', 'FIGURE')` | a figure that the nodes of a [behaviour](behaviours.md) count, in sum; 0 when they have counted none |",
    '| `time` | seconds of virtual time |',
    "| `amount('5 sat')`, `duration('10s')` | msat and seconds, as the fields that they are compared with |",
    '| `+ - * / %`, `< <= > >= == !=`, `&&`, <code>&#124;&#124;</code>, `!`, `in`, `c ? x : y` | as in CEL |',
    '| `[…].all(x, …)`, `exists`, `exists_one`, `filter`, `map` | over lists that stand in the expression |',
    '',
    ...Object.entries(EXPECTATION_FIELDS).flatMap(([key, fields]) => [
      `### Fields of \`${key}\``,
      '',
      '| field | type | meaning |',
      '|---|---|---|',
      ...Object.entries(fields).map(
        ([name, { type, summary }]) => `| \`${name}\` | ${TYPE_TEXT[type]} | ${cell(summary)} |`,
      ),
      ...(key === 'payments'
        ? [
            `| \`outcome('NAME')\` | number | payments that ended so: ${OUTCOME_NAMES.map((name) => `\`${name}\``).join(', ')} |`,
          ]
        : []),
      '',
    ]),
    '```yaml',
    'expect:',
    "  - payments('coffee').success_rate > 0.9 && node('bob').fees_earned_msat > amount('60 sat')",
    "  - { at: 20s, that: \"channel('alice-bob').state == 'closed'\", message: closed by then }",
    '```',
    '',
  ];
}
