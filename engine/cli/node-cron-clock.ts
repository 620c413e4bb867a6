/** The machine's clock and calendar for schedules, by node-cron. Only the process itself uses it; tests have their own. */
import { createTask, type Logger } from 'node-cron';
import type { CronClock } from './cron-clock.ts';

/** What the library would print is told by its events. */
const SILENT: Logger = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };

export const nodeCronClock: CronClock = {
  now: () => Date.now(),
  next: (expression, timezone, count) => {
    const task = createTask(expression, () => {}, { timezone, logger: SILENT });
    try {
      return task.getNextRuns(count).map((date) => date.getTime());
    } finally {
      void task.destroy();
    }
  },
  schedule: (expression, timezone, listener) => {
    const task = createTask(expression, ({ date }) => listener.due(date.getTime()), { timezone, logger: SILENT });
    task.on('execution:missed', ({ date }) => listener.missed(date.getTime()));
    void task.start();
    return () => void task.destroy();
  },
};
