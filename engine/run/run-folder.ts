/**
 * The folder that a run leaves: payments.csv, events.ndjson, trace.ndjson and snapshots are written while it runs, nodes.csv,
 * channels.csv, metrics.json and run.json at its end. Each file appears whole or not at all, run.json last, so that a folder with a new run.json is complete.
 */
import type { RoutingTraceSink } from '../simulate/routing-trace.ts';
import type { SnapshotDocument } from '../snapshot/document.ts';
import { snapshotText } from '../snapshot/text.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { EventsNdjson } from './events-ndjson.ts';
import { AtomicWriter, commitAll, type Files, TEMPORARY, writeWhole } from './files.ts';
import { type KeptSnapshot, MANIFEST_FILE, type ManifestInput, runManifest } from './manifest.ts';
import { runMetrics } from './metrics.ts';
import type { NetworkLines } from './network-csv.ts';
import type { RunObserver } from './observers.ts';
import { PaymentsCsv, type PaymentsForm } from './payments-csv.ts';
import { TraceNdjson } from './trace-ndjson.ts';

export const PAYMENTS_FILE = 'payments.csv';
export const EVENTS_FILE = 'events.ndjson';
export const TRACE_FILE = 'trace.ndjson';
export const NODES_FILE = 'nodes.csv';
export const CHANNELS_FILE = 'channels.csv';
export const METRICS_FILE = 'metrics.json';
/** The page that `blast report` makes of the folder. No file of the run: it is removed when another run is written here. */
export const REPORT_FILE = 'report.html';
export const SNAPSHOTS_FOLDER = 'snapshots';
/** What processes of a backend print. Not a result: it may be there without them. */
export const LOGS_FOLDER = 'logs';
export const SNAPSHOT_ENDING = '.snap.json';

/** Why a folder cannot be used for results, or null. A folder that holds something else is never written to. */
export function refuseFolder(files: Files, folder: string): string | null {
  const kind = files.kind(folder);
  if (kind === 'none') return null;
  if (kind === 'file') return `${folder} is a file, not a folder`;
  const names = files.list(folder).filter((name) => !name.endsWith(TEMPORARY) && name !== LOGS_FOLDER);
  if (names.length === 0 || names.includes(MANIFEST_FILE)) return null;
  return `${folder} holds other files and no ${MANIFEST_FILE}; results are only written to an empty folder or over those of a former run`;
}

export interface RunFolderOptions {
  /** Whether to write events.ndjson, by far the largest file. */
  readonly events: boolean;
  /** Columns of payments.csv; default all. */
  readonly payments?: PaymentsForm;
  /** Payments whose routing is traced, 1 at their rows of the timeline; absent: none, and no trace.ndjson. */
  readonly traced?: Uint8Array;
}

/** Sizes of the files that are being written. */
export type ResultsMark = ReadonlyMap<string, number>;

/** Writes the results of one run. Ends with `finish` or `abandon`. */
export class RunFolder {
  readonly folder: string;
  /** Other ones after each rewind. */
  observers: readonly RunObserver[] = [];
  /** What the backend is to tell of routing; absent when nothing is traced. */
  trace?: RoutingTraceSink;
  readonly #options: RunFolderOptions;
  readonly #files: Files;
  readonly #timeline: Timeline;
  readonly #writers = new Map<string, AtomicWriter>();
  #kept: readonly KeptSnapshot[] = [];

  /** Call refuseFolder first. @throws RunFailure (output) when nothing can be written there. */
  constructor(files: Files, folder: string, timeline: Timeline, options: RunFolderOptions) {
    this.folder = folder;
    this.#files = files;
    this.#timeline = timeline;
    this.#options = options;
    files.makeFolder(folder);
    this.#observe();
  }

