import { describe, expect, it } from 'vitest';
import { COMMANDS } from './commands.ts';
import { commandsMarkdown } from './commands-markdown.ts';

describe('the table of commands', () => {
  // `vitest -u` writes the page anew.
  it('is what docs/commands.md says', async () => {
    await expect(commandsMarkdown()).toMatchFileSnapshot('../../docs/commands.md');
  });

  it('has an example of every command, with options that exist', () => {
    const all = COMMANDS.flatMap((entry) => [
      entry,
      ...(entry.commands ?? []).map((inner) => ({ ...inner, name: `${entry.name} ${inner.name}` })),
    ]);
    for (const { name, examples, options } of all) {
      expect(examples.length).toBeGreaterThan(0);
      const known = options.flatMap(({ flags }) => flags.match(/--?[a-z-]+/g) ?? []);
      for (const [line] of examples) {
        expect(line.startsWith(`blast ${name}`)).toBe(true);
        for (const flag of line.match(/(?<= )--?[a-z-]+/g) ?? []) expect(known).toContain(flag);
      }
    }
  });
});
