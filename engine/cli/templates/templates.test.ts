import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../run/testing/memory-files.ts';
import { formatScenario } from '../../spec/format-scenario.ts';
import { blast } from '../testing/fake-io.ts';
import { TEMPLATES } from './templates.ts';

describe.each(TEMPLATES.map((template) => [template.name, template] as const))('%s', (name, { text }) => {
  it('is valid without a warning, runs and passes', async () => {
    const files = new MemoryFiles();
    expect(await blast(`init made --template ${name}`, { files })).toMatchObject({ code: 0 });
    expect(files.read('made/scenario.yml')).toBe(text.replace(/^name: .*$/m, 'name: made'));
    expect(await blast('validate made/scenario.yml', { files })).toMatchObject({ code: 0, err: '' });
    expect(await blast('run made/scenario.yml --check', { files })).toMatchObject({ code: 0, err: '' });
  });

  it('is in the canonical form', () => {
    expect(formatScenario(text, name).text).toBe(text);
  });

  it('is called as its scenario, but for the first one', () => {
    expect(text).toContain(`\nname: ${name === TEMPLATES[0].name ? 'first' : name}\n`);
  });
});

describe('blast init --list', () => {
  it('lists all and writes nothing', async () => {
    const files = new MemoryFiles();
    const { out, code } = await blast('init --list', { files });
    expect(code).toBe(0);
    expect(out.split('\n')).toHaveLength(TEMPLATES.length + 1);
    expect(files.list('')).toEqual([]);
    const json = JSON.parse((await blast('init --list --format json', { files })).out);
    expect(json.map((one: { name: string }) => one.name)).toEqual(TEMPLATES.map((one) => one.name));
  });

  it('refuses unknown templates', async () => {
    expect(await blast('init --template x')).toMatchObject({ code: 2, err: expect.stringContaining('quick-start') });
  });
});
