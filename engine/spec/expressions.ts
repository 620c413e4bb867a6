/**
 * Puts the values of `${{ … }}` into the document. A scalar that is exactly one expression takes its typed value; in a
 * longer text the value is inserted as it would be written. The result is validated like a written text.
 */

import type { Json } from '../base/json.ts';
import { CelEnvironment, writtenValue } from './cel.ts';
import type { ExpressionPart } from './expression-scan.ts';
import { hasExpression, scanExpressions, wordsOf } from './expression-scan.ts';
import type { Params } from './params.ts';
import type { Path } from './path.ts';
import { spanInside } from './position.ts';
import type { Problems } from './problems.ts';
import type { ScalarNode, SpecTree } from './tree.ts';

export interface Substituted {
  readonly tree: SpecTree;
  /** Scalars whose value could not be computed, which was reported; they are not worth a second report. */
  readonly unknown: ReadonlySet<SpecTree>;
}

/** Sections whose values are literal. */
const LITERAL_SECTIONS: ReadonlySet<string> = new Set(['params', 'version']);
/** The one part of `sweep` that is not: it is about a single run, which has values for the parameters. */
const SWEEP_EXPRESSIONS = 'metrics';

/** Evaluates every expression of a document. */
export function substitute(root: SpecTree, params: Params, problems: Problems): Substituted {
  const substitution = new Substitution(params, problems);
  const tree = substitution.node(root, []);
  return { tree, unknown: substitution.unknown };
}

class Substitution {
  readonly unknown: Set<SpecTree> = new Set();
  readonly #params: Params;
  readonly #problems: Problems;
  readonly #done: Map<SpecTree, SpecTree> = new Map();
  /** Parts of a sweep that were looked at; aliases share them. */
  readonly #literal: Set<SpecTree> = new Set();
  #cel: CelEnvironment | undefined;

  constructor(params: Params, problems: Problems) {
    this.#params = params;
    this.#problems = problems;
  }

  node(node: SpecTree, path: Path): SpecTree {
    const done = this.#done.get(node);
    if (done !== undefined) return done;
    const result = this.#fresh(node, path);
    this.#done.set(node, result);
    return result;
  }

  #fresh(node: SpecTree, path: Path): SpecTree {
    if (node.kind === 'scalar') {
      return typeof node.value === 'string' && hasExpression(node.value) ? this.#scalar(node, path) : node;
    }
    if (node.kind === 'seq') {
      let changed = false;
      const items = node.items.map((item, i) => {
        const result = this.node(item, [...path, i]);
        if (result !== item) changed = true;
        return result;
      });
      return changed ? { ...node, items } : node;
    }
    let changed = false;
    const entries = node.entries.map((entry) => {
      if (path.length === 0 && LITERAL_SECTIONS.has(entry.key)) {
        this.#refuse(entry.key, entry.value);
        return entry;
      }
      if (path.length === 1 && path[0] === 'sweep' && entry.key !== SWEEP_EXPRESSIONS) {
        this.#refuseAll(entry.value, [...path, entry.key]);
        return entry;
      }
      const value = this.node(entry.value, [...path, entry.key]);
      if (value === entry.value) return entry;
      changed = true;
      return { ...entry, value };
    });
    return changed ? { ...node, entries } : node;
  }

  /** `version` is literal; the values of `params` are checked where they are read. */
  #refuse(key: string, value: SpecTree): void {
    if (key === 'params' || value.kind !== 'scalar' || !hasExpression(String(value.value))) return;
    this.#problems.report('E507', value, [key], `\`${key}\` cannot be an expression`, 'write the value itself');
    this.unknown.add(value);
  }

  /** What says which values parameters take cannot depend on their values. */
  #refuseAll(node: SpecTree, path: Path): void {
    if (this.#literal.has(node)) return;
    this.#literal.add(node);
    if (node.kind === 'seq') for (const [i, item] of node.items.entries()) this.#refuseAll(item, [...path, i]);
    if (node.kind === 'map') for (const { key, value } of node.entries) this.#refuseAll(value, [...path, key]);
    if (node.kind !== 'scalar' || !hasExpression(String(node.value))) return;
    const hint = 'write the value itself';
    this.#problems.report('E507', node, path, 'a sweep cannot depend on the parameters that it sets', hint);
    this.unknown.add(node);
  }

  #scalar(node: ScalarNode, path: Path): ScalarNode {
    const text = node.value as string;
    const { parts, unclosed } = scanExpressions(text);
    const whole =
      parts.length === 1 &&
      unclosed < 0 &&
      text.slice(0, parts[0]?.start).trim() === '' &&
      text.slice(parts[0]?.end).trim() === '';
    let failed = false;
    if (unclosed >= 0) {
      const span = spanInside(this.#problems.source.text, node, unclosed, unclosed + 3);
      this.#problems.report('E503', span, path, 'the expression is not closed', 'close it with `}}`');
      failed = true;
    }
    let result = '';
    let only: Json = null;
    let end = 0;
    for (const part of parts) {
      const value = this.#evaluate(part, node, path);
      if (value === undefined) {
        failed = true;
        continue;
      }
      only = value;
      result += text.slice(end, part.start) + String(value);
      end = part.end;
    }
    result += text.slice(end);
    if (failed) {
      // A node of its own, because a shared one may stand for several places.
      const unknown: ScalarNode = { ...node };
      this.unknown.add(unknown);
      return unknown;
    }
    if (!whole) return { ...node, value: result, source: result };
    return { ...node, value: only as string | number | boolean, source: String(only) };
  }

  /** Value of one expression; undefined after reporting, or when it depends on a parameter that was reported. */
  #evaluate(part: ExpressionPart, node: ScalarNode, path: Path): Json | undefined {
    if (wordsOf(part.text).some((word) => word.member && this.#params.faulty.has(word.text))) return undefined;
    this.#cel ??= new CelEnvironment(this.#params.values);
    const report = (
      code: 'E501' | 'E503' | 'E504',
      start: number,
      end: number,
      message: string,
      hint?: string,
    ): undefined => {
      const span = spanInside(this.#problems.source.text, node, part.inner + start, part.inner + end);
      this.#problems.report(code, span, path, message, hint);
      return undefined;
    };
    const compiled = this.#cel.compile(part.text);
    if ('problem' in compiled) {
      const { code, start, end, message, hint } = compiled.problem;
      return report(code, start, end, message, hint);
    }
    const outcome = compiled.evaluate();
    if ('problem' in outcome) {
      const { code, start, end, message, hint } = outcome.problem;
      return report(code, start, end, message, hint);
    }
    const written = writtenValue(outcome.value);
    if ('failed' in written) return report('E504', 0, part.text.length, written.failed);
    return written.value;
  }
}
