/** The entries of `behaviours` of a validated document, typed. */
import type { Json } from '../base/json.ts';
import type { BehaviourSpec, Placed } from './scenario.ts';
import type { SourceIndex } from './source-index.ts';
import { durationUs, parseSelector, property } from './values.ts';

/** One entry; `kinds` are the registered names. */
export function buildBehaviour(index: SourceIndex, name: Placed<string>, kinds: readonly string[]): BehaviourSpec {
  const path = ['behaviours', name.value];
  const json = property(property(index.data, 'behaviours'), name.value) ?? null;
  const kind = kinds.find((one) => property(json, one) !== undefined) ?? '';
  const channels = property(json, 'channels');
  const time = (key: string): Placed<number> | undefined => {
    const value = property(json, key);
    return value === undefined ? undefined : index.placed([...path, key], durationUs(value));
  };
  const startUs = time('start');
  const lengthUs = time('duration');
  const everyUs = time('every');
  return {
    name,
    kind,
    args: index.place([...path, kind]),
    nodes: index.placed([...path, 'nodes'], parseSelector(property(json, 'nodes') ?? '')),
    ...(channels === undefined ? {} : { channels: patterns(index, [...path, 'channels'], channels) }),
    ...(startUs === undefined ? {} : { startUs }),
    ...(lengthUs === undefined ? {} : { lengthUs }),
    ...(everyUs === undefined ? {} : { everyUs }),
  };
}

function patterns(index: SourceIndex, path: readonly (string | number)[], json: Json): readonly Placed<string>[] {
  if (!Array.isArray(json)) return [index.placed([...path], String(json))];
  return json.map((one: Json, i) => index.placed([...path, i], String(one)));
}
