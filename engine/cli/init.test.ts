import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../run/testing/memory-files.ts';
import { FIRST_SCENARIO } from './init.ts';
import { TEMPLATES } from './templates/templates.ts';
import { blast } from './testing/fake-io.ts';

describe('blast init', () => {
  it('writes a scenario that is valid, runs and passes', async () => {
    const files = new MemoryFiles();
    expect(await blast('init first', { files })).toMatchObject({
      code: 0,
      out: expect.stringContaining('blast run first/scenario.yml'),
    });
    expect(files.read('first/scenario.yml')).toBe(FIRST_SCENARIO);
    expect(await blast('validate first/scenario.yml', { files })).toMatchObject({ code: 0, err: '' });
    expect(await blast('run first/scenario.yml', { files })).toMatchObject({ code: 0, err: '' });
    expect(await blast('lock first/scenario.yml', { files })).toMatchObject({ code: 0 });
    expect(await blast('verify first/scenario.yml', { files })).toMatchObject({ code: 0 });
  });

  it.each(TEMPLATES.map(({ name }) => name))('names the scenario of template %s as its folder', async (template) => {
    const files = new MemoryFiles();
    expect((await blast(`init shop --template ${template}`, { files })).code).toBe(0);
    expect(files.read('shop/scenario.yml')?.match(/^name: .*$/gm)).toEqual(['name: shop']);
  });

  it.each([
    ['a/My shop (2)/', 'name: My-shop-2'],
    ['true', 'name: outage'],
    ['2025', 'name: outage'],
    ['..', 'name: outage'],
  ])('names the scenario as its folder %s, where that is a name', async (folder, line) => {
    const files = new MemoryFiles();
    expect((await blast(['init', folder, '--template', 'outage'], { files })).code).toBe(0);
    const path = `${folder.replace(/\/$/, '')}/scenario.yml`;
    expect(files.read(path)?.split('\n')[1]).toBe(line);
    expect((await blast(['validate', path], { files })).code).toBe(0);
  });

  it('never overwrites', async () => {
    const files = new MemoryFiles({ 'scenario.yml': 'mine', f: '' });
    expect(await blast('init', { files })).toMatchObject({ code: 2, err: expect.stringContaining('is there already') });
    expect(await blast('init f', { files })).toMatchObject({ code: 2, err: expect.stringContaining('is a file') });
    expect(files.read('scenario.yml')).toBe('mine');
  });
});
