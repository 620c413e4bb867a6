import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { CPU, FakeMeter, HEAP } from '../cli/testing/fake-meter.ts';
import { profileChart } from './chart.ts';
import { cpuPprof, heapPprof, hottest } from './pprof.ts';
import { ProfileSampler } from './sampler.ts';
import { samplesCsv } from './samples-csv.ts';

/** Stacks of a profile, the innermost function first, with their values. */
function stacks(encoded: Uint8Array): readonly (readonly [string, readonly number[]])[] {
  const { sample, location, function: functions, stringTable } = Profile.decode(encoded);
  const text = (id: number | bigint): string => stringTable.strings[Number(id)] as string;
  return sample.map(({ locationId, value }) => {
    const frames = locationId.map((id) => {
      const at = location.find((one) => one.id === id);
      const { functionId, line } = at?.line[0] ?? { functionId: 0, line: 0 };
      const found = functions.find((one) => one.id === functionId);
      return `${text(found?.name ?? 0)}@${text(found?.filename ?? 0)
        .split('/')
        .pop()}:${line}`;
    });
    return [frames.join('<'), value.map(Number)] as const;
  });
}

describe('a profile of V8 as pprof', () => {
  it('has CPU time by stack, in nanoseconds, without time that was waited', () => {
    expect(stacks(cpuPprof(CPU))).toEqual([
      ['find@path-finding.js:120<pay@payments.js:10', [2, 3_000_000]],
      ['pay@payments.js:10', [1, 1_000_000]],
    ]);
    const { sampleType, stringTable } = Profile.decode(cpuPprof(CPU));
    const units = sampleType.map(({ type, unit }) => [type, unit].map((id) => stringTable.strings[Number(id)]));
    expect(units).toEqual([
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ]);
  });

  it('has memory in use by the stack that allocated it', () => {
    expect(stacks(heapPprof(HEAP))).toEqual([
      ['pay@payments.js:10', [3072]],
      ['find@path-finding.js:120<pay@payments.js:10', [1024]],
    ]);
  });

  it('names the hottest functions with their shares of the time that was not idle', () => {
    expect(hottest(CPU, 5)).toEqual([
      { name: 'find (path-finding.js:120)', share: 0.75 },
      { name: 'pay (payments.js:10)', share: 0.25 },
    ]);
    expect(hottest(CPU, 1)).toHaveLength(1);
  });
});

describe('the sampler', () => {
  it('measures when the first thing happens at or after each instant of its grid, and at the end', () => {
    const meter = new FakeMeter();
    const sampler = new ProfileSampler(meter, 1000);
    sampler.record(1, 0); // the network is being built
    expect(sampler.built).toBeNull();
    sampler.dispatched(0, 500);
    sampler.record(1, 900);
    sampler.record(1, 3100);
    sampler.record(1, 3900);
    sampler.record(1, 4000);
    sampler.ending();
    sampler.finish(9000);
    expect(sampler.samples.map(({ timeUs, events, paymentsStarted }) => [timeUs, events, paymentsStarted])).toEqual([
      [500, 1, 0],
      [3100, 2, 1],
      [4000, 4, 1],
      [9000, 5, 1],
    ]);
    expect(meter.collections).toBe(2);
    expect(sampler.ended?.rssBytes).toBeGreaterThan(sampler.built?.rssBytes as number);
  });

  it('knows the network also of a run in which nothing happens', () => {
    const sampler = new ProfileSampler(new FakeMeter(), 1000);
    sampler.finish(60_000_000);
    expect(sampler.built).not.toBeNull();
    expect(sampler.samples).toHaveLength(1);
  });
});

const samples = [0, 30_000_000, 60_000_000].map((timeUs, i) => ({
  timeUs,
  wallMs: 100 + 10 * i,
  cpuMs: 50 + 4 * i,
  rssBytes: (80 + i) * 1024 * 1024,
  heapBytes: 20 * 1024 * 1024,
  bufferBytes: 1024 * 1024 * i,
  events: 100 * i,
  paymentsStarted: i,
  paymentsResolved: i,
}));

describe('the files of a profile', () => {
  it('have a row a sample, with times from the beginning of the profile', () => {
    const text = samplesCsv(samples, { wallMs: 90, cpuMs: 50 });
    expect(text.split('\n')).toEqual([
      'virtual_us,wall_us,cpu_us,rss_bytes,heap_bytes,buffer_bytes,events,payments_started,payments_resolved',
      '0,10000,0,83886080,20971520,0,0,0,0',
      '30000000,20000,4000,84934656,20971520,1048576,100,1,1',
      '60000000,30000,8000,85983232,20971520,2097152,200,2,2',
      '',
    ]);
  });

  it('have a picture whose lines go through the samples', () => {
    const chart = profileChart('a <b> & c: 2 nodes', samples);
    expect(chart).toContain('<title>a &lt;b&gt; &amp; c: 2 nodes</title>');
    const lines = [...chart.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => (points as string).split(' '));
    expect(lines.map((points) => points.length)).toEqual([3, 3, 3]);
    // From the left border to the right one.
    expect(lines[0]?.map((point) => Number(point.split(',')[0]))).toEqual([84, 462, 840]);
    // More memory is higher up.
    const heights = lines.map((points) => Number(points.at(-1)?.split(',')[1]));
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(chart).toContain('8 ms in all');
  });

  it('have a picture of a run without samples, too', () => {
    expect(profileChart('nothing', [])).toContain('</svg>');
  });
});
