/** docs/backend-matrix.md: what each backend can play of the kinds and options that there are, and why not of the rest. */
import { LDK_LIMITS } from '../../engine/backends/ldk/ldk-limits.ts';
import { BLAST_CHAIN_LIMITS, BLAST_LIMITS } from '../../engine/backends/rpc/blast-limits.ts';
import { CONTROL_LIMITS } from '../../engine/backends/rpc/control-limits.ts';
import { BEHAVIOUR_KINDS, EVENT_KINDS } from '../../engine/kinds/registry.ts';
import type { BackendLimits } from '../../engine/timeline/backend-limits.ts';
import type { PaymentProfile } from '../../engine/timeline/timeline.ts';

/** Besides the simulator, which can play everything. */
const BACKENDS = {
  ldk: LDK_LIMITS,
  control: CONTROL_LIMITS,
  blast: BLAST_LIMITS,
  bitcoind: BLAST_CHAIN_LIMITS,
} as const satisfies Readonly<Record<string, BackendLimits>>;
type Column = keyof typeof BACKENDS;
const COLUMNS = Object.keys(BACKENDS) as readonly Column[];

const METHODS = ['keysend', 'invoice', 'amp'] as const satisfies readonly PaymentProfile['method'][];

/** Options of payments as they are written, by their members of PaymentProfile. */
const OPTIONS = {
  feeLimitMsat: 'fee_limit',
  timeoutUs: 'timeout',
  maxParts: 'max_parts',
  holdUs: 'hold',
  settles: 'settle',
  maxCltv: 'max_cltv',
  outgoingChannels: 'outgoing_channel',
  lastHop: 'last_hop',
  invoiceExpiryUs: 'invoice_expiry',
  invoice: 'invoice',
  probe: 'probe',
  route: 'route',
  routes: 'route, of several channels side by side',
} as const satisfies Readonly<Record<Exclude<keyof PaymentProfile, 'method'>, string>>;

/** Why something is not played, by what it is; `*` for a whole backend. */
const REASONS: Readonly<Record<Column, Readonly<Record<string, string>>>> = {
  ldk: {
    amp: 'LDK pays by keysend and invoice only',
  },
  control: {
    cheat: 'a process would have to keep every state that somebody may want back later',
    lose_data: 'a process would have to keep every state that somebody may want back later',
    snapshot: 'the state lies in the process: `--rpc-save` keeps it at the end',
  },
  blast: {
    '*': 'the protocol of BLAST has no call for it',
    snapshot: 'the state lies in the process: `--rpc-save` keeps it at the end',
  },
  bitcoind: {
    '*': 'neither the protocol of BLAST nor a bitcoind has a call for it',
    snapshot: 'the state lies in the process: `--rpc-save` keeps it at the end',
  },
};

export function backendsMarkdown(): string {
  const events = EVENT_KINDS.map(({ name }) => [`event ${name}`, name] as const);
  const behaviours = BEHAVIOUR_KINDS.map(({ name }) => [`behaviour ${name}`, name] as const);
  const methods = METHODS.map((name) => [`method ${name}`, name] as const);
  const options = Object.values(OPTIONS).map((name) => [`option ${name}`, name] as const);
  const written = new Map(Object.entries(OPTIONS).map(([member, name]) => [name as string, member]));
  const plays = (column: Column, what: string, name: string): boolean => {
    const limits: BackendLimits = BACKENDS[column];
    if (what.startsWith('event')) return limits.events.has(name);
    if (what.startsWith('behaviour')) return limits.behaviours.has(name);
    if (what.startsWith('method')) return limits.methods.has(name);
    return limits.paymentOptions.has(written.get(name) ?? name);
  };
  const reasons = new Map<string, string>();
  const used = new Set<string>();
  const row = ([what, name]: readonly [string, string]): string => {
    const cells = COLUMNS.map((column) => {
      if (plays(column, what, name)) return 'yes';
      const key = REASONS[column][name] === undefined ? '*' : name;
      const reason = REASONS[column][key];
      if (reason === undefined) throw new Error(`no reason why ${column} does not play ${what}`);
      used.add(`${column} ${key}`);
      if (!reasons.has(reason)) reasons.set(reason, String(reasons.size + 1));
      return `no ${reasons.get(reason)}`;
    });
    return `| \`${name.replace(', of several channels side by side', '')}\`${name.includes(',') ? ' of several' : ''} | ${cells.join(' | ')} |`;
  };
  const table = (head: string, rows: readonly (readonly [string, string])[]): string =>
    `| ${head} | \`ldk\` | \`rpc\`, control plane | \`rpc\`, BLAST | the same with \`--rpc-bitcoind\` |\n|---|---|---|---|---|\n${rows.map(row).join('\n')}`;
  const tables = [
    ['## Events', table('event', events)],
    ['## Payments', table('method', methods)],
    ['', table('option', options)],
    ['## Behaviours', table('behaviour', behaviours)],
  ].map(([title, text]) => [title, text].filter((part) => part !== '').join('\n\n'));
  for (const column of COLUMNS) {
    for (const key of Object.keys(REASONS[column])) {
      if (!used.has(`${column} ${key}`)) throw new Error(`${column} plays ${key}, and a reason says that it does not`);
    }
  }
  const why = [...reasons].map(([reason, number]) => `${number}. ${reason}.`).join('\n');
  return `# What each backend can play

Made by \`npm run generate\` from the limits of the [backends](backends.md), by which a scenario is refused before it is played
(E614). The simulator plays everything. What the options mean is in the [scenario reference](scenario-reference.md).

${tables.join('\n\n')}

## Why not

${why}
`;
}
