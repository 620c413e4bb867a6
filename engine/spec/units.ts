/**
 * Values with units, strictly: the unit is mandatory, its case matters, and every value is an exact integer of the
 * base unit. Durations are µs, amounts msat, rates ppm, feerates sat per 1000 weight units, sizes of transactions weight
 * units. Digits may be grouped
 * with `_`; decimals are allowed as long as the result is exact.
 *
 * Nothing here throws: a failed parse says why and shows a text that would be right.
 */

export type UnitName = 'duration' | 'amount' | 'rate' | 'feerate' | 'size';

/** What kind of mistake it is, so that callers can choose a diagnostic code. */
export type UnitProblem = 'missing' | 'malformed' | 'range';

export type UnitResult =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly problem: UnitProblem; readonly reason: string; readonly hint: string };

export interface UnitOptions {
  /** Allows values below 0. */
  readonly negative?: boolean;
}

interface Unit {
  readonly suffix: string;
  /** Base units in one of these. */
  readonly scale: bigint;
}

const DURATION_UNITS: readonly Unit[] = [
  { suffix: 'w', scale: 604_800_000_000n },
  { suffix: 'd', scale: 86_400_000_000n },
  { suffix: 'h', scale: 3_600_000_000n },
  { suffix: 'm', scale: 60_000_000n },
  { suffix: 's', scale: 1_000_000n },
  { suffix: 'ms', scale: 1_000n },
  { suffix: 'us', scale: 1n },
];
const AMOUNT_UNITS: readonly Unit[] = [
  { suffix: 'BTC', scale: 100_000_000_000n },
  { suffix: 'sat', scale: 1_000n },
  { suffix: 'msat', scale: 1n },
];
const RATE_UNITS: readonly Unit[] = [{ suffix: 'ppm', scale: 1n }];
const FEERATE_UNITS: readonly Unit[] = [{ suffix: 'sat/vB', scale: 250n }];
/** Virtual bytes are four weight units (BIP 141); mempool.space writes a million of them as vMB. */
const SIZE_UNITS: readonly Unit[] = [
  { suffix: 'vMB', scale: 4_000_000n },
  { suffix: 'kvB', scale: 4_000n },
  { suffix: 'vB', scale: 4n },
];

/** How others write the units, in lower case: what people mean by them. */
const NEAR_MISSES: Readonly<Record<UnitName, ReadonlyMap<string, string>>> = {
  duration: new Map([
    ['sec', 's'],
    ['secs', 's'],
    ['second', 's'],
    ['seconds', 's'],
    ['min', 'm'],
    ['mins', 'm'],
    ['minute', 'm'],
    ['minutes', 'm'],
    ['hr', 'h'],
    ['hrs', 'h'],
    ['hour', 'h'],
    ['hours', 'h'],
    ['day', 'd'],
    ['days', 'd'],
    ['week', 'w'],
    ['weeks', 'w'],
    ['msec', 'ms'],
    ['millis', 'ms'],
    ['milliseconds', 'ms'],
    ['µs', 'us'],
    ['μs', 'us'],
    ['usec', 'us'],
    ['s', 's'],
    ['ms', 'ms'],
    ['us', 'us'],
    ['h', 'h'],
    ['d', 'd'],
    ['w', 'w'],
    ['m', 'm'],
  ]),
  amount: new Map([
    ['sats', 'sat'],
    ['satoshi', 'sat'],
    ['satoshis', 'sat'],
    ['sat', 'sat'],
    ['msats', 'msat'],
    ['msat', 'msat'],
    ['millisat', 'msat'],
    ['millisats', 'msat'],
    ['btc', 'BTC'],
    ['bitcoin', 'BTC'],
    ['bitcoins', 'BTC'],
  ]),
  rate: new Map([['ppm', 'ppm']]),
  feerate: new Map([
    ['sat/vb', 'sat/vB'],
    ['sats/vb', 'sat/vB'],
    ['sat/vbyte', 'sat/vB'],
    ['sat/byte', 'sat/vB'],
    ['sat/b', 'sat/vB'],
  ]),
  size: new Map([
    ['vmb', 'vMB'],
    ['mvb', 'vMB'],
    ['mb', 'vMB'],
    ['kvb', 'kvB'],
    ['vkb', 'kvB'],
    ['vb', 'vB'],
    ['vbyte', 'vB'],
    ['vbytes', 'vB'],
  ]),
};

const ARTICLES: Readonly<Record<UnitName, string>> = {
  duration: 'a duration',
  amount: 'an amount',
  rate: 'a rate',
  feerate: 'a feerate',
  size: 'a size',
};

const FORMS: Readonly<Record<UnitName, string>> = {
  duration: 'write a number and a unit of us, ms, s, m, h, d, w without a space, such as `10s` or `1h30m`',
  amount: 'write a number, a space and msat, sat or BTC, such as `1_000 sat`',
  rate: 'write a whole number and ppm, such as `20 ppm`',
  feerate: 'write a number and sat/vB, such as `2.5 sat/vB`',
  size: 'write a number, a space and vB, kvB or vMB, such as `1.5 vMB`',
};

