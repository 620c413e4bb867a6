import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { blast } from './testing/fake-io.ts';

const SCENARIO = `version: 1
name: pair
duration: 30s
params:
  amount: { type: amount, default: 200 sat }
  note: { type: string, default: plain }
nodes: { alice: {}, router: { wallet: 1_000_000 sat }, bob: {} }
channels:
  alice-router: { from: alice, to: router, capacity: 100_000 sat }
  router-bob: { from: router, to: bob, capacity: 100_000 sat }
activity:
  pays: { source: alice, destination: bob, interval: 1s, amount: "\${{ params.amount }}" }
events:
  - at: 10s
    stop_node: router
  - at: 20s
    start_node: router
expect:
  - that: payments('pays').success_rate > 0.95
    message: "<img src=x onerror=alert(1)> & 'more'"
sweep:
  matrix: { amount: [200 sat, 500 sat], note: [plain, "<script>alert(1)</script>"] }
  seeds: 2
  baseline: { amount: 200 sat }
`;

/** Names of elements in the order in which they open; everything else is text. */
function elements(page: string): ReadonlySet<string> {
  return new Set([...page.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, name]) => (name ?? '').toLowerCase()));
}

const ELEMENTS: readonly string[] = [
  ...['html', 'head', 'meta', 'title', 'style', 'body', 'header', 'nav', 'main', 'section', 'footer'],
  ...[
    'h1',
    'h2',
    'h3',
    'p',
    'a',
    'b',
    'i',
    'strong',
    'span',
    'br',
    'code',
    'div',
    'figure',
    'figcaption',
    'details',
    'summary',
  ],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'svg', 'g', 'rect', 'line', 'text', 'circle', 'path', 'polyline'],
];

