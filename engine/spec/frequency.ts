/** How often something happens: `5/s`, `10/min`, `100/h`, `20/d`. Read to a number a day, which is exact for all of these. */

const PER_DAY: Readonly<Record<string, number>> = { s: 86_400, min: 1440, h: 24, d: 1 };
const FORM = /^([0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?) *\/ *([A-Za-z]+)$/;
const BARE = /^[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?$/;
/** Units that people write instead. */
const NEAR: Readonly<Record<string, string>> = {
  sec: 's',
  second: 's',
  m: 'min',
  minute: 'min',
  hr: 'h',
  hour: 'h',
  day: 'd',
};
/** Beyond this, times are no longer whole microseconds apart. */
const MOST_PER_DAY = 86_400_000_000;

/** Length of a day, µs. */
export const DAY_US = 86_400_000_000;

export type FrequencyResult =
  | { readonly ok: true; readonly perDay: number }
  | { readonly ok: false; readonly problem: 'missing' | 'malformed' | 'range'; readonly hint: string };

/** Reads a frequency. */
export function parseFrequency(text: string): FrequencyResult {
  if (BARE.test(text))
    return { ok: false, problem: 'missing', hint: `write \`${text}/s\`, \`${text}/min\` or \`${text}/h\`` };
  const match = FORM.exec(text.trim());
  const [, number = '', unit = ''] = match ?? [];
  const scale = Object.hasOwn(PER_DAY, unit) ? PER_DAY[unit] : undefined;
  if (match === null || scale === undefined) {
    const near = NEAR[unit.toLowerCase()];
    const hint = near === undefined ? 'write it as `5/s`, `10/min`, `100/h` or `20/d`' : `write \`${number}/${near}\``;
    return { ok: false, problem: 'malformed', hint };
  }
  const perDay = Number(number.split('_').join('')) * scale;
  if (perDay > MOST_PER_DAY) return { ok: false, problem: 'range', hint: 'the most is `1_000_000/s`' };
  return { ok: true, perDay };
}

/** The number a day of a validated frequency. */
export function frequencyPerDay(json: unknown): number {
  const result = parseFrequency(String(json));
  if (!result.ok) throw new Error(`not validated: ${String(json)}`);
  return result.perDay;
}
