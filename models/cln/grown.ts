/** The same numbers in an array of another size. */
export function grown(values: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const more = new Int32Array(size);
  more.set(values.subarray(0, Math.min(values.length, size)));
  return more;
}