/** What every page must be: whole in itself, and of elements that BLAST made. */
function expectWhole(page: string): void {
  expect(page.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
  expect([...elements(page)].filter((name) => !ELEMENTS.includes(name))).toEqual([]);
  expect(page).not.toMatch(/(?:https?:)?\/\/[a-z]|url\(|@import|javascript:| on[a-z]+="/i);
  expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  // Each link of the page leads somewhere in it, and each picture says what it is.
  for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${id}"`);
  for (const [svg] of page.matchAll(/<svg[^>]*>/g)) expect(svg).toMatch(/role="img" aria-label="[^"]+"/);
}

describe('blast report of a run', () => {
  let files: MemoryFiles;
  let page: string;
  beforeAll(async () => {
    files = new MemoryFiles({ 'pair.yml': SCENARIO });
    const { code, out } = await blast('run pair.yml --html', { files });
    expect(code).toBe(4);
    expect(out).toContain('page         out/pair/report.html');
    page = files.read('out/pair/report.html') ?? '';
  });

  it('is whole in itself', () => {
    expectWhole(page);
  });

  it('tells what came of the run', () => {
    const run = JSON.parse(files.read('out/pair/run.json') ?? '') as {
      digests: Record<string, string>;
      counts: { succeeded: number; failed: number };
    };
    const { succeeded, failed } = run.counts;
    expect(failed).toBeGreaterThan(0);
    for (const text of [
      run.digests.run,
      run.digests.timeline,
      `<b class="">${((succeeded / (succeeded + failed)) * 100).toFixed(1)} %</b>`,
      `<b class="not">${failed}</b>`,
      'InsufficientBalance',
      'router stops',
      'router starts',
      `<strong class="not">failed</strong>`,
      'alice-router (alice)',
    ]) {
      expect(page).toContain(text);
    }
    // The share of the opener falls from everything to what channels.csv says.
    const line = (files.read('out/pair/channels.csv') ?? '').split('\n').find((one) => one.startsWith('alice-router,'));
    const [own = 0, other = 0] = (line ?? '').split(',').slice(7, 9).map(Number);
    expect(page).toContain(`<td class="n">${((own / (own + other)) * 100).toFixed(1)} %</td></tr>`);
  });

  it('shows texts of the scenario as text', () => {
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &#39;more&#39;');
    expect(page).not.toContain('<img');
  });

  it('is made again by `blast report`, the same to the byte, also of the same run made anew', async () => {
    const { code, out } = await blast('report out/pair/ -o again.html', { files });
    expect({ code, out }).toEqual({ code: 0, out: 'again.html\n' });
    expect(files.read('again.html')).toBe(page);
    expect((await blast('report out/pair --output -', { files })).out).toBe(page);
    const other = new MemoryFiles({ 'pair.yml': SCENARIO });
    await blast('run pair.yml --out elsewhere', { files: other });
    expect((await blast('report elsewhere -q', { files: other })).out).toBe('');
    expect(other.read('elsewhere/report.html')).toBe(page);
  });

  it('needs no events, and goes when another run is written there', async () => {
    const plain = new MemoryFiles({ 'pair.yml': SCENARIO });
    await blast('run pair.yml --no-events --html', { files: plain });
    const text = plain.read('out/pair/report.html') ?? '';
    expectWhole(text);
    expect(text).not.toContain('What happened');
    expect(text).toContain('Network at the end');
    await blast('run pair.yml', { files: plain });
    expect(plain.list('out/pair')).not.toContain('report.html');
  });

  it('of a run without payments, or with those of sim-ln alone, says so', async () => {
    const plain = new MemoryFiles({ 'pair.yml': SCENARIO });
    await blast('run pair.yml --payments sim-ln --html', { files: plain });
    expectWhole(plain.read('out/pair/report.html') ?? '');
    expect(plain.read('out/pair/report.html')).toContain('columns of sim-ln alone');
    await blast('run pair.yml --until 500ms --html', { files: plain });
    const none = plain.read('out/pair/report.html') ?? '';
    expectWhole(none);
    expect(none).toContain('No payment succeeded.');
    expect(none).toContain('stopped before its end');
  });

  it.each([
    ['report nowhere', 3, 'nowhere:1:1 error E829 there is no folder nowhere'],
    ['report', 2, "missing required argument 'folder'"],
  ])('%s ends in a message', async (line, code, message) => {
    const result = await blast(line, { files });
    expect(result.code).toBe(code);
    expect(result.err).toContain(message);
  });

  it('of files that were cut off ends in a diagnostic at the line', async () => {
    const cut = new MemoryFiles(Object.fromEntries(files.contents));
    cut.contents.set('out/pair/nodes.csv', (files.read('out/pair/nodes.csv') ?? '').slice(0, -40));
    const result = await blast('report out/pair', { files: cut });
    expect(result.code).toBe(3);
    expect(result.err).toMatch(/^out\/pair\/nodes\.csv:4:1 error E830/);
  });
});

describe('blast report of a sweep', () => {
  let files: MemoryFiles;
  let page: string;
  beforeAll(async () => {
    files = new MemoryFiles({ 'pair.yml': SCENARIO });
    await blast('sweep pair.yml -q', { files });
    const { code, out } = await blast('report out/pair-sweep', { files });
    expect({ code, out }).toEqual({ code: 0, out: 'out/pair-sweep/report.html\n' });
    page = files.read('out/pair-sweep/report.html') ?? '';
  });

  it('is whole in itself, and of the same bytes again', async () => {
    expectWhole(page);
    expect((await blast('report out/pair-sweep --output -', { files })).out).toBe(page);
  });

  it('is what --html leaves, of a sweep and of its parts put together', async () => {
    const others = new MemoryFiles({ 'pair.yml': SCENARIO });
    const whole = await blast('sweep pair.yml --html', { files: others });
    expect(whole.out).toContain('page     out/pair-sweep/report.html\n');
    expect(others.read('out/pair-sweep/report.html')).toBe(page);
    const refused = await blast('sweep pair.yml --shard 1/2 --out one --html', { files: others });
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--html needs the whole sweep') });
    for (const part of ['1', '2']) await blast(`sweep pair.yml -q --shard ${part}/2 --out ${part}`, { files: others });
    const merged = await blast('sweep merge 1 2 --out both --html', { files: others });
    expect(merged.out).toContain('page     both/report.html\n');
    expect(others.read('both/report.html')).toBe(page);
  });

  it('has each metric by each parameter, and the figures of summary.csv', () => {
    expect(page.match(/<h3>By amount<\/h3>/g)).toHaveLength(7);
    expect(page.match(/<h3>By note<\/h3>/g)).toHaveLength(7);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    const sweep = JSON.parse(files.read('out/pair-sweep/sweep.json') ?? '') as { plan: string };
    expect(page).toContain(sweep.plan);
    expect(page).toContain('difference to the baseline');
  });

  it('lists cells whose expectations failed, with the command that runs them', () => {
    expect(page).toContain('<b class="not">8</b><span>cells with a failed expectation</span>');
    expect(page).toContain('blast run pair.yml --param &#39;amount=200 sat&#39; --param note=plain --seed 1');
  });

  it('goes when another sweep is written there, and is not made of a part', async () => {
    await blast('sweep pair.yml -q --shard 1/2', { files });
    expect(files.list('out/pair-sweep')).not.toContain('report.html');
    const part = await blast('report out/pair-sweep', { files });
    expect(part.code).toBe(3);
    expect(part.err).toContain('this is part 1 of 2 of a sweep');
  });
});
