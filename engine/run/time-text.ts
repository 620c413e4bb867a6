/** Virtual and wall time as text. Pure, without locale. */

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** Virtual time as a clock with microseconds: `00:01:10.500000`; hours grow beyond two digits. */
export function clockText(us: number): string {
  const seconds = Math.floor(us / 1_000_000);
  const rest = us - seconds * 1_000_000;
  const h = Math.floor(seconds / 3600);
  const m = Math.floor(seconds / 60) % 60;
  return `${pad(h, 2)}:${pad(m, 2)}:${pad(seconds % 60, 2)}.${pad(rest, 6)}`;
}

/** Wall time for people: `850 ms`, `12.3 s`, `4m05s`. */
export function wallText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}m${pad(seconds % 60, 2)}s`;
}
