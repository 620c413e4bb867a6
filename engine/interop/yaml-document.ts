/** A foreign YAML file as plain data, with its places. What the file means is the business of a format. */
import type { Path } from '../spec/path.ts';
import { pointAt } from '../spec/position.ts';
import { follow, toPlain } from '../spec/tree.ts';
import { parseYaml } from '../spec/yaml.ts';
import { isObject, type JsonObject } from './json-fields.ts';
import { ImportProblems } from './problems.ts';

export interface YamlDocument {
  readonly problems: ImportProblems;
  /** Null after reporting why there is none. */
  readonly document: JsonObject | null;
  /** Where the value at a path stands. */
  readonly locate: (path: Path) => { readonly start: number; readonly end: number };
}

export function readYamlDocument(text: string, file: string): YamlDocument {
  const { source, problems: found, tree } = parseYaml(text, file);
  const locate = (path: Path): { readonly start: number; readonly end: number } =>
    tree === undefined ? { start: 0, end: 1 } : pointAt(source.text, follow(tree, path));
  const problems = new ImportProblems(file, source.text, locate);
  for (const diagnostic of found.sorted()) {
    // The hints are those for scenarios.
    const { hint: _, ...rest } = diagnostic;
    problems.take(rest);
  }
  if (tree === undefined || problems.failed) return { problems, document: null, locate };
  const value = toPlain(tree);
  if (isObject(value)) return { problems, document: value, locate };
  problems.atPath('E703', [], 'the document must be a mapping');
  return { problems, document: null, locate };
}
