/** Growing of typed-array columns. */
export type Column = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** A column of the same kind with room for `size` entries that begins with the old one's. */
export function grow<T extends Column>(old: T, size: number): T {
  const Kind = old.constructor as new (n: number) => T;
  const bigger = new Kind(size);
  bigger.set(old as never);
  return bigger;
}
