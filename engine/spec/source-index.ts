/** Finds any part of a validated document again: its value and where it stands. */
import type { Json } from '../base/json.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import { formatPath, type Path, parsePath } from './path.ts';
import { pointAt } from './position.ts';
import { makeDiagnostic } from './problems.ts';
import type { Placed } from './scenario.ts';
import type { SourceText } from './source-text.ts';
import { follow, type SpecTree } from './tree.ts';
import { property } from './values.ts';

export class SourceIndex {
  readonly source: SourceText;
  readonly tree: SpecTree;
  /** The document as plain data, after substitution. */
  readonly data: Json;
  /** Scalars whose value could not be computed, which was reported. */
  readonly unknown: ReadonlySet<SpecTree>;

  constructor(source: SourceText, tree: SpecTree, data: Json, unknown: ReadonlySet<SpecTree> = new Set()) {
    this.source = source;
    this.unknown = unknown;
    this.tree = tree;
    this.data = data;
  }

  /**
   * The part at a path. Where the path does not exist (a default applies) the value is null and the range is that of
   * the nearest part around it.
   */
  place(path: Path): Placed<Json> {
    let value: Json | undefined = this.data;
    for (const part of path)
      value = Array.isArray(value) ? (value[Number(part)] as Json | undefined) : property(value, String(part));
    return this.placed(path, value ?? null);
  }

  /** The part of a placed value: `placeOf(use.args, 'amount', 0)`. */
  placeOf(at: Placed<unknown>, ...path: Path): Placed<Json> {
    return this.place([...parsePath(at.path), ...path]);
  }

  /** A value of one’s own, placed at a path. */
  placed<T>(path: Path, value: T): Placed<T> {
    const span = pointAt(this.source.text, follow(this.tree, path));
    return { value, path: formatPath(path), range: this.source.range(span.start, span.end) };
  }

  /** A diagnostic at a placed value, with its excerpt. */
  diagnostic(code: DiagnosticCode, at: Placed<unknown>, message: string, hint?: string): Diagnostic {
    return makeDiagnostic(this.source, code, at.range, at.path, message, hint);
  }
}
