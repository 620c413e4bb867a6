/** `blast fmt` changes the look of scenarios and nothing else. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEMPLATES } from '../engine/cli/templates/templates.ts';
import { compileScenario } from '../engine/compile/compile.ts';
import { nodeFiles } from '../engine/host/node-files.ts';
import { formatScenario } from '../engine/spec/format-scenario.ts';
import { ROOT } from './testing/command.ts';
import { scenarioFiles } from './testing/scenarios.ts';

/** The text in another dress: other spaces, no empty lines. */
function disguised(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .join('\n')
    .replaceAll('{ ', '{')
    .replaceAll(' }', '   }')
    .replace(/(: \d[\d_]*) (sat|ppm)\b/g, '$1   $2');
}

async function digestsOf(text: string, folder: string): Promise<object> {
  const result = await compileScenario({
    text,
    file: 'x.yml',
    readFile: async (file) => nodeFiles(folder).read(file),
  });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics.map(({ message }) => message)));
  return { timeline: result.timelineDigest, spec: result.specDigest };
}

const CASES: readonly (readonly [name: string, text: string, folder: string])[] = [
  ...scenarioFiles().map(
    (file) => [file, readFileSync(path.join(ROOT, file), 'utf8'), path.join(ROOT, path.dirname(file))] as const,
  ),
  ...TEMPLATES.map(({ name, text }) => [`template ${name}`, text, ROOT] as const),
];

describe.each(CASES)('%s', (_, text, folder) => {
  it('compiles to the same digests when it is formatted', async () => {
    const digests = await digestsOf(text, folder);
    for (const variant of [text, disguised(text)]) {
      const { text: made, diagnostics } = formatScenario(variant, 'x.yml');
      expect(diagnostics).toEqual([]);
      const formatted = made ?? '';
      expect(await digestsOf(formatted, folder)).toEqual(digests);
      expect(formatScenario(formatted, 'x.yml').text).toBe(formatted);
      expect(formatted.match(/#.*/g)?.length).toBe(text.match(/#.*/g)?.length);
    }
  }, 60_000);
});
