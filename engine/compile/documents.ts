/**
 * Reads a scenario file together with the files that it extends and includes, and merges them into one document (see
 * engine/spec/merge.ts): what is extended lies lowest, included files follow in order, the file itself lies on top. Every
 * value keeps its place in the file that holds it. A document with a reference that cannot be followed has no tree: half
 * of its names would be unknown.
 */
import type { DiagnosticCode } from '../spec/diagnostic-codes.ts';
import { joinPath, mergeTrees, moveTree, withoutReferences } from '../spec/merge.ts';
import { parseScenario } from '../spec/migrations/migrate.ts';
import type { Path } from '../spec/path.ts';
import { Problems, type Span } from '../spec/problems.ts';
import { isReadable } from '../spec/read.ts';
import { SourceText } from '../spec/source-text.ts';
import { nearest } from '../spec/suggest.ts';
import { MAX_INDICATORS, MAX_LINES, MAX_TEXT, structureOf } from '../spec/text-limits.ts';
import { entryOf, type SpecTree } from '../spec/tree.ts';
import type { ParsedYaml } from '../spec/yaml.ts';
import { type FileAccess, insideFolder } from './imports.ts';

/** Sections that an included file may hold. */
export const INCLUDED_SECTIONS: readonly string[] = [
  'version',
  'include',
  'params',
  'defaults',
  'network',
  'nodes',
  'channels',
  'activity',
  'events',
  'behaviours',
  'expect',
  'snapshots',
];

/** Files that one scenario may consist of, and how deep they may include each other. */
const MOST_FILES = 1000;
const MOST_LEVELS = 50;

interface Reference {
  readonly role: 'extends' | 'include';
  readonly file: string;
  readonly span: Span;
  readonly path: Path;
}

/** The merged document of a scenario file; `file` is its name as the caller gave it. */
export async function loadDocument(text: string, file: string, access: FileAccess): Promise<ParsedYaml> {
  const parsed = parseScenario(text, file);
  if (parsed.tree === undefined || referencesOf(parsed.tree).length === 0) return parsed;
  return new Loader(parsed, file, access).load();
}

class Loader {
  readonly #main: ParsedYaml;
  readonly #folder: string;
  readonly #access: FileAccess;
  readonly #parts: SourceText[] = [];
  readonly #starts: number[] = [];
  readonly #reports: ((problems: Problems) => void)[] = [];
  /** Files that were taken: one that several include counts once, at its first place. */
  readonly #taken = new Set<string>();
  #length = 0;
  #lines = 0;
  #indicators = 0;
  #failed = false;

  constructor(main: ParsedYaml, file: string, access: FileAccess) {
    this.#main = main;
    this.#folder = /^.*[/\\]/.exec(file)?.[0] ?? '';
    this.#access = access;
  }

  async load(): Promise<ParsedYaml> {
    const own = (this.#main.source.file.split(/[/\\]/).pop() as string) ?? '';
    const tree = await this.#merge(this.#main, '', [own], 'main');
    const text = this.#parts.map((part) => part.text).join('\n');
    const others = this.#parts.slice(1).map((part, i) => ({ file: part.file, start: this.#starts[i + 1] as number }));
    const source = new SourceText(this.#main.source.file, text, others);
    const problems = new Problems(source);
    for (const report of this.#reports) report(problems);
    return tree === null || this.#failed ? { source, problems } : { source, problems, tree };
  }

  /** One file with everything below it; null when it cannot be used. */
  async #merge(
    parsed: ParsedYaml,
    folder: string,
    stack: readonly string[],
    role: 'main' | Reference['role'],
  ): Promise<SpecTree | null> {
    const offset = this.#length;
    this.#parts.push(parsed.source);
    this.#starts.push(offset);
    this.#length += parsed.source.text.length + 1;
    const readable = parsed.tree !== undefined && (role === 'main' || isReadable(parsed.tree, parsed.problems));
    this.#reports.push((problems) => {
      for (const diagnostic of parsed.problems.sorted()) problems.add(diagnostic);
    });
    if (parsed.tree === undefined || !readable) {
      this.#failed = true;
      return null;
    }
    const tree = moveTree(parsed.tree, offset, folder);
    const own = role === 'include' ? this.#partOf(tree) : tree;
    let merged: SpecTree | null = null;
    for (const reference of referencesOf(own)) {
      const below = await this.#follow(reference, folder, stack);
      if (below !== null) merged = merged === null ? below : mergeTrees(merged, below);
    }
    const top = withoutReferences(own);
    return merged === null ? top : mergeTrees(merged, top);
  }

