/** The exit code of a sweep. */
import type { SweepTotals } from '../sweep/junit.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** The worst that happened to a cell. */
export function exitCodeOfTotals({ internal, backend, invalid, unmet }: SweepTotals): ExitCode {
  if (internal > 0) return EXIT.internal;
  if (backend > 0) return EXIT.backend;
  if (invalid > 0) return EXIT.invalid;
  return unmet > 0 ? EXIT.expectationFailed : EXIT.ok;
}
