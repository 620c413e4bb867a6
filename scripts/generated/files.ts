/** The files that are made from the code's own tables: paths from the root of the repository, and their texts. */
import { commandsMarkdown } from '../../engine/cli/commands-markdown.ts';
import { SCHEMA_PARTS } from '../../engine/compile/compile.ts';
import { LOCK_SCHEMA } from '../../engine/run/lock-schema.ts';
import { SNAPSHOT_SCHEMA } from '../../engine/snapshot/snapshot-schema.ts';
import { publishedV0Schema } from '../../engine/spec/migrations/v0-schema.ts';
import { composeSchema } from '../../engine/spec/schema.ts';
import { SUMMARY_SCHEMA, SWEEP_SCHEMA } from '../../engine/sweep/sweep-schema.ts';
import { backendsMarkdown } from './backends-markdown.ts';
import { diagnosticsMarkdown, type ExampleOf } from './diagnostics-markdown.ts';
import { protoModule } from './proto-module.ts';
import { scenarioMarkdown } from './scenario-markdown.ts';

/** What making the files needs of the repository. */
export interface Repository {
  /** Names in a folder, sorted; empty when there is no such folder. */
  list(folder: string): readonly string[];
  read(path: string): string;
}

export interface GeneratedFile {
  readonly path: string;
  make(repository: Repository): string;
}

export const GENERATED_FILES: readonly GeneratedFile[] = [
  { path: 'docs/backend-matrix.md', make: backendsMarkdown },
  { path: 'docs/commands.md', make: commandsMarkdown },
  { path: 'docs/diagnostics.md', make: (repository) => diagnosticsMarkdown(goldenExamples(repository)) },
  { path: 'docs/scenario-reference.md', make: scenarioMarkdown },
  { path: 'engine/rpc/blast-proto.ts', make: ({ read }) => protoModule('BLAST_PROTO', 'proto/blast.proto', read) },
  {
    path: 'engine/rpc/control-proto.ts',
    make: ({ read }) => protoModule('CONTROL_PROTO', 'proto/blast/v1/control.proto', read),
  },
  {
    path: 'engine/rpc/model-proto.ts',
    make: ({ read }) => protoModule('MODEL_PROTO', 'proto/blast/v1/model.proto', read),
  },
  { path: 'schemas/lock.v1.schema.json', make: () => jsonText(LOCK_SCHEMA) },
  { path: 'schemas/scenario.v0.schema.json', make: () => jsonText(publishedV0Schema()) },
  { path: 'schemas/scenario.v1.schema.json', make: () => jsonText(composeSchema(SCHEMA_PARTS)) },
  { path: 'schemas/snapshot.v1.schema.json', make: () => jsonText(SNAPSHOT_SCHEMA) },
  { path: 'schemas/summary.v1.schema.json', make: () => jsonText(SUMMARY_SCHEMA) },
  { path: 'schemas/sweep.v1.schema.json', make: () => jsonText(SWEEP_SCHEMA) },
];

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The golden case named after the code, or else the first one of the code, in any room of the engine. */
function goldenExamples(repository: Repository): ExampleOf {
  const folders = repository.list('engine').map((room) => `engine/${room}/golden`);
  const texts = folders.flatMap((folder) =>
    repository.list(folder).flatMap((name) => (name.endsWith('.txt') ? [{ name, path: `${folder}/${name}` }] : [])),
  );
  return (code) => {
    const found =
      texts.find(({ name }) => name === `${code}.txt`) ?? texts.find(({ name }) => name.startsWith(`${code}-`));
    return found === undefined ? null : repository.read(found.path);
  };
}
