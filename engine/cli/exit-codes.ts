/** Exit codes of the command, the same for every subcommand. */
export const EXIT = {
  ok: 0,
  /** A defect of the engine, or results that could not be written. */
  internal: 1,
  /** Unknown command or option, a folder that cannot be used. */
  usage: 2,
  /** A file is invalid; diagnostics say where. */
  invalid: 3,
  expectationFailed: 4,
  replayDiffers: 5,
  /** The backend failed, or another machine cannot be used. */
  backend: 6,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each code means, for help and documentation. */
export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'ok'],
  [EXIT.internal, 'internal error'],
  [EXIT.usage, 'usage'],
  [EXIT.invalid, 'invalid input'],
  [EXIT.expectationFailed, 'an expectation failed'],
  [EXIT.replayDiffers, 'replay differs'],
  [EXIT.backend, 'backend or network failure'],
  [EXIT.interrupted, 'interrupted, after writing what was finished'],
];

/** A command ends with this code after its message was printed. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, message: string, hint?: string) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.hint = hint;
  }
}
