/** Names of peers in the options of circuit breakers, wherever options stand: they must be nodes. */
import type { Json } from '../base/json.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import { property } from '../spec/values.ts';
import { reportUnknownNode } from './network.ts';
import type { NodeIndex } from './node-index.ts';
import type { Reporter } from './stage.ts';

/** Sections with options of nodes. */
const SECTIONS = ['nodes', 'defaults', 'network'];
/** Where the names stand below a node or a default. */
const PEERS = ['options', 'defence', 'circuit_breaker', 'peers'];
/** Deepest place of options: defaults.labels[0].node. */
const DEPTH = 3;

export function checkDefences(index: SourceIndex, nodes: NodeIndex, reporter: Reporter): void {
  const visit = (value: Json | undefined, path: readonly (string | number)[]): void => {
    if (typeof value !== 'object' || value === null) return;
    const peers = PEERS.reduce((at: Json | undefined, key) => property(at, key), value);
    for (const name of typeof peers === 'object' && peers !== null ? Object.keys(peers) : []) {
      if (nodes.get(name) === undefined) {
        reportUnknownNode(nodes, name, index.place([...path, ...PEERS, name]), reporter);
      }
    }
    if (path.length > DEPTH) return;
    if (Array.isArray(value)) for (const [i, one] of (value as readonly Json[]).entries()) visit(one, [...path, i]);
    else for (const [key, one] of Object.entries(value)) if (key !== 'options') visit(one, [...path, key]);
  };
  for (const section of SECTIONS) visit(property(index.data, section), [section]);
}
