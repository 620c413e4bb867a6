/** What a benchmark is: a file in cases/ that exports `benchmark`; run.ts finds it there. */
export interface Settings {
  readonly repeats: number;
  /** Folder with a network in CLoTH's format, if one was given. */
  readonly graph: string | undefined;
  /** Models to measure alone, where a benchmark goes through models. */
  readonly models: readonly string[] | undefined;
}

/** Called for each figure with the values of its repeats, or with the ratios of paired repeats. */
export type Report = (name: string, unit: string, values: readonly number[]) => void;

export interface Benchmark {
  /** Given by --only. */
  readonly name: string;
  /** Order of the report. */
  readonly place: number;
  run(settings: Settings, report: Report): Promise<void>;
}
