/**
 * YAML 1.2 text to a SpecTree. Every mistake becomes a diagnostic; nothing throws. Guards against texts that are made
 * to hurt (size, nesting, aliases) come before and after the parser. This file knows YAML, not scenarios.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import { MAX_DEPTH, nestingOverflow } from './nesting.ts';
import type { Path } from './path.ts';
import { Problems, type Span } from './problems.ts';
import { readQuickly } from './quick-yaml.ts';
import { SourceText } from './source-text.ts';
import { overLimit } from './text-limits.ts';
import type { MapEntry, ScalarNode, SpecTree } from './tree.ts';
import { quoteText } from './units.ts';
import { reportManyTabs, reportSyntax, reportWarning, syntaxFault } from './yaml-errors.ts';

/** Control characters other than tab and line breaks, and what stands for bytes that are not UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ILLEGAL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]/;

/** Aliases may repeat at most this many nodes in total. */
const MAX_REPEATED = 100_000;

export interface ParsedYaml {
  readonly source: SourceText;
  readonly problems: Problems;
  /** Absent when the text is so broken that its structure cannot be trusted. */
  readonly tree?: SpecTree;
  /** The parser’s own form, with comments; present with the tree where it was asked for. */
  readonly document?: Document.Parsed;
}

/** Parses one document; what is wrong is in `problems`. `file` is only a name for diagnostics. */
export function parseYaml(text: string, file: string): ParsedYaml {
  return parse(text, file, readQuickly);
}

/** The same with the parser’s own form, and so always by the parser. */
export function parseYamlDocument(text: string, file: string): ParsedYaml {
  return parse(text, file, () => null);
}

function parse(text: string, file: string, quick: (text: string) => SpecTree | null): ParsedYaml {
  const content = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const over = overLimit(content);
  // Of what is too large only the part is kept that the diagnostic shows.
  const source = new SourceText(file, over === null ? content : content.slice(0, over.at + 1000));
  const problems = new Problems(source);
  const broken: ParsedYaml = { source, problems };
  if (over !== null) {
    const hint = 'move large networks to a file under `network.import`';
    problems.report('E108', { start: over.at, end: over.at }, [], over.what, hint);
    return broken;
  }
  if (!acceptable(source, problems)) return broken;
  const plain = quick(source.text);
  if (plain !== null) return { source, problems, tree: plain };

  let document: Document.Parsed;
  try {
    document = parseDocument(source.text, {
      version: '1.2',
      merge: false,
      resolveKnownTags: false,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: new LineCounter(),
    });
  } catch (error) {
    syntaxFault(error, problems);
    return broken;
  }
  if (document.errors.length > 0) {
    reportSyntax(document, problems);
    return broken;
  }
  for (const warning of document.warnings) reportWarning(warning, problems);
  if (document.directives.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    const at = source.text.indexOf('%YAML');
    problems.report(
      'E111',
      { start: at, end: at + 5 },
      [],
      'the file asks for another version of YAML than 1.2',
      'remove the line `%YAML …`',
    );
    return broken;
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null && (root.source ?? '') === '')) {
    problems.report(
      'E101',
      { start: 0, end: 0 },
      [],
      'the file is empty, a scenario was expected',
      'start with `version: 1`',
    );
    return broken;
  }
  const tree = buildTree(root, problems);
  return tree === null ? broken : { source, problems, tree, document };
}

/** The tree of the parser’s nodes, or null when it would be too large or too deep. */
export function buildTree(root: Node, problems: Problems): SpecTree | null {
  return new TreeBuilder(problems).build(root);
}

