/** The entries of `network.generate` of a validated document, typed. */
import type { Json } from '../base/json.ts';
import { parseChannelSettings, parseNodeSettings } from './defaults.ts';
import { parseDistribution } from './distributions.ts';
import type { Path } from './path.ts';
import type { GenerateSpec } from './scenario.ts';
import type { SourceIndex } from './source-index.ts';
import { parseLabels, property } from './values.ts';

const DEFAULT_NAME = 'node-{index}';

/** All entries, in order; `topologies` are the registered names. */
export function buildGenerated(index: SourceIndex, topologies: readonly string[]): readonly GenerateSpec[] {
  const found = property(property(index.data, 'network'), 'generate');
  if (found === undefined || found === null) return [];
  const base: Path = ['network', 'generate'];
  if (!Array.isArray(found)) return [entry(index, base, found, topologies)];
  return found.map((json: Json, i) => entry(index, [...base, i], json, topologies));
}

function entry(index: SourceIndex, path: Path, json: Json, topologies: readonly string[]): GenerateSpec {
  const kind = topologies.find((name) => property(json, name) !== undefined) ?? '';
  const capacity = property(json, 'capacity');
  const balance = property(json, 'balance');
  const { capacitySat: _capacity, pushMsat: _push, ...channel } = parseChannelSettings(json);
  return {
    kind,
    args: index.place([...path, kind]),
    template: index.placed([...path, 'name'], String(property(json, 'name') ?? DEFAULT_NAME)),
    node: parseNodeSettings(json),
    labels: parseLabels(property(json, 'labels')),
    ...(capacity === undefined
      ? {}
      : { capacity: index.placed([...path, 'capacity'], parseDistribution(capacity, 'amount')) }),
    ...(balance === undefined ? {} : { balance: share(balance) }),
    channel,
  };
}

function share(json: Json): { readonly low: number; readonly high: number } {
  if (json === 'random') return { low: 0, high: 1 };
  if (Array.isArray(json)) return { low: Number(json[0]), high: Number(json[1]) };
  return { low: Number(json), high: Number(json) };
}
