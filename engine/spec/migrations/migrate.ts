/**
 * Reads files of older versions: a document is led through the steps to the present version, in memory, with the places
 * of what the author wrote. `migrateText` gives the text of the migrated document, with its comments and order.
 */
import type { Diagnostic } from '../diagnostic.ts';
import type { JsonSchema } from '../schema-types.ts';
import { entryOf, type SpecTree, toPlain } from '../tree.ts';
import { compileDocumentSchema, type DocumentSchema, validateDocument } from '../validate.ts';
import { buildTree, type ParsedYaml, parseYaml, parseYamlDocument } from '../yaml.ts';
import { writeOutAliases } from './document-edit.ts';
import type { Migration } from './migration.ts';
import { MIGRATIONS } from './migrations.ts';

const compiled = new Map<JsonSchema, DocumentSchema>();

function compile({ from, schema }: Migration): DocumentSchema {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const made = compileDocumentSchema(from, schema);
  compiled.set(schema, made);
  return made;
}

/** Version that a document says it has, or undefined. */
function versionOf(tree: SpecTree | undefined): number | undefined {
  const version = entryOf(tree, 'version')?.value;
  return version?.kind === 'scalar' && typeof version.value === 'number' ? version.value : undefined;
}

/** Parses a scenario of any readable version; the tree is that of the present version. */
export function parseScenario(text: string, file: string): ParsedYaml {
  let parsed = parseYaml(text, file);
  if (MIGRATIONS.some((step) => versionOf(parsed.tree) === step.from)) parsed = parseYamlDocument(text, file);
  for (const step of MIGRATIONS) {
    if (versionOf(parsed.tree) === step.from) parsed = migrated(parsed, step);
  }
  return parsed;
}

/** One step. What is wrong with the document is reported, and then there is no tree. */
function migrated(parsed: ParsedYaml, step: Migration): ParsedYaml {
  const { source, problems, tree, document } = parsed;
  if (tree === undefined || document === undefined) return parsed;
  validateDocument(compile(step), { tree, data: toPlain(tree), unknown: new Set() }, problems);
  if (problems.hasErrors || document.contents === null) return { source, problems };
  writeOutAliases(document);
  step.migrate(document);
  const made = buildTree(document.contents, problems);
  return made === null ? { source, problems } : { source, problems, tree: made, document };
}

export interface MigratedText {
  /** Null when the file cannot be migrated; the diagnostics say why. */
  readonly text: string | null;
  /** Version that the file had; undefined when it says none. */
  readonly from: number | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The text of a file in the present version. A file that is of it already comes back as it is. */
export function migrateText(text: string, file: string): MigratedText {
  const before = parseYaml(text, file);
  const from = versionOf(before.tree);
  if (!MIGRATIONS.some((step) => step.from === from)) {
    const { problems, tree } = before;
    return { text: tree === undefined || problems.hasErrors ? null : text, from, diagnostics: problems.sorted() };
  }
  const { problems, document, tree } = parseScenario(text, file);
  if (problems.hasErrors || document === undefined || tree === undefined) {
    return { text: null, from, diagnostics: problems.sorted() };
  }
  return {
    text: document.toString({ lineWidth: 0, singleQuote: true }),
    from,
    diagnostics: problems.sorted(),
  };
}
