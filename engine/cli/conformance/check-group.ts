/** A check and a group of them: one short scenario and what must be true in it. Types only. */
import type { Untold } from '../../timeline/backend-limits.ts';

export interface Check {
  /** Sentence of what is so. */
  readonly name: string;
  /** Instant; absent: the end. */
  readonly at?: string;
  /** CEL, as in expectations. */
  readonly that: string;
  /**
   * What it needs to be told. A backend that declares that it is not always told so does not fail it; another check of the
   * group must then say what can be seen all the same.
   */
  readonly needs?: Untold;
}

export interface CheckGroup {
  readonly name: string;
  readonly duration: string;
  /** Options that nodes need for it, by model; YAML. */
  readonly options?: Readonly<Record<string, string>>;
  /** Checks in place of the others on a backend, by its name: where real software is known to do something else. */
  readonly on?: Readonly<Record<string, readonly Check[]>>;
  /** Channels besides ab and bc; YAML. */
  readonly channels?: string;
  /** The rest of a scenario whose nodes alice, bob and carol have channels ab and bc; YAML. Dave is there where he is named. */
  readonly body: string;
  readonly checks: readonly Check[];
}
