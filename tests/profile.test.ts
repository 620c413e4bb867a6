/** `blast profile` as a process: V8's own profilers, and what reads their profiles. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Profile } from 'pprof-format';
import { expect, it } from 'vitest';
import { available, ROOT, temporaryFolder } from './testing/command.ts';

const folder = temporaryFolder();
const file = path.join(ROOT, 'scenarios/quick-start.yml');
const run = (): string =>
  execFileSync(process.execPath, [path.join(ROOT, 'dist/blast.mjs'), 'profile', file, '--out', folder], {
    encoding: 'utf8',
    cwd: ROOT,
  });

const hasGo = available(spawnSync('go', ['version']).status === 0, 'go (for go tool pprof)');

it('profiles name the functions of the source, with memory that is there', () => {
  const out = run();
  const lock = JSON.parse(readFileSync(path.join(ROOT, 'scenarios/quick-start.lock.json'), 'utf8'));
  expect(out).toContain(lock.digests.run.slice(0, 12));
  const { stringTable, sample } = Profile.decode(readFileSync(path.join(folder, 'cpu.pb')));
  expect(sample.length).toBeGreaterThan(10);
  expect(stringTable.strings.some((text) => text.endsWith('/engine/run/runner.js'))).toBe(true);
  const heap = Profile.decode(readFileSync(path.join(folder, 'heap.pb')));
  expect(heap.sample.reduce((sum, { value }) => sum + Number(value[0]), 0)).toBeGreaterThan(100_000);
  const { steps, bytes_per_node: perNode } = JSON.parse(readFileSync(path.join(folder, 'profile.json'), 'utf8'));
  for (const step of steps) expect(step.rss_bytes).toBeGreaterThan(10_000_000);
  expect(perNode.built).toBeLessThan(steps[1].heap_bytes + steps[1].buffer_bytes);
}, 60_000);

it.skipIf(!hasGo)(
  'go tool pprof opens them',
  () => {
    run();
    for (const [name, type] of [
      ['cpu.pb', 'Type: cpu'],
      ['heap.pb', 'Type: inuse_space'],
    ]) {
      const top = execFileSync('go', ['tool', 'pprof', '-top', path.join(folder, name as string)], {
        encoding: 'utf8',
      });
      expect(top).toContain(type);
      expect(top).toMatch(/flat +flat% +sum%/);
    }
  },
  60_000,
);