  async #follow(reference: Reference, folder: string, stack: readonly string[]): Promise<SpecTree | null> {
    const { file, role } = reference;
    const written = joinPath(folder, file);
    const { allowOutside = false, isOutside, readFile } = this.#access;
    const inside = insideFolder(written);
    const path = inside ?? written;
    if (!allowOutside && (inside === null || isOutside?.(path) === true)) {
      const what =
        inside === null ? "is not in the scenario's folder" : "is a link that leads out of the scenario's folder";
      this.#report(
        'E705',
        reference,
        `${file} ${what}`,
        'move the file next to the scenario, or allow it with --allow-outside',
      );
      return null;
    }
    if (stack.length > MOST_LEVELS) {
      this.#report('E707', reference, `more than ${MOST_LEVELS} files include each other in a row`);
      return null;
    }
    if (stack.includes(path)) {
      const way = [...stack.slice(stack.indexOf(path)), path].join(' → ');
      this.#report('E707', reference, `${file} leads back to itself: ${way}`, 'remove one of the references');
      return null;
    }
    if (this.#taken.has(path)) return null;
    this.#taken.add(path);
    if (this.#parts.length >= MOST_FILES) {
      this.#report('E707', reference, `a scenario consists of at most ${MOST_FILES} files`);
      return null;
    }
    const text = await readFile(path);
    if (text === null) {
      this.#report('E701', reference, `cannot read ${file}`, 'the path is relative to the file that it stands in');
      return null;
    }
    const { lines, indicators } = structureOf(text);
    this.#lines += lines;
    this.#indicators += indicators;
    const isLarge = this.#length + text.length > MAX_TEXT;
    if (this.#parts.length > 1 && (isLarge || this.#lines > MAX_LINES || this.#indicators > MAX_INDICATORS)) {
      this.#report('E108', reference, 'the files of the scenario are larger together than one may be');
      return null;
    }
    const name = /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${this.#folder}${path}`;
    const below = /^(.*)[/\\]/.exec(path)?.[1] ?? '';
    return this.#merge(parseScenario(text, name), below, [...stack, path], role);
  }

  /** Leaves out what an included file may not hold, after reporting it. */
  #partOf(tree: SpecTree): SpecTree {
    if (tree.kind !== 'map') return tree;
    const entries = tree.entries.filter((entry) => {
      if (INCLUDED_SECTIONS.includes(entry.key)) return true;
      const near = nearest(entry.key, INCLUDED_SECTIONS);
      const hint =
        near === undefined
          ? 'put it into the scenario itself, or name this file under `extends`'
          : `did you mean \`${near}\`?`;
      this.#reports.push((problems) => {
        problems.report('E708', entry.keySpan, [entry.key], `an included file cannot hold \`${entry.key}\``, hint);
      });
      return false;
    });
    return { ...tree, entries };
  }

  #report(code: DiagnosticCode, at: Reference, message: string, hint?: string): void {
    this.#failed = true;
    this.#reports.push((problems) => {
      problems.report(code, at.span, at.path, message, hint);
    });
  }
}

/** Files that a document names, what it extends first. Values of another type are reported by the schema. */
function referencesOf(tree: SpecTree): readonly Reference[] {
  const references: Reference[] = [];
  for (const role of ['extends', 'include'] as const) {
    const value = entryOf(tree, role)?.value;
    const items = value?.kind === 'seq' && role === 'include' ? value.items : value === undefined ? [] : [value];
    items.forEach((item, i) => {
      if (item.kind !== 'scalar' || item.value === null || item.source === '') return;
      const path = value?.kind === 'seq' ? [role, i] : [role];
      references.push({ role, file: String(item.value), span: item, path });
    });
  }
  return references;
}
