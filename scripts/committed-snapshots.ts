/**
 * Makes the files in snapshots/ anew from the scenarios that snapshots/snapshots.json names: `npm run snapshots`, from
 * the root of the repository. Only networks are kept, no runs. `--check` writes nothing and fails when a file is another
 * one than its scenario gives.
 */
import process from 'node:process';
import { folderOf, pathIn } from '../engine/cli/scenario-file.ts';
import { defaultEngine } from '../engine/host/default-engine.ts';
import { nodeFiles } from '../engine/host/node-files.ts';
import { writeWhole } from '../engine/run/files.ts';
import { runTimeline } from '../engine/run/runner.ts';
import { snapshotText } from '../engine/snapshot/text.ts';

/** A committed state: the file, and the scenario that keeps it under a name. Paths from the root of the repository. */
export interface CommittedSnapshot {
  readonly file: string;
  readonly scenario: string;
  readonly name: string;
}

const files = nodeFiles(process.cwd());

/** The text of the file that a scenario gives. */
async function made({ scenario, name }: CommittedSnapshot): Promise<string> {
  const compiled = await defaultEngine.compile({
    text: files.read(scenario) ?? '',
    file: scenario,
    readFile: async (path) => files.read(pathIn(folderOf(scenario), path)),
  });
  if (!compiled.ok) throw new Error(`${scenario} is invalid`);
  const found: string[] = [];
  const result = await runTimeline({
    timeline: compiled.timeline,
    timelineDigest: compiled.timelineDigest,
    backend: await (defaultEngine.backends[0] as (typeof defaultEngine.backends)[number]).create({ check: false }),
    kinds: defaultEngine.kinds,
    clock: { now: () => 0, sleep: async () => {} },
    onSnapshot: (of, { run: _, ...network }) => {
      if (of === name) found.push(snapshotText(network).text);
    },
  });
  if (result.failure !== null) throw result.failure;
  const [text] = found;
  if (text === undefined) throw new Error(`${scenario} keeps no state ${name}`);
  return text;
}

for (const entry of JSON.parse(files.read('snapshots/snapshots.json') ?? '[]') as readonly CommittedSnapshot[]) {
  const text = await made(entry);
  const before = files.read(entry.file);
  if (before === text) {
    process.stdout.write(`${entry.file}: as it was\n`);
  } else if (process.argv.includes('--check')) {
    process.stderr.write(`${entry.file} is not what ${entry.scenario} gives; run \`npm run snapshots\`\n`);
    process.exitCode = 1;
  } else {
    writeWhole(files, entry.file, text);
    process.stdout.write(`${entry.file}: written\n`);
  }
}
