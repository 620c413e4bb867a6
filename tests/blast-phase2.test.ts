/** The scenarios of BLAST's second phase against its recorded results, second by second, where the folder is given. */
import { describe, expect, it } from 'vitest';
import { comparePhase2 } from '../scripts/blast-phase2.ts';
import { dataFolder } from './testing/command.ts';

const recorded = dataFolder('BLAST_PHASE2');
if (recorded === null) process.stderr.write('skipped: BLAST_PHASE2 names no folder with BLAST’s recorded results\n');

describe.skipIf(recorded === null)('recorded results of BLAST', () => {
  it.each([
    ['test1', 'test1_new.csv'],
    ['test1', 'test1_load.csv'],
    ['test2', 'test2_new.csv'],
    ['test2', 'test2_load.csv'],
  ])('%s agrees with %s', async (scenario, csv) => {
    const report = await comparePhase2(scenario, `${recorded}/${csv}`);
    expect(Math.abs(report.ours.payments - report.recorded.payments)).toBeLessThanOrEqual(1);
    expect(Math.abs(report.ours.succeeded - report.recorded.succeeded)).toBeLessThanOrEqual(1);
    expect(report.ours.failure).toBe(report.recorded.failure);
    // Recorded runs differ from each other by a second at either end of the outage.
    expect(report.differing).toBeLessThanOrEqual(2);
  });
});
