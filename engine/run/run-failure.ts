/** Why a run failed, told apart so that the command can answer with the right exit code. */
import type { Awaitable } from '../backends/backend.ts';

/**
 * `backend`: the backend could not do what it was asked. `output`: results could not be written. `internal`: a defect
 * of the engine, such as a broken invariant.
 */
export type RunFailureKind = 'backend' | 'output' | 'internal';

export class RunFailure extends Error {
  readonly kind: RunFailureKind;

  constructor(kind: RunFailureKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RunFailure';
    this.kind = kind;
  }
}

/** The failure as it is, or what a backend threw as a failure of the backend. */
export function asRunFailure(error: unknown): RunFailure {
  if (error instanceof RunFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new RunFailure('backend', message, error);
}

/** What a backend answers, with what it throws as a failure of the run. */
export async function guarded<T>(answer: Awaitable<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw asRunFailure(error);
  }
}
