/** Options of a node that come from elsewhere than a scenario file, checked as those of a scenario are. */
import type { Json } from '../base/json.ts';
import type { Engine } from '../host/engine.ts';

/** Marks an expression in a scenario, which has no meaning elsewhere. */
const EXPRESSION = '${{';

/** What is wrong with the options, as sentences; empty when nothing is. */
export async function nodeOptionProblems(
  engine: Engine,
  { model, options }: { readonly model: string; readonly options: Json },
): Promise<readonly string[]> {
  const text = JSON.stringify(options);
  if (text.includes(EXPRESSION)) return ['options hold no expressions'];
  const { diagnostics } = await engine.compile({
    text: JSON.stringify({
      version: 1,
      name: 'options',
      duration: '1s',
      // Peers that the options name need not be there yet.
      nodes: { ...Object.fromEntries(peersOf(options).map((peer) => [peer, {}])), node: { model, options } },
    }),
    file: 'options',
    readFile: async () => null,
  });
  return diagnostics.flatMap(({ severity, path, message }) => {
    if (severity !== 'error') return [];
    return [path === '' ? message : `${path.replace(/^nodes\.node\./, '')}: ${message}`];
  });
}

/** Names of peers with limits of their own (options.defence.circuit_breaker.peers). */
function peersOf(options: Json): readonly string[] {
  const peers = ['defence', 'circuit_breaker', 'peers'].reduce<Json | undefined>(
    (at, key) => (isMapping(at) ? at[key] : undefined),
    options,
  );
  return isMapping(peers) ? Object.keys(peers) : [];
}

function isMapping(json: Json | undefined): json is { readonly [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
