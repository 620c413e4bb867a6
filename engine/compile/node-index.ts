/** The nodes of a network by name, set and label: what selectors are resolved with. */
import { globMatcher } from '../kinds/expectation-names.ts';
import type { Selector } from '../spec/scenario.ts';
import type { NodePlan } from '../timeline/network.ts';

export class NodeIndex {
  readonly #nodes: readonly NodePlan[];
  readonly #byName: ReadonlyMap<string, number>;
  /** Members of sets (`user` with a count) by the set's name. */
  readonly #sets: ReadonlyMap<string, readonly number[]>;

  constructor(nodes: readonly NodePlan[], sets: ReadonlyMap<string, readonly number[]>) {
    this.#nodes = nodes;
    this.#byName = new Map(nodes.map((node, index) => [node.name, index]));
    this.#sets = sets;
  }

  /** All names, of nodes first and then of sets. */
  names(): readonly string[] {
    return [...this.#byName.keys(), ...this.#sets.keys()];
  }

  get(name: string): number | undefined {
    return this.#byName.get(name);
  }

  /** Number of nodes in the set of this name; 0 when there is none. */
  setSize(name: string): number {
    return this.#sets.get(name)?.length ?? 0;
  }

  /** Name of the first node in the set of this name. */
  firstOf(name: string): string | undefined {
    return this.#nodes[this.#sets.get(name)?.[0] ?? -1]?.name;
  }

  /** Nodes that the selector selects, in index order, without repeats. */
  select(selector: Selector): readonly number[] {
    const found = new Set<number>();
    this.#collect(selector, found);
    return [...found].sort((a, b) => a - b);
  }

  #collect(selector: Selector, found: Set<number>): void {
    if (selector.kind === 'any') {
      for (const part of selector.of) this.#collect(part, found);
      return;
    }
    if (selector.kind === 'labels') {
      const wanted = Object.entries(selector.labels);
      this.#nodes.forEach((node, index) => {
        if (wanted.every(([key, value]) => Object.hasOwn(node.labels, key) && node.labels[key] === value))
          found.add(index);
      });
      return;
    }
    const { pattern } = selector;
    const exact = this.#byName.get(pattern);
    if (exact !== undefined) found.add(exact);
    for (const member of this.#sets.get(pattern) ?? []) found.add(member);
    if (!/[*?]/.test(pattern)) return;
    const matches = globMatcher(pattern);
    this.#nodes.forEach((node, index) => {
      if (matches(node.name)) found.add(index);
    });
  }
}

/** A selector as the user wrote it, for messages. */
export function selectorText(selector: Selector): string {
  if (selector.kind === 'name') return `\`${selector.pattern}\``;
  if (selector.kind === 'any') return selector.of.map(selectorText).join(' or ');
  return `labels ${Object.entries(selector.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')}`;
}
