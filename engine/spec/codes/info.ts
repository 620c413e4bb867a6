/** What the table of diagnostic codes says of each. */

/** Which part of the engine raises a code (where two do, the one that does it first). */
export type RaisedBy = 'spec' | 'compile' | 'interop' | 'snapshot' | 'run';

export interface DiagnosticInfo {
  readonly severity: 'error' | 'warning';
  readonly raisedBy: RaisedBy;
  /** A few words, for lists. */
  readonly title: string;
  /** What is wrong and what was expected. */
  readonly explanation: string;
  /** How to mend it. */
  readonly fix: string;
}
