/** A calendar for tests: an instant comes when a test says so. */
import type { CronClock, CronListener } from '../cron-clock.ts';

const DAY_MS = 86_400_000;

export class FakeCron implements CronClock {
  ms: number = Date.UTC(2025, 0, 31, 12);
  /** Those who wait for instants. */
  readonly listeners: Set<CronListener> = new Set();
  /** Expressions and time zones that were asked for. */
  readonly asked: string[] = [];

  now(): number {
    return this.ms;
  }

  /** Midnights, whatever the expression. */
  next(expression: string, timezone: string, count: number): readonly number[] {
    this.asked.push(`${expression} ${timezone}`);
    return Array.from({ length: count }, (_, i) => (Math.floor(this.ms / DAY_MS) + 1 + i) * DAY_MS);
  }

  schedule(expression: string, timezone: string, listener: CronListener): () => void {
    this.asked.push(`${expression} ${timezone}`);
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Lets an instant come, some time after the present one; answers it. */
  tick(afterMs: number = DAY_MS): number {
    this.ms += afterMs;
    for (const listener of this.listeners) listener.due(this.ms);
    return this.ms;
  }

  /** Lets an instant go by unseen. */
  miss(afterMs: number = DAY_MS): void {
    this.ms += afterMs;
    for (const listener of this.listeners) listener.missed(this.ms);
  }
}
