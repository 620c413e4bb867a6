/** docs/interop-matrix.md from what was seen: who answers what, and what the sender does then. */
import type { Situation } from './situations.ts';
import { SITUATIONS } from './situations.ts';
import type { Story, TripleSetting } from './triple.ts';

/** A situation as three implementations played it. */
export interface Observation {
  readonly situation: Situation;
  readonly models: Pick<TripleSetting, 'sender' | 'forwarder' | 'recipient'>;
  /** Failure that the node answered first, or `none`. */
  readonly code: string;
  /** The failure carries an empty channel_update where it could carry one. */
  readonly omitsUpdate: boolean;
  readonly first: Story;
  readonly second: Story;
}

const HEAD = `# Who answers what, and what the sender does

<!-- Made by tests/interop/matrix.test.ts from what the simulator plays. -->

For every ordered triple of implementations as sender, forwarder and recipient the test suite plays each situation below,
checks the failure and the node that reports it, and that the money is back where it was. The network is

\`\`\`text
S ── F ── R
└─── D ───┘
\`\`\`

where the way over D costs more than that over F. The sender pays twice by invoice, the second time after the first
payment has ended, while the situation lasts. Nobody hears of anything by gossip meanwhile. How each situation is brought
about stands in [situations.ts](../tests/interop/situations.ts), the sources of each rule on the pages of the models.

Of what follows, the failure names are those of BOLT 4; \`–\` says that the node forwards or accepts.
`;

/** What is told of an implementation only when it is there. */
const SURPRISES: readonly (readonly [needs: readonly string[], text: string])[] = [
  [
    ['ldk', 'lnd'],
    'LDK sends failures with an empty channel_update. lnd cannot decode those that need one (fee, delta, minimum, expiry, disabled): it knows the node only, and avoids it for an hour instead of trying again with the new terms.',
  ],
  [
    ['lnd', 'eclair'],
    'lnd and Eclair keep the expiry that a payment began with. A payment whose first attempt took hours cannot be tried again: the next node finds that it expires too soon.',
  ],
  [['eclair'], 'Eclair learns nothing from unknown_next_peer for the next payment, and tries the same way first.'],
  [
    ['cln'],
    'Core Lightning’s keysend gives its recipient 22 blocks, and those of a random walk beyond it. Eclair wants 30 and LDK 41: without such luck they answer incorrect_or_unknown_payment_details.',
  ],
];

function surprises(names: readonly string[]): string {
  const told = SURPRISES.filter(([needs]) => needs.every((name) => names.includes(name)));
  return told.map(([, text]) => `- ${text}`).join('\n');
}

/** `F D`: over F first, then over D; what became of it; then the ways of the second payment. */
function cell({ first, second }: Observation): string {
  const end = first.outcome === 'Success' ? 'paid' : first.outcome;
  const again = second.ways === '' ? 'none' : second.ways;
  return `${first.ways}: ${end}; ${again}${second.outcome === first.outcome || second.outcome === 'Success' ? '' : `: ${second.outcome}`}`;
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** One row a situation: the code by the implementation of the node that notices it. */
function answers(names: readonly string[], seen: readonly Observation[], at: Situation['at']): string {
  const rows = SITUATIONS.filter((situation) => situation.at === at).map((situation) => [
    situation.name,
    ...names.map((name) => {
      const found = seen.find((o) => o.situation === situation && o.models[at] === name);
      return found === undefined || found.code === 'none' ? '–' : found.code;
    }),
  ]);
  return table(['Situation', ...names], rows);
}

/** One row a failure and its situation: what each sender did. */
function reactions(names: readonly string[], seen: readonly Observation[]): string {
  const rows = SITUATIONS.flatMap((situation) => {
    const here = seen.filter((o) => o.situation === situation && o.code !== 'none');
    const keys = [...new Set(here.map((o) => `${o.code}${o.omitsUpdate ? ', without channel_update' : ''}`))].sort();
    return keys.map((key) => [
      situation.name,
      key,
      ...names.map((name) => {
        const found = here.find(
          (o) => o.models.sender === name && `${o.code}${o.omitsUpdate ? ', without channel_update' : ''}` === key,
        );
        return found === undefined ? '' : cell(found);
      }),
    ]);
  });
  return table(['Situation', 'Failure', ...names], rows);
}

export function documentOf(names: readonly string[], seen: readonly Observation[]): string {
  return `${HEAD}
## What surprises

${surprises(names)}

## What the forwarder answers

${answers(names, seen, 'forwarder')}

## What the recipient answers

${answers(names, seen, 'recipient')}

## What the sender does then

\`F D: paid; D\` says that the first attempt went over F, the second over D and arrived, and that the second payment went
over D at once. \`none\` is a payment for which there was no route any more. An LDK node answers without a channel_update,
from which some senders draw other conclusions. Eclair draws lots among routes from the second round on; it does not split
here.

${reactions(names, seen)}
`;
}
