/** Which payments `--trace` asks for: selectors such as `coffee`, `coffee/3`, `user-*` or `all`, against a timeline. */
import { globMatcher, suggestion } from '../kinds/expectation-names.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import { makeDiagnostic } from '../spec/problems.ts';
import { SourceText } from '../spec/source-text.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** Selects every payment. */
export const ALL_PAYMENTS = 'all';

export interface TraceSelection {
  /** 1 for each payment (row of the timeline) that is traced. */
  readonly wanted: Uint8Array;
  /** Selectors that select nothing (E828). */
  readonly diagnostics: readonly Diagnostic[];
}

/** Payments that at least one of the selectors selects. */
export function selectTraced(timeline: Timeline, selectors: readonly string[]): TraceSelection {
  const { payments, activities } = timeline;
  const wanted = new Uint8Array(payments.length);
  const diagnostics: Diagnostic[] = [];
  for (const selector of selectors) {
    const { glob, nth } = parsed(selector);
    const matches = globMatcher(glob);
    const chosen = activities.map(({ name }) => selector === ALL_PAYMENTS || matches(name));
    let found = 0;
    for (let row = 0; row < payments.length; row++) {
      if (chosen[payments.activity[row] as number] !== true || (nth !== null && payments.nth[row] !== nth)) continue;
      wanted[row] = 1;
      found++;
    }
    if (found === 0) diagnostics.push(nothing(timeline, selector, glob, chosen));
  }
  return { wanted, diagnostics };
}

/** `coffee/3` is payment 3 of `coffee`; a name itself may have a slash (`snapshot/coffee`). */
function parsed(selector: string): { readonly glob: string; readonly nth: number | null } {
  const parts = /^(.+)\/(\d+)$/.exec(selector);
  return parts === null ? { glob: selector, nth: null } : { glob: parts[1] as string, nth: Number(parts[2]) };
}

function nothing(timeline: Timeline, selector: string, glob: string, chosen: readonly boolean[]): Diagnostic {
  const names = timeline.activities.map(({ name }) => name);
  const source = new SourceText(`--trace ${selector}`, selector);
  const range = { line: 1, column: 1, endLine: 1, endColumn: Math.max(1, selector.length) + 1 };
  const many = /[*?]/.test(glob);
  const message = !chosen.includes(true)
    ? `no activity ${many ? 'matches' : 'is called'} '${glob}'${many ? '' : suggestion(glob, names)}`
    : `'${glob}' has ${countOf(timeline, chosen)}, so there is no '${selector}'; numbers count from 0`;
  const hint = names.length === 0 ? 'this scenario makes no payments' : `activities: ${names.join(', ')}`;
  return makeDiagnostic(source, 'E828', range, 'trace', message, hint);
}

function countOf({ payments, activities }: Timeline, chosen: readonly boolean[]): string {
  const counts = activities.map(() => 0);
  for (let row = 0; row < payments.length; row++) counts[payments.activity[row] as number]! += 1;
  const most = Math.max(0, ...counts.filter((_, i) => chosen[i] === true));
  return most === 1 ? 'one payment' : `${most} payments`;
}