  /** Begins to observe a run; files that are open already are gone on with. */
  #observe(): void {
    const timeline = this.#timeline;
    const options = this.#options;
    const open = (name: string): ((text: string) => void) => {
      const writer = this.#writers.get(name) ?? new AtomicWriter(this.#files, `${this.folder}/${name}`);
      this.#writers.set(name, writer);
      return (text) => writer.write(text);
    };
    const observers: RunObserver[] = [new PaymentsCsv(timeline, open(PAYMENTS_FILE), options.payments)];
    if (options.events) observers.push(new EventsNdjson(timeline, open(EVENTS_FILE)));
    if (options.traced !== undefined) {
      const trace = new TraceNdjson(timeline, options.traced, open(TRACE_FILE));
      this.trace = trace;
      observers.push(trace);
    }
    this.observers = observers;
  }

  /** Opens the files of the network, anew where a former attempt has written them. @throws RunFailure (output) */
  readonly network = (): NetworkLines => {
    const leave = (): void => {
      for (const name of [NODES_FILE, CHANNELS_FILE]) {
        this.#writers.get(name)?.abandon();
        this.#writers.delete(name);
      }
    };
    leave();
    const open = (name: string): ((text: string) => void) => {
      const writer = new AtomicWriter(this.#files, `${this.folder}/${name}`);
      this.#writers.set(name, writer);
      return (text) => writer.write(text);
    };
    return { nodes: open(NODES_FILE), channels: open(CHANNELS_FILE), abandon: leave };
  };

  /** How far the files are, for rewind. */
  mark(): ResultsMark {
    return new Map([...this.#writers].map(([name, writer]) => [name, writer.mark()]));
  }

  /** Forgets what was written after a mark. The observers are new ones, for a run that goes on from there. */
  rewind(mark: ResultsMark): void {
    this.#observe();
    // What they begin with, such as the line of names, is there already.
    for (const [name, writer] of this.#writers) writer.rewind(mark.get(name) ?? 0);
  }

  /** Writes a state that was captured; answers its path. A name that comes again replaces the former one. */
  keep(name: string, snapshot: SnapshotDocument): string {
    const folder = `${this.folder}/${SNAPSHOTS_FOLDER}`;
    const file = `${name}${SNAPSHOT_ENDING}`;
    if (this.#kept.length === 0) this.#files.makeFolder(folder);
    const { text, digest } = snapshotText(snapshot);
    writeWhole(this.#files, `${folder}/${file}`, text);
    const atUs = snapshot.state.time_us - (snapshot.run?.origin_us ?? 0);
    this.#kept = [
      ...this.#kept.filter((one) => one.name !== name),
      { name, file: `${SNAPSHOTS_FOLDER}/${file}`, atUs, digest },
    ];
    return `${folder}/${file}`;
  }

  /** States that were written, in order. */
  get kept(): readonly KeptSnapshot[] {
    return this.#kept;
  }

  /** Puts everything in its place; answers the names of the files. */
  finish(input: Omit<ManifestInput, 'files' | 'timeline' | 'snapshots'>): readonly string[] {
    const names = [...this.#writers.keys(), ...this.#kept.map(({ file }) => file), METRICS_FILE, MANIFEST_FILE];
    const json = (name: string, value: unknown): void => {
      const writer = new AtomicWriter(this.#files, `${this.folder}/${name}`);
      this.#writers.set(name, writer);
      writer.write(`${JSON.stringify(value, null, 2)}\n`);
    };
    json(METRICS_FILE, runMetrics(this.#timeline, input.result));
    json(MANIFEST_FILE, runManifest({ ...input, timeline: this.#timeline, files: names, snapshots: this.#kept }));
    for (const writer of this.#writers.values()) writer.end();
    for (const old of this.#files.list(`${this.folder}/${SNAPSHOTS_FOLDER}`)) {
      const file = `${SNAPSHOTS_FOLDER}/${old}`;
      if (old.endsWith(SNAPSHOT_ENDING) && !names.includes(file)) this.#files.remove(`${this.folder}/${file}`);
    }
    // A file that this run did not write would be taken for one of its results.
    for (const stale of [PAYMENTS_FILE, EVENTS_FILE, TRACE_FILE, NODES_FILE, CHANNELS_FILE, REPORT_FILE]) {
      if (!names.includes(stale)) this.#files.remove(`${this.folder}/${stale}`);
    }
    commitAll(this.#writers.values());
    return names;
  }

  /** Leaves the folder as it was before, but for the folder itself. */
  abandon(): void {
    for (const writer of this.#writers.values()) writer.abandon();
  }
}
