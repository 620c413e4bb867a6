/** A scenario that `blast init` writes. */
export interface Template {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** A scenario that is valid without a warning, runs in an instant and passes its expectations. */
  readonly text: string;
}
