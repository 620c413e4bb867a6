/** How many diagnostics are shown: people read the first ones, tools get practically all. */

/** Shown as text or as annotations unless all are asked for. */
export const SHOWN_TO_PEOPLE = 100;

/** Given to tools as JSON or SARIF; beyond this a file is not a scenario. */
export const SHOWN_TO_TOOLS = 10_000;

export interface Limited<T> {
  readonly shown: readonly T[];
  /** How many were left out. */
  readonly more: number;
}

/**
 * The first ones of a list. Where some must be left out, errors are kept before warnings, in the order of the list.
 */
export function limited<T extends { readonly severity: string }>(all: readonly T[], limit: number): Limited<T> {
  if (all.length <= limit) return { shown: all, more: 0 };
  let errors = Math.min(limit, all.filter(({ severity }) => severity === 'error').length);
  let warnings = limit - errors;
  const shown = all.filter(({ severity }) => (severity === 'error' ? errors-- > 0 : warnings-- > 0));
  return { shown, more: all.length - limit };
}
