/**
 * From the text of a scenario file to the typed Scenario: parse, read parameters, put expressions in, validate, build.
 * All diagnostics of a file come at once, as far as its structure can be trusted. Reads no file itself.
 */
import { buildScenario } from './build.ts';
import type { Diagnostic } from './diagnostic.ts';
import { hasExpression } from './expression-scan.ts';
import { substitute } from './expressions.ts';
import { parseScenario } from './migrations/migrate.ts';
import { CURRENT_VERSION, READABLE_VERSIONS } from './migrations/migrations.ts';
import { reportUnknownNames } from './name-uses.ts';
import { readParams } from './params.ts';
import { pointAt } from './position.ts';
import type { Problems } from './problems.ts';
import type { Scenario } from './scenario.ts';
import type { AnnouncedModel, SchemaParts } from './schema-types.ts';
import { SourceIndex } from './source-index.ts';
import { entryOf, type SpecTree, toPlain } from './tree.ts';
import { type NameUse, validate } from './validate.ts';
import type { ParsedYaml } from './yaml.ts';

export interface ReadInput {
  readonly text: string;
  /** Name of the file in diagnostics, and of the scenario when it has no `name`. */
  readonly file: string;
  /** Values of `--param`, by name. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** Value of `--seed`, an integer of 0 … 2^53 − 1. */
  readonly seed?: number;
  /** What is registered; pass the same object each time, its schema is compiled once. */
  readonly schemaParts: SchemaParts;
  /** Models of other processes that nodes may have, too. */
  readonly models?: readonly AnnouncedModel[];
}

export interface ReadResult {
  /** Present when there is no error. */
  readonly scenario?: Scenario;
  /** Finds the parts of the document again; present when the text is well-formed. */
  readonly index?: SourceIndex;
  /** Names of nodes and channels that it uses, as far as they are well-formed; present with the index. */
  readonly uses?: readonly NameUse[];
  /** Errors and warnings, in the order of the file; those of the command line first. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a scenario that is one file. Never throws for what a user wrote. What the keys `extends` and `include` name is
 * not read here: that needs files (see engine/compile/documents.ts).
 */
export function readScenario(input: ReadInput): ReadResult {
  return readDocument(parseScenario(input.text, input.file), input);
}

/** Reads a scenario from its parsed document, which may be merged from several files. */
export function readDocument(document: ParsedYaml, input: Omit<ReadInput, 'text' | 'file'>): ReadResult {
  const { source, problems, tree } = document;
  if (tree === undefined || !isReadable(tree, problems)) return { diagnostics: problems.sorted() };

  const params = readParams(tree, input.overrides ?? new Map(), problems);
  const substituted = substitute(tree, params, problems);
  const data = toPlain(substituted.tree);
  const { models = [], schemaParts } = input;
  const uses = validate({ tree: substituted.tree, data, unknown: substituted.unknown, models }, schemaParts, problems);

  const index = new SourceIndex(source, substituted.tree, data, substituted.unknown);
  if (problems.hasErrors) {
    reportUnknownNames(uses, substituted.tree, data, problems);
    return { index, uses, diagnostics: problems.sorted() };
  }
  const scenario = buildScenario({
    index,
    parts: input.schemaParts,
    params: params.values,
    seed: input.seed,
    problems,
  });
  if (problems.hasErrors) return { index, uses, diagnostics: problems.sorted() };
  return { scenario, index, uses, diagnostics: problems.sorted() };
}

/** A file of another kind or version is not worth the many diagnostics that it would get. */
export function isReadable(tree: SpecTree, problems: Problems): boolean {
  if (tree.kind !== 'map') {
    const what = tree.kind === 'seq' ? 'a list' : 'a single value';
    problems.report(
      'E209',
      pointAt(problems.source.text, { node: tree, complete: true }),
      [],
      `a mapping of sections was expected, got ${what}`,
      'start with `version: 1`',
    );
    return false;
  }
  const version = entryOf(tree, 'version')?.value;
  if (version === undefined) return true; // the schema reports it
  if (
    version.kind === 'scalar' &&
    (version.value === CURRENT_VERSION || (typeof version.value === 'string' && hasExpression(version.value)))
  )
    return true;
  const got = version.kind === 'scalar' ? `\`${version.source}\`` : version.kind === 'seq' ? 'a list' : 'a mapping';
  problems.report(
    'E208',
    pointAt(problems.source.text, { node: version, complete: true }),
    ['version'],
    `expected version ${CURRENT_VERSION}, got ${got}`,
    version.kind === 'scalar' ? versionHint(version.value) : `write \`version: ${CURRENT_VERSION}\``,
  );
  return false;
}

function versionHint(version: string | number | boolean | null): string {
  if (version === String(CURRENT_VERSION)) return 'remove the quotes';
  const readable = `this engine reads versions ${READABLE_VERSIONS.join(' and ')}`;
  return typeof version === 'number' && Number.isInteger(version) && version > CURRENT_VERSION
    ? `${readable}; use a newer engine for this file`
    : `write \`version: ${CURRENT_VERSION}\`; ${readable}`;
}