const EXAMPLE_UNIT: Readonly<Record<UnitName, string>> = {
  duration: 's',
  amount: ' sat',
  rate: ' ppm',
  feerate: ' sat/vB',
  size: ' vMB',
};

/** No value in range has this many digits before or after its point; longer ones are refused before any arithmetic. */
const MAX_DIGITS = 32;
const MAX_SAFE = 9_007_199_254_740_991n;

/** `a duration`, `an amount`, … for messages. */
export function unitArticle(unit: UnitName): string {
  return ARTICLES[unit];
}

/** One line that says how values of this unit are written. */
export function unitForm(unit: UnitName): string {
  return FORMS[unit];
}

function failure(problem: UnitProblem, reason: string, hint: string): UnitResult {
  return { ok: false, problem, reason, hint };
}

/** A text as it is quoted in messages: cut when nobody would read the rest. */
export function quoteText(text: string): string {
  return text.length > 60 ? `\`${text.slice(0, 57)}…\`` : `\`${text}\``;
}

/** Number text (digits grouped by `_`, optional decimals) times scale; null when that is not an integer. */
function scaled(text: string, scale: bigint): bigint | null | 'too long' {
  const [whole = '', decimals = ''] = text.split('_').join('').split('.');
  if (whole.length > MAX_DIGITS || decimals.length > MAX_DIGITS) return 'too long';
  let denominator = 1n;
  for (let i = 0; i < decimals.length; i++) denominator *= 10n;
  const product = BigInt(whole + decimals) * scale;
  return product % denominator === 0n ? product / denominator : null;
}

function inRange(value: bigint, unit: UnitName, text: string, options: UnitOptions): UnitResult {
  if (value < 0n && options.negative !== true) {
    return failure(
      'range',
      `${ARTICLES[unit]} cannot be negative, got ${quoteText(text)}`,
      'write a value of 0 or more',
    );
  }
  if (value > MAX_SAFE || value < -MAX_SAFE) {
    return failure(
      'range',
      `${quoteText(text)} is larger than ${ARTICLES[unit]} can be`,
      `the largest is ${LARGEST[unit]}`,
    );
  }
  return { ok: true, value: Number(value) };
}

const LARGEST: Readonly<Record<UnitName, string>> = {
  duration: 'about 285 years',
  amount: 'about 90_071 BTC',
  rate: '2^53 − 1 ppm',
  feerate: '2^53 − 1 sat per 1000 weight units',
  size: '2^53 − 1 weight units',
};

function inexact(unit: UnitName, text: string): UnitResult {
  const base = { duration: 'microseconds', amount: 'msat', rate: 'ppm', feerate: '0.004 sat/vB', size: '0.25 vB' }[
    unit
  ];
  return failure('malformed', `${quoteText(text)} is not a whole number of ${base}`, 'write it with fewer decimals');
}

const NUMBER = '[0-9]+(?:_[0-9]+)*(?:\\.[0-9]+(?:_[0-9]+)*)?';
const BARE_NUMBER = new RegExp(`^[-+]?(?:${NUMBER})$`);
const ONE_QUANTITY = new RegExp(`^([-+]?)(${NUMBER})( *)([^0-9 ._][^ ]*)$`);
const DURATION_TEXT = new RegExp(`^(-?)((?:${NUMBER}[a-z]+)+)$`);
const DURATION_PART = new RegExp(`(${NUMBER})([a-z]+)`, 'y');

function bareNumber(unit: UnitName, text: string): UnitResult {
  return failure(
    'missing',
    `expected ${ARTICLES[unit]}, got the bare number ${quoteText(text)}`,
    `write \`${text}${EXAMPLE_UNIT[unit]}\``,
  );
}

/** Explains a text that is no value of the unit. */
function malformed(unit: UnitName, text: string): UnitResult {
  const reason = `expected ${ARTICLES[unit]}, got ${quoteText(text)}`;
  const one = ONE_QUANTITY.exec(text.trim());
  if (one !== null) {
    const [, sign = '', number = '', , suffix = ''] = one;
    const percent = unit === 'rate' && suffix === '%' ? scaled(number, 10_000n) : null;
    if (typeof percent === 'bigint')
      return failure('malformed', reason, `write \`${sign}${groupDigits(percent)} ppm\``);
    const known = UNITS[unit].find((u) => u.suffix === suffix)?.suffix ?? NEAR_MISSES[unit].get(suffix.toLowerCase());
    if (known !== undefined && sign !== '+') {
      return failure('malformed', reason, `write \`${sign}${number}${unit === 'duration' ? '' : ' '}${known}\``);
    }
  }
  return failure('malformed', reason, FORMS[unit]);
}

const UNITS: Readonly<Record<UnitName, readonly Unit[]>> = {
  duration: DURATION_UNITS,
  amount: AMOUNT_UNITS,
  rate: RATE_UNITS,
  feerate: FEERATE_UNITS,
  size: SIZE_UNITS,
};

