/** Gives every implementation the option `defence`, which the simulator reads and no model looks at. */
import type { Json } from '../base/json.ts';
import { DEFENCE_OPTION } from '../simulate/defences/options.ts';
import type { ModelKind } from '../simulate/node-model.ts';

/** Name of the option. */
const KEY = 'defence';

export function withDefence(kind: ModelKind): ModelKind {
  const properties = kind.optionsSchema.properties as Readonly<Record<string, Json>>;
  return { ...kind, optionsSchema: { ...kind.optionsSchema, properties: { ...properties, [KEY]: DEFENCE_OPTION } } };
}
