/** What must not change a digest: the order of activities in the file, their number, and the versions of Node. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { available, blast, ROOT, temporaryFolder } from './testing/command.ts';
import { scenarioFiles } from './testing/scenarios.ts';

const folder = temporaryFolder();

const HEAD = `version: 1
name: order
duration: 2m
latency: { link: [10ms, 50ms] }
nodes:
  a: {}
  b: {}
  c: {}
  d: {}
channels:
  ab: { from: a, to: b, capacity: 5_000_000 sat, push: 2_500_000 sat }
  bc: { from: b, to: c, capacity: 5_000_000 sat, push: 2_500_000 sat }
  cd: { from: c, to: d, capacity: 5_000_000 sat, push: 2_500_000 sat }
activity:
`;
const ACTIVITIES: readonly string[] = [
  '  one: { source: a, destination: c, interval: [1s, 3s], amount: [1 sat, 5_000 sat] }\n',
  '  two: { source: d, destination: a, interval: [1s, 2s], amount: [1 sat, 9_000 sat] }\n',
  '  three: { source: b, destination: [c, d], start: 0s, interval: 1s, amount: 500 sat }\n',
];

async function run(name: string, text: string): Promise<{ digests: Record<string, string>; rows: string[] }> {
  const file = path.join(folder, `${name}.yml`);
  writeFileSync(file, text);
  const out = path.join(folder, name);
  const result = await blast(['run', file, '--out', out]);
  expect(result.err).toBe('');
  const digests = JSON.parse(readFileSync(path.join(out, 'run.json'), 'utf8')).digests;
  return { digests, rows: readFileSync(path.join(out, 'payments.csv'), 'utf8').trim().split('\n').slice(1) };
}

/** Columns of payments.csv that are drawn when the scenario is compiled. */
const drawn = (rows: readonly string[], activity: string): string[] =>
  rows
    .map((row) => row.split(','))
    .filter((cells) => cells[7] === activity)
    .map((cells) => [cells[0], cells[1], cells[2], cells[3], cells[4], cells[8]].join(','))
    .sort();

describe('the order of activities', () => {
  it('changes no digest', async () => {
    const first = await run('abc', HEAD + ACTIVITIES.join(''));
    const second = await run('cab', HEAD + [ACTIVITIES[2], ACTIVITIES[0], ACTIVITIES[1]].join(''));
    expect(second.digests).toEqual(first.digests);
    expect(second.rows).toEqual(first.rows);
  });
});

describe('an activity more', () => {
  it('moves no draw of another one', async () => {
    const all = await run('all', HEAD + ACTIVITIES.join(''));
    const fewer = await run('fewer', HEAD + [ACTIVITIES[0], ACTIVITIES[2]].join(''));
    expect(fewer.digests.timeline).not.toBe(all.digests.timeline);
    for (const activity of ['one', 'three']) {
      expect(drawn(fewer.rows, activity).length).toBeGreaterThan(20);
      expect(drawn(fewer.rows, activity)).toEqual(drawn(all.rows, activity));
    }
  });
});

describe('versions of Node', () => {
  const main = path.join(ROOT, 'dist/engine/cli/main.js');
  const binary = (version: number) => path.join(ROOT, `.cache/node-${version}/node_modules/node/bin/node`);
  const locked = (file: string) =>
    JSON.parse(readFileSync(path.join(ROOT, file.replace(/\.yml$/, '.lock.json')), 'utf8'));

  it('is checked on the build of this tree', () => {
    expect(existsSync(main), 'run `npm run build` first').toBe(true);
  });

  for (const version of [22, 24, 26]) {
    const there = available(
      existsSync(binary(version)),
      `Node ${version} in .cache (npm run node-versions installs it)`,
    );
    it.skipIf(!there)(
      `all scenarios play to their locks on Node ${version}`,
      () => {
        const node = binary(version);
        expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toMatch(new RegExp(`^v${version}\\.`));
        const files = scenarioFiles();
        // One process for all: its start costs more than most of them.
        const verified = spawnSync(node, [main, 'verify', ...files, '--format', 'json'], {
          cwd: ROOT,
          encoding: 'utf8',
        });
        expect(verified.stderr).toBe('');
        expect(JSON.parse(verified.stdout)).toEqual(
          files.map((file) => ({ file, verdict: 'identical', run: locked(file).digests.run })),
        );
        const [file, out] = ['scenarios/quick-start.yml', path.join(folder, `node-${version}`)];
        execFileSync(node, [main, 'run', file, '--quiet', '--out', out], { cwd: ROOT });
        const { digests } = JSON.parse(readFileSync(path.join(out, 'run.json'), 'utf8'));
        expect(digests).toMatchObject({ run: locked(file).digests.run, timeline: locked(file).digests.timeline });
      },
      300_000,
    );
  }
});
