/**
 * Gathers the texts that the cells of a sweep need while the scenario is planned, so that each is read once. Which files
 * a scenario names may depend on its parameters; then every combination is asked.
 */
import { sha256Text } from '../base/digest.ts';
import { compareText } from '../base/order.ts';
import type { CompileInput, CompileResult } from '../compile/compile.ts';
import type { SweepJob } from './job.ts';

type Compile = (input: CompileInput) => Promise<CompileResult>;

/** An expression where a file is named. */
const NAMED_BY_EXPRESSION = /\b(?:file|snapshot)\b["']?\s*:[^\n]*\n?[^\n]*\$\{\{/;

export class SweepSource {
  /** Scenario files that are part of the scenario, and the data files that it names; by path. */
  readonly #documents = new Map<string, string>();
  readonly #data = new Map<string, string>();
  #input: CompileInput | null = null;

  /** A compiler that remembers what it was given and what it read. */
  recording(compile: Compile): Compile {
    return (input) => {
      this.#input = input;
      let parsing = true;
      return compile({
        ...input,
        onState: (state) => {
          if (state === 'validating' || state === 'resolving') parsing = false;
        },
        readFile: async (path) => {
          const known = this.#documents.get(path) ?? this.#data.get(path);
          const text = known ?? (await input.readFile(path));
          if (text !== null) (parsing ? this.#documents : this.#data).set(path, text);
          return text;
        },
      });
    };
  }

  /** Compiles what was compiled before with other parameters; the files are those that were read. */
  async again(compile: Compile, overrides: ReadonlyMap<string, string>): Promise<CompileResult> {
    if (this.#input === null) throw new Error('nothing was compiled yet');
    return this.recording(compile)({ ...this.#input, overrides });
  }

  /** Reads the files that these parameters name besides, one set of parameters after the other. */
  async readNamed(compile: Compile, sets: Iterable<ReadonlyMap<string, string>>): Promise<void> {
    const input = this.#input;
    if (input === null) throw new Error('nothing was compiled yet');
    if (![input.text, ...this.#documents.values()].some((text) => NAMED_BY_EXPRESSION.test(text))) return;
    for (const overrides of sets) {
      await compile({
        ...input,
        overrides,
        ofSweep: true,
        readFile: async (path) => {
          const document = this.#documents.get(path);
          if (document !== undefined) return document;
          // What is known need not be read and parsed again to find out what else is named.
          if (this.#data.has(path)) return '';
          const text = await input.readFile(path);
          if (text !== null) this.#data.set(path, text);
          return text;
        },
      });
    }
  }

  /** Texts for a job. */
  texts(): Pick<SweepJob, 'file' | 'text' | 'files' | 'allow_outside'> {
    const input = this.#input;
    if (input === null) throw new Error('nothing was compiled yet');
    const files = [...this.#documents, ...this.#data].map(([path, text]) => ({ path, sha256: sha256Text(text), text }));
    return {
      file: input.file,
      text: input.text,
      files: files.sort((a, b) => compareText(a.path, b.path)),
      allow_outside: input.allowOutside === true,
    };
  }
}
