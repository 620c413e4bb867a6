import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { blast } from './testing/fake-io.ts';

const GOOD = `version: 1
name: good
duration: 10s
nodes: { alice: {}, bob: {} }
channels:
  alice-bob: { from: alice, to: bob, capacity: 100_000 sat }
activity:
  pays: { source: alice, destination: bob, interval: 1s, amount: 2 sat }
expect:
  - payments('pays').success_rate > 0.9
`;
const UNMET = `${GOOD}  - { at: 5s, that: payments('pays').count > 100, message: 'much <is> paid' }\n`;
const INVALID = GOOD.replace('destination: bob', 'destination: bobb');

describe('blast test', () => {
  let files: MemoryFiles;
  beforeAll(async () => {
    files = new MemoryFiles({ 'good.yml': GOOD, 'unmet.yml': UNMET, 'invalid.yml': INVALID, 'free.yml': GOOD });
    expect((await blast('lock good.yml', { files })).code).toBe(0);
  });
  const changed = (): MemoryFiles => {
    const copy = new MemoryFiles(Object.fromEntries(files.contents));
    copy.contents.set('good.yml', GOOD.replace('amount: 2 sat', 'amount: 3 sat'));
    return copy;
  };

  it('passes a scenario with its expectations and its lock', async () => {
    expect(await blast('test good.yml free.yml', { files })).toMatchObject({
      code: 0,
      err: '',
      out: 'passed  good.yml  3 checks\npassed  free.yml  2 checks\n\n2 scenarios: 2 passed\n',
    });
  });

  it('goes on after failures and shows each with its place', async () => {
    const { code, out, err } = await blast('test unmet.yml invalid.yml nothing.yml good.yml', { files });
    expect(code).toBe(4);
    expect(err).toContain('invalid.yml:8:39 error E401 there is no node `bobb`');
    expect(out).toBe(
      [
        'failed  unmet.yml  1 of 3 checks',
        '        unmet.yml:11:21 much <is> paid at 5s',
        "          payments('pays').count = 5 (expected > 100)",
        "          payments('pays').count > 100",
        'failed  invalid.yml  1 of 1 check',
        '        invalid.yml is valid',
        'failed  nothing.yml  1 of 1 check',
        '        nothing.yml can be read',
        '          E113 there is no file nothing.yml',
        'passed  good.yml  3 checks',
        '',
        '4 scenarios: 1 passed, 3 failed',
        '',
      ].join('\n'),
    );
  });

  it('fails a run that is not the locked one, and with --locked one without a lock', async () => {
    const differs = await blast('test good.yml', { files: changed() });
    expect(differs.code).toBe(5);
    expect(differs.out).toContain('the scenario changed since it was locked (E804)');
    const free = await blast('test free.yml --locked', { files });
    expect(free.code).toBe(3);
    expect(free.out).toContain('free.lock.json:1:1 error E801 there is no lock file');
  });

  it('writes a report in the form of JUnit, the same bytes each time', async () => {
    const own = changed();
    const line = 'test unmet.yml invalid.yml good.yml -q --junit report.xml';
    await blast(line, { files: own });
    const report = own.read('report.xml');
    expect(report).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="blast test" tests="7" failures="2" errors="1" skipped="0">
        <testsuite name="unmet.yml" tests="3" failures="1" errors="0" skipped="0">
          <testcase classname="unmet.yml" name="runs to its end" file="unmet.yml"/>
          <testcase classname="unmet.yml" name="much &lt;is&gt; paid at 5s" file="unmet.yml" line="11">
            <failure message="payments('pays').count = 5 (expected &gt; 100)">payments('pays').count = 5 (expected &gt; 100)
      payments('pays').count &gt; 100</failure>
          </testcase>
          <testcase classname="unmet.yml" name="payments('pays').success_rate &gt; 0.9" file="unmet.yml" line="10"/>
        </testsuite>
        <testsuite name="invalid.yml" tests="1" failures="0" errors="1" skipped="0">
          <testcase classname="invalid.yml" name="is valid" file="invalid.yml">
            <error message="invalid.yml:8:39 error E401 there is no node \`bobb\` (activity.pays.destination)">invalid.yml:8:39 error E401 there is no node \`bobb\` (activity.pays.destination)
      8 |   pays: { source: alice, destination: bobb, interval: 1s, amount: 2 sat }
        |                                       ^^^^
        = did you mean \`bob\`?</error>
          </testcase>
        </testsuite>
        <testsuite name="good.yml" tests="3" failures="1" errors="0" skipped="0">
          <testcase classname="good.yml" name="runs to its end" file="good.yml"/>
          <testcase classname="good.yml" name="payments('pays').success_rate &gt; 0.9" file="good.yml" line="10"/>
          <testcase classname="good.yml" name="is the locked run" file="good.yml">
            <failure message="good.yml: differs (E805)">good.yml: differs (E805)
        the scenario changed since it was locked (E804)
        the timeline differs: other events or payments are planned
        the run differs: other things happened
        the final state differs
        first difference between 1s and 2s
        event 3 is not the locked one; in this run:
          0 00:00:00.000000 channel_state channel=alice-bob instance=0 state=pending cause=broadcast capacity_sat=100000
          1 00:00:00.000000 channel_state channel=alice-bob instance=0 state=awaiting_ready cause=depth capacity_sat=100000
          2 00:00:00.000000 channel_state channel=alice-bob instance=0 state=open cause=ready capacity_sat=100000
        &gt; 3 00:00:01.000000 payment_started payment=0 activity=pays nth=0 source=alice destination=bob amount_msat=3000</failure>
          </testcase>
        </testsuite>
      </testsuites>
      "
    `);
    await blast(line, { files: own });
    expect(own.read('report.xml')).toBe(report);
  });

  it('annotates pull requests', async () => {
    const { out } = await blast('test unmet.yml invalid.yml -q --format github', { files });
    expect(out).toMatchInlineSnapshot(`
      "::error file=unmet.yml,line=11,col=21,title=much <is> paid at 5s::payments('pays').count = 5 (expected > 100)%0Apayments('pays').count > 100
      ::error file=invalid.yml,line=8,endLine=8,col=39,endColumn=42,title=E401 Unknown node::there is no node \`bobb\` (activity.pays.destination)%0Adid you mean \`bob\`?
      "
    `);
  });

  it('tells programs', async () => {
    const { out, code } = await blast('test unmet.yml good.yml --format json', { files });
    expect(code).toBe(4);
    const [unmet, good] = JSON.parse(out) as {
      passed: boolean;
      run: string;
      cases: { name: string; status: string }[];
    }[];
    expect(unmet?.passed).toBe(false);
    expect(good).toMatchObject({ passed: true, run: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(good?.cases.map(({ name, status }) => [name, status])).toEqual([
      ['runs to its end', 'passed'],
      ["payments('pays').success_rate > 0.9", 'passed'],
      ['is the locked run', 'passed'],
    ]);
  });
});
