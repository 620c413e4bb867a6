/** The story of one payment as text, from what the files of its run say. Makes texts only; reads and prints nothing. */
import type { ChalkInstance } from 'chalk';
import { failureText, type NumberRow, ruleText } from '../run/failure-text.ts';
import type { PaymentStep, PaymentSteps } from '../run/payment-steps.ts';
import type { JsonRow } from '../run/run-results.ts';
import { clockText } from '../run/time-text.ts';
import { formatDuration } from '../spec/units.ts';
import { counted } from './diagnostics-output.ts';
import {
  amountText,
  beginText,
  decisionText,
  hopLines,
  learnLines,
  reservedText,
  searchLines,
  wayOf,
} from './route-words.ts';

/** What has been told of an attempt. */
interface Attempt {
  /** Nodes of the route, as far as known. */
  nodes: string[];
  traced: boolean;
  refused: boolean;
  failing: boolean;
  settling: boolean;
}

/** Lines of the story; `hint` is said at the end where more could be known. */
export function storyText(known: PaymentSteps, hint: string | null, style: ChalkInstance): string {
  const teller = new Teller(known);
  const lines = [style.bold(titleOf(known)), ''];
  const startUs = known.steps[0]?.us ?? 0;
  let told = -1;
  for (const step of known.steps) {
    for (const text of teller.tell(step)) {
      const isNew = step.us !== told;
      told = step.us;
      const since = isNew && step.us > startUs ? `+${formatDuration(step.us - startUs)}` : '';
      const time = isNew ? clockText(step.us) : '';
      lines.push(`${style.dim(`${time.padEnd(15)}  ${since.padEnd(12)}`)}  ${text}`.trimEnd());
    }
  }
  if (known.steps.length === 0) lines.push(...lineText(known.line ?? {}));
  if (teller.unfinished) lines.push('', 'The run ended while the payment was in flight.');
  if (hint !== null) lines.push('', hint);
  return `${lines.join('\n')}\n`;
}

function titleOf({ payment, activity, nth, steps, line }: PaymentSteps): string {
  const started = steps.find(({ row }) => row.event === 'payment_started')?.row;
  const name = activity === '' ? `payment ${payment}` : `payment ${activity}/${nth}`;
  const number = activity === '' || payment < 0 ? '' : ` (number ${payment})`;
  const source = started?.source ?? line?.source_name;
  const destination = started?.destination ?? line?.destination_name;
  const amount = started?.amount_msat ?? (line === null ? undefined : Number(line.amount_msat));
  const who = source === undefined ? '' : `: ${source} pays ${destination} ${amountText(amount)}`;
  return `${name}${number}${who}`;
}

/** What payments.csv says, where there is nothing else. */
function lineText(line: Readonly<Record<string, string>>): readonly string[] {
  const failure =
    line.failure === '' || line.failure === undefined ? [] : [`last failure: ${failureText(line.failure)}`];
  return [
    `outcome: ${line.payment_outcome}`,
    ...(line.route === '' ? [] : [`route: ${line.route}`]),
    `attempts: ${line.attempts || '0'}, fees ${amountText(Number(line.fee_msat))}`,
    ...failure,
    ...(line.resolved_ms === '' ? [] : [`time: ${line.resolved_ms} ms`]),
  ];
}

class Teller {
  readonly #attempts = new Map<unknown, Attempt>();
  #source = 'the sender';
  #resolved = false;
  #heard = false;
  /** Routes of the last search whose hops were told with all that they carry. */
  #toldHops: readonly string[] = [];

  constructor({ steps }: PaymentSteps) {
    for (const { row } of steps) {
      if (row.step === 'send') {
        const attempt = this.#attempt(row);
        attempt.traced = true;
        attempt.nodes = wayOf(row.route).split(' > ');
      }
      if (row.attempt !== undefined) this.#attempt(row);
      if (row.event === 'payment_started') this.#source = String(row.source);
      if (typeof row.node === 'string') this.#source = row.node;
    }
  }

  /** Whether events were told, but no end. */
  get unfinished(): boolean {
    return this.#heard && !this.#resolved;
  }

  tell({ from, row }: PaymentStep): readonly string[] {
    if (from === 'trace') return this.#routing(row);
    this.#heard = true;
    const texts = this.#event(row);
    // Where there are several, their HTLCs look alike.
    const isHtlc = String(row.event).startsWith('htlc_') && this.#attempts.size > 1;
    return isHtlc ? texts.map((text) => `${text} (attempt ${row.attempt})`) : texts;
  }

