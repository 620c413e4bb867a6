/** What a run may begin with, and which states of it are kept. */

import type { SimulationState, SnapshotDocument } from '../snapshot/document.ts';

/** What a run begins with, instead of the network of its timeline. */
export type RunStart = ResumedRun | BegunRun;

/** The run that was captured goes on (see resumeProblem). */
export interface ResumedRun {
  readonly kind: 'resume';
  readonly snapshot: SnapshotDocument;
  /** Name of the snapshot, where the run itself has kept it: others of the same instant may still be due. */
  readonly name?: string;
  /** True when resumeProblem was asked already. */
  readonly isChecked?: boolean;
}

/** The timeline's own run begins in the state; it was compiled with the same snapshot. */
export interface BegunRun {
  readonly kind: 'anew';
  readonly snapshot: SnapshotDocument<SimulationState>;
}

/** A state to keep, beside those of the timeline; µs, or at the end of the run. */
export interface CaptureRequest {
  readonly atUs: number | 'end';
  readonly name: string;
}
