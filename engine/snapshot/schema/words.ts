/** The words that the schema of snapshot files is written in. */

export type Schema = { readonly [key: string]: unknown };

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

export const sha256: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' };
export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const count: Schema = { type: 'integer', minimum: 0, maximum: MAX_SAFE };
export const int: Schema = { type: 'integer', minimum: -MAX_SAFE, maximum: MAX_SAFE };
export const positive: Schema = { type: 'integer', minimum: 1, maximum: MAX_SAFE };
export const side: Schema = { type: 'integer', minimum: 0, maximum: 1 };
/** A number of something, or −1 for none. */
export const orNone: Schema = { type: 'integer', minimum: -1, maximum: MAX_SAFE };

export const list = (items: Schema): Schema => ({ type: 'array', items });
export const tuple = (...items: readonly Schema[]): Schema => ({
  type: 'array',
  items,
  minItems: items.length,
  maxItems: items.length,
});
export const pair = (item: Schema): Schema => tuple(item, item);
export const enumOf = (names: readonly string[]): Schema => ({ enum: [...names] });
export const said = (schema: Schema, description: string): Schema => ({ ...schema, description });

/** An object in which everything but what is named in `optional` must be there. */
export function object(properties: { readonly [key: string]: Schema }, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: 'object', additionalProperties: false, required, properties };
}
