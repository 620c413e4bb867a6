/** Total orders that do not depend on a locale. */

/** Compares two strings by their UTF-16 code units: -1, 0 or 1. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