/** Checks the text itself, before it is parsed. */
function acceptable(source: SourceText, problems: Problems): boolean {
  const { text } = source;
  if (reportManyTabs(problems)) return false;
  const lonely = text.includes('\n') ? -1 : text.indexOf('\r');
  if (lonely >= 0 && lonely < text.length - 1) {
    const hint = 'save it with lines that end in LF (Unix) or CRLF (Windows)';
    const what = 'the lines of this file end in CR alone, so all of it is one line';
    problems.report('E102', { start: lonely, end: lonely + 1 }, [], what, hint);
    return false;
  }
  const illegal = ILLEGAL.exec(text);
  if (illegal !== null) {
    const code = text.charCodeAt(illegal.index);
    const what =
      code === 0xfffd
        ? 'the text is not UTF-8 here (a replacement character U+FFFD stands for bytes that could not be read)'
        : `the text holds the control character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    problems.report('E107', { start: illegal.index, end: illegal.index + 1 }, [], what, 'save the file as UTF-8 text');
    return false;
  }
  const deep = nestingOverflow(text);
  if (deep >= 0) {
    problems.report(
      'E109',
      { start: deep, end: deep + 1 },
      [],
      `lists and mappings are nested too deeply, at most ${MAX_DEPTH} levels are allowed`,
    );
    return false;
  }
  return true;
}

/** Turns the parser’s nodes into ours. Aliases lead to the shared node; what they repeat is counted. */
class TreeBuilder {
  readonly #problems: Problems;
  readonly #anchors: Map<string, Node> = new Map();
  readonly #built: Map<Node, SpecTree> = new Map();
  readonly #sizes: Map<SpecTree, number> = new Map();
  readonly #open: Set<Node> = new Set();
  #repeated = 0;
  #failed = false;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Null when the tree would be too large or too deep. */
  build(root: Node): SpecTree | null {
    const tree = this.#node(root, [], 0);
    return this.#failed ? null : tree;
  }

  #span(node: Node): Span {
    const { text } = this.#problems.source;
    const [start, valueEnd] = node.range ?? [0, 0];
    let end = valueEnd;
    while (end > start && /\s/.test(text[end - 1] as string)) end--;
    return { start, end };
  }

  #nothing(at: Span): ScalarNode {
    return { kind: 'scalar', value: null, source: '', style: 'plain', start: at.start, end: at.end };
  }

  #node(node: Node, path: Path, depth: number): SpecTree {
    const span = this.#span(node);
    if (depth > MAX_DEPTH) {
      if (!this.#failed) {
        this.#problems.report(
          'E109',
          { start: span.start, end: span.start + 1 },
          path.slice(0, 1),
          `lists and mappings are nested too deeply, at most ${MAX_DEPTH} levels are allowed`,
        );
      }
      this.#failed = true;
      return this.#nothing(span);
    }
    if (isAlias(node)) return this.#alias(node.source, span, path);
    this.#remember(node);
    const known = this.#built.get(node);
    if (known !== undefined) return known;
    this.#open.add(node);
    const tree = this.#fresh(node, span, path, depth);
    this.#open.delete(node);
    this.#built.set(node, tree);
    return tree;
  }

  /** Anchors are met in the order of the text, so that an alias finds the last one before it. */
  #remember(node: Node | null): void {
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined)
      this.#anchors.set(node.anchor, node);
  }

  #alias(name: string, span: Span, path: Path): SpecTree {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.#problems.report(
        'E110',
        span,
        path,
        `no anchor \`&${name}\` stands before the alias \`*${name}\``,
        `define \`&${name}\` above, or put quotes around a text that starts with \`*\``,
      );
      return this.#nothing(span);
    }
    if (this.#open.has(target)) {
      this.#problems.report('E110', span, path, `the alias \`*${name}\` contains itself`);
      this.#failed = true;
      return this.#nothing(span);
    }
    const tree = this.#built.get(target) ?? this.#nothing(span);
    this.#repeated += this.#sizes.get(tree) ?? 1;
    if (this.#repeated > MAX_REPEATED) {
      if (!this.#failed)
        this.#problems.report(
          'E110',
          span,
          path,
          `aliases repeat more than ${MAX_REPEATED} values`,
          'write the values out, or import them from a file',
        );
      this.#failed = true;
    }
    return tree;
  }

  #fresh(node: Node, span: Span, path: Path, depth: number): SpecTree {
    let tree: SpecTree;
    let size = 1;
    if (isMap(node)) {
      const entries: MapEntry[] = [];
      const seen = new Map<string, Span>();
      for (const pair of node.items) {
        const entry = this.#entry(pair as Pair<Node, Node | null>, span, path, depth, seen);
        if (entry === null) continue;
        entries.push(entry);
        size += this.#sizes.get(entry.value) ?? 1;
      }
      const last = node.items.at(-1)?.value as Node | null | undefined;
      tree = { kind: 'map', entries, ...this.#tidySpan(node.flow, span, entries.at(-1)?.value, last) };
    } else if (isSeq(node)) {
      const items: SpecTree[] = [];
      for (const [i, item] of (node.items as Node[]).entries()) {
        const built = this.#node(item, [...path, i], depth + 1);
        items.push(built);
        size += this.#sizes.get(built) ?? 1;
      }
      const last = node.items.at(-1) as Node | undefined;
      tree = { kind: 'seq', items, ...this.#tidySpan(node.flow, span, items.at(-1), last) };
    } else {
      tree = this.#scalar(node as Scalar, span, path);
    }
    this.#sizes.set(tree, size);
    return tree;
  }

  /** A block ends with its last value: comments behind it are no part of it. */
  #tidySpan(flow: boolean | undefined, span: Span, tree: SpecTree | undefined, last: Node | null | undefined): Span {
    if (flow === true || tree === undefined) return span;
    // An alias stands where it is, and what it leads to elsewhere.
    const end = isAlias(last) ? this.#span(last).end : tree.end;
    return { start: span.start, end: Math.max(span.start, end) };
  }

  #entry(
    pair: Pair<Node, Node | null>,
    parent: Span,
    path: Path,
    depth: number,
    seen: Map<string, Span>,
  ): MapEntry | null {
    const keyNode = pair.key as Node | null;
    const keySpan = keyNode === null ? { start: parent.start, end: parent.start + 1 } : this.#span(keyNode);
    this.#remember(keyNode);
    const resolved = isAlias(keyNode) ? this.#anchors.get(keyNode.source) : keyNode;
    const key = isScalar(resolved) ? keyText(resolved) : '';
    if (!isScalar(resolved) || key === '') {
      const what = isScalar(resolved) || resolved === null ? 'a key is empty' : 'a key is a list or a mapping';
      this.#problems.report(
        'E104',
        { start: keySpan.start, end: Math.max(keySpan.end, keySpan.start + 1) },
        path,
        `${what}, text was expected`,
      );
      return null;
    }
    const own = [...path, key];
    if (key === '<<' && (resolved as Scalar).type === 'PLAIN') {
      this.#problems.report(
        'E112',
        keySpan,
        own,
        'the merge key `<<` is not supported',
        'write the keys out, or use `defaults`',
      );
      return null;
    }
    const first = seen.get(key);
    if (first !== undefined) {
      const line = this.#problems.source.lineAt(first.start);
      this.#problems.report(
        'E103',
        keySpan,
        own,
        `the key \`${key}\` is used twice, first in line ${line}`,
        'remove or rename one of them',
      );
      return null;
    }
    seen.set(key, keySpan);
    const value =
      pair.value === null
        ? this.#nothing({ start: keySpan.end, end: keySpan.end })
        : this.#node(pair.value, own, depth + 1);
    return { key, keySpan, value };
  }

  #scalar(node: Scalar, span: Span, path: Path): ScalarNode {
    const style =
      node.type === 'PLAIN'
        ? 'plain'
        : node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
          ? 'block'
          : 'quoted';
    const { value } = node;
    const source = node.source ?? (typeof value === 'string' ? value : '');
    if (
      typeof value === 'number' &&
      (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    ) {
      this.#problems.report(
        'E307',
        span,
        path,
        `the number ${quoteText(source)} cannot be held exactly`,
        'the largest is 9007199254740991 (2^53 − 1)',
      );
      return { kind: 'scalar', value: 0, source, style, ...span };
    }
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', value, source, style, ...span };
    }
    return { kind: 'scalar', value: source, source, style, ...span };
  }
}

/** A key as written: `007`, `1.0`, `true` and `null` are names like any other. */
function keyText(node: Scalar): string {
  if (typeof node.value === 'string') return node.value;
  return node.source ?? '';
}