  #attempt(row: JsonRow): Attempt {
    const known = this.#attempts.get(row.attempt);
    if (known !== undefined) return known;
    const attempt = { nodes: [], traced: false, refused: false, failing: false, settling: false };
    this.#attempts.set(row.attempt, attempt);
    return attempt;
  }

  #routing(row: JsonRow): readonly string[] {
    const node = this.#source;
    switch (row.step) {
      case 'begin':
        return [beginText(row)];
      case 'search':
        this.#toldHops = row.candidates === undefined ? rowsOf(row.routes).map(hopsText) : [];
        return searchLines(row, node);
      case 'send': {
        const route = row.route as JsonRow | undefined;
        const what = `attempt ${row.attempt}: ${amountText(route?.delivered_msat)} and ${amountText(route?.fee_msat)} in fees`;
        const reserved = reservedText(row);
        const more = reserved === '' ? [] : [`  ${reserved}`];
        if (this.#toldHops.includes(hopsText(route))) return [`${what} over ${wayOf(route)}`, ...more];
        return [`${what} over`, ...hopLines(route).map((line) => `  ${line}`), ...more];
      }
      case 'learn':
        return learnLines(row, node);
      case 'decide':
        return [decisionText(row, node)];
      case 'refuse': {
        const attempt = this.#attempt(row);
        attempt.refused = true;
        const failure = String(row.failure);
        // The channel is the one that the HTLC was to leave by, or the one that it came to the recipient by.
        const here = (row.figures as JsonRow | undefined)?.onion_amount_msat === undefined ? row.from : row.to;
        if (typeof here === 'string') attempt.nodes[Number(row.hop)] = here;
        const why = ruleText(failure, String(row.channel), (row.figures ?? {}) as NumberRow);
        const who = this.#nodeAt(attempt, Number(row.hop));
        return [`${who} refuses: ${failureText(failure)}`, ...(why === '' ? [] : [`  ${why}`])];
      }
      default:
        return [];
    }
  }

  #event(row: JsonRow): readonly string[] {
    const attempt = row.attempt === undefined ? null : this.#attempt(row);
    switch (row.event) {
      case 'payment_started':
        return [`${row.source} starts to pay ${row.destination} ${amountText(row.amount_msat)}`];
      case 'attempt_sent':
        return attempt?.traced === true
          ? []
          : [
              `attempt ${row.attempt}: ${amountText(row.amount_msat)}, fees included, over ${counted(Number(row.hops), 'hop')}`,
            ];
      case 'htlc_offered':
        if (attempt?.traced === false) note(attempt, row);
        return [`${row.from} adds ${amountText(row.amount_msat)} to ${row.channel}, until block ${row.expiry}`];
      case 'htlc_committed':
        return [`${row.to} has it for certain`];
      case 'htlc_failed':
        return attempt === null ? [] : [this.#failing(attempt, row)];
      case 'htlc_fulfilled':
        return attempt === null ? [] : [settling(attempt, row)];
      case 'attempt_succeeded':
        return [
          `${this.#source} has the preimage: attempt ${row.attempt} has succeeded, fees ${amountText(row.fee_msat)}`,
        ];
      case 'attempt_failed':
        return attempt === null ? [] : [this.#failed(attempt, row)];
      case 'htlc_on_chain':
        return [`on-chain: the HTLC in ${row.channel} is resolved by ${row.resolved}, ${amountText(row.amount_msat)}`];
      case 'payment_resolved':
        this.#resolved = true;
        return [
          `it ends: ${row.outcome} after ${counted(Number(row.attempts), 'attempt')}, fees ${amountText(row.fee_msat)}`,
        ];
      default:
        return [];
    }
  }

  #failing(attempt: Attempt, { to, failure }: JsonRow): string {
    const isFirst = !attempt.failing;
    attempt.failing = true;
    if (!isFirst) return `${to} hands the failure on`;
    return attempt.refused ? `${to} fails it back` : `${to} fails it: ${failureText(String(failure))}`;
  }

  #failed(attempt: Attempt, { attempt: number, failure, failure_hop }: JsonRow): string {
    const hop = Number(failure_hop);
    const head = `${this.#source} hears that attempt ${number} has failed`;
    if (hop < 0) return `${head}, and cannot read where`;
    const where = hop === 0 ? 'at its own channel' : `at ${this.#nodeAt(attempt, hop)}, hop ${hop}`;
    const told = attempt.refused || attempt.failing;
    return `${head} ${where}: ${told ? failure : failureText(String(failure))}`;
  }

  #nodeAt(attempt: Attempt, hop: number): string {
    return hop === 0 ? this.#source : (attempt.nodes[hop] ?? `node ${hop} of the route`);
  }
}

function rowsOf(value: unknown): readonly JsonRow[] {
  return Array.isArray(value) ? (value as readonly JsonRow[]) : [];
}

/** What tells a route from another. */
function hopsText(route: JsonRow | undefined): string {
  return rowsOf(route?.hops)
    .map(({ channel, amount_msat, expiry }) => `${channel} ${amount_msat} ${expiry}`)
    .join(' > ');
}

function note(attempt: Attempt, { from, to }: JsonRow): void {
  if (attempt.nodes.length === 0) attempt.nodes.push(String(from));
  attempt.nodes.push(String(to));
}

function settling(attempt: Attempt, { to, channel }: JsonRow): string {
  const isFirst = !attempt.settling;
  attempt.settling = true;
  return isFirst ? `${to} releases the preimage on ${channel}` : `${to} hands the preimage on`;
}
