/** What a run may begin with, and which states of it are kept. */

import type { SnapshotDocument } from '../snapshot/document.ts';

/** What a run begins with, instead of the network of its timeline. */
export interface RunStart {
  readonly snapshot: SnapshotDocument;
  /**
   * `resume`: the run that was captured goes on (see resumeProblem). `anew`: the timeline's own run begins in the state;
   * it was compiled with the same snapshot.
   */
  readonly kind: 'resume' | 'anew';
  /** True when resumeProblem was asked already. */
  readonly isChecked?: boolean;
}

/** A state to keep, beside those of the timeline; µs, or at the end of the run. */
export interface CaptureRequest {
  readonly atUs: number | 'end';
  readonly name: string;
}
