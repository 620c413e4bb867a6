/** Names of the states that a run keeps; each is the name of a file. */

/** Time in the form of a name: `1h30m`, `90.5s` is `1m30s500ms`; µs. */
function timeName(us: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400_000_000],
    ['h', 3_600_000_000],
    ['m', 60_000_000],
    ['s', 1_000_000],
    ['ms', 1000],
    ['us', 1],
  ];
  let left = us;
  let text = '';
  for (const [unit, size] of units) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n > 0) text += `${n}${unit}`;
  }
  return text === '' ? '0s' : text;
}

/** The name, with the instant (µs) where one is given. */
export function captureName(name: string, timeUs: number | null): string {
  return timeUs === null ? name : `${name}-${timeName(timeUs)}`;
}
