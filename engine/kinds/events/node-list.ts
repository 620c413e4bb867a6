/** What start_node and stop_node share: their argument selects one or several nodes. */
import type { Awaitable } from '../../backends/backend.ts';
import type { EventSpec } from '../../spec/scenario.ts';
import { parseSelector, property } from '../../spec/values.ts';
import type { Action } from '../../timeline/timeline.ts';
import type { JsonSchema, PlanContext } from '../kind.ts';

/** Schema of an argument that is a name, a pattern, or a mapping with a selector. */
export function nodeSchema(title: string, description: string): JsonSchema {
  return {
    title,
    description,
    anyOf: [
      { $ref: '#/$defs/nodePattern' },
      {
        type: 'object',
        title: 'Selector',
        additionalProperties: false,
        required: ['node'],
        properties: { node: { $ref: '#/$defs/selector', description: 'The nodes.' } },
      },
    ],
    examples: ['alice', { node: { labels: { role: 'merchant' } } }],
  };
}

/** Resolves the argument to a list of nodes in index order. */
export function planNodes(use: EventSpec, context: PlanContext): Action['args'] | null {
  const inMapping = property(use.args.value, 'node') !== undefined;
  const place = inMapping ? context.place(use.args, 'node') : use.args;
  const nodes = context.nodes(parseSelector(place.value), place);
  return nodes === null ? null : { nodes };
}

/** The nodes of planned arguments. */
export function nodesOf(args: Action['args']): readonly number[] {
  return args.nodes as readonly number[];
}

/** Calls `each` for the nodes one after the other; waits only where it answers by a promise. */
export function applyToNodes(args: Action['args'], each: (node: number) => Awaitable<void>): Awaitable<void> {
  const nodes = args.nodes as readonly number[];
  for (let i = 0; i < nodes.length; i++) {
    const answer = each(nodes[i] as number);
    if (answer instanceof Promise) return answer.then(() => applyToNodes({ nodes: nodes.slice(i + 1) }, each));
  }
}
