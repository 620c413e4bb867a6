/**
 * Wall-clock schedules as commands see them: an interface that is handed in (see io.ts), so that tests need no waiting.
 * Instants are milliseconds since 1970. Nothing of this touches virtual time.
 */

/** Who hears of the instants of a schedule. */
export interface CronListener {
  /** It is this instant now. */
  due(instantMs: number): void;
  /** This instant went by while the process could not look: it was busy, or the machine slept. */
  missed(instantMs: number): void;
}

export interface CronClock {
  /** The present instant. */
  now(): number;
  /** The next instants of a valid expression in a time zone, at most `count`. */
  next(expression: string, timezone: string, count: number): readonly number[];
  /** Calls the listener at every instant of a valid expression in a time zone; answers how to end that. */
  schedule(expression: string, timezone: string, listener: CronListener): () => void;
}

/** `2025-01-31T03:00:00Z`; with milliseconds only where there are some. */
export function instantText(instantMs: number): string {
  return new Date(instantMs).toISOString().replace('.000Z', 'Z');
}