/**
 * Duration in µs: parts such as `1h30m`, each unit once and the largest first.
 * Fails for a missing or unknown unit, for a value that is not a whole number of µs and beyond 2^53 − 1.
 */
export function parseDuration(text: string, options: UnitOptions = {}): UnitResult {
  if (BARE_NUMBER.test(text)) return bareNumber('duration', text);
  const match = text.length > 200 ? null : DURATION_TEXT.exec(text);
  if (match === null) return malformed('duration', text);
  const [, sign = '', parts = ''] = match;
  let total = 0n;
  let rank = -1;
  DURATION_PART.lastIndex = 0;
  for (let part = DURATION_PART.exec(parts); part !== null; part = DURATION_PART.exec(parts)) {
    const [, number = '', suffix = ''] = part;
    const at = DURATION_UNITS.findIndex((u) => u.suffix === suffix);
    const unit = DURATION_UNITS[at];
    if (unit === undefined) return malformed('duration', text);
    if (at <= rank) {
      return failure(
        'malformed',
        `the parts of ${quoteText(text)} are not in order`,
        'write each unit once, the largest first, such as `1h30m`',
      );
    }
    rank = at;
    const value = scaled(number, unit.scale);
    if (value === null) return inexact('duration', text);
    if (value === 'too long') return inRange(MAX_SAFE + 1n, 'duration', text, options);
    total += value;
  }
  return inRange(sign === '-' ? -total : total, 'duration', text, options);
}

/** Number, spaces, unit. */
function parseQuantity(unit: UnitName, text: string, options: UnitOptions): UnitResult {
  if (BARE_NUMBER.test(text)) return bareNumber(unit, text);
  const match = text.length > 200 ? null : ONE_QUANTITY.exec(text);
  if (match === null) return malformed(unit, text);
  const [, sign = '', number = '', space = '', suffix = ''] = match;
  const known = UNITS[unit].find((u) => u.suffix === suffix);
  if (known === undefined || space === '' || sign === '+') return malformed(unit, text);
  const value = scaled(number, known.scale);
  if (value === null) return inexact(unit, text);
  if (value === 'too long') return inRange(MAX_SAFE + 1n, unit, text, options);
  return inRange(sign === '-' ? -value : value, unit, text, options);
}

/** Amount in msat: `2000 msat`, `1.5 sat`, `0.5 BTC`. Fails like parseDuration. */
export function parseAmount(text: string, options: UnitOptions = {}): UnitResult {
  return parseQuantity('amount', text, options);
}

/** Rate in ppm: `20 ppm`. Fails like parseDuration. */
export function parseRate(text: string, options: UnitOptions = {}): UnitResult {
  return parseQuantity('rate', text, options);
}

/** Feerate in sat per 1000 weight units (250 for `1 sat/vB`). Fails like parseDuration. */
export function parseFeerate(text: string, options: UnitOptions = {}): UnitResult {
  return parseQuantity('feerate', text, options);
}

/** Size of transactions in weight units (4 for `1 vB`). Fails like parseDuration. */
export function parseSize(text: string, options: UnitOptions = {}): UnitResult {
  return parseQuantity('size', text, options);
}

/** Value of a text in the unit’s base (µs, msat, ppm, sat per 1000 weight units, weight units). */
export function parseUnit(unit: UnitName, text: string, options: UnitOptions = {}): UnitResult {
  return unit === 'duration' ? parseDuration(text, options) : parseQuantity(unit, text, options);
}

/** Digits of a non-negative integer, grouped by `_` from five digits on. */
export function groupDigits(value: number | bigint): string {
  const digits = String(value);
  if (digits.length < 5) return digits;
  const parts: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) parts.unshift(digits.slice(Math.max(0, end - 3), end));
  return parts.join('_');
}

/** Canonical text of a duration in µs; parseDuration gives the same number again. */
export function formatDuration(us: number | bigint): string {
  const value = BigInt(us);
  let rest = value < 0n ? -value : value;
  if (rest === 0n) return '0s';
  let text = value < 0n ? '-' : '';
  for (const unit of DURATION_UNITS) {
    if (unit.suffix === 'w') continue;
    const n = rest / unit.scale;
    if (n > 0n) text += `${n}${unit.suffix}`;
    rest -= n * unit.scale;
  }
  return text;
}

/** Canonical text of an amount in msat, in the largest unit that leaves no fraction; parseAmount gives the same number again. */
export function formatAmount(msat: number | bigint): string {
  const value = BigInt(msat);
  const size = value < 0n ? -value : value;
  const sign = value < 0n ? '-' : '';
  if (size === 0n) return '0 sat';
  for (const unit of AMOUNT_UNITS) {
    if (size % unit.scale === 0n) return `${sign}${groupDigits(size / unit.scale)} ${unit.suffix}`;
  }
  return `${sign}${size} msat`;
}
