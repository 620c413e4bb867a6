/** `blast compile`: prints the timeline of a scenario, or writes it to a file. */
import { AtomicWriter } from '../run/files.ts';
import { timelineNdjson } from '../timeline/rows.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { timelineToJson } from '../timeline/timeline-json.ts';
import { EXIT } from './exit-codes.ts';
import { type CommandEntry, OPTION, paramsOf } from './options.ts';
import { loadScenario } from './scenario-file.ts';
import { timelineGantt } from './timeline-gantt.ts';
import { timelineTable } from './timeline-table.ts';

/** Lines handed over at once. */
const CHUNK = 1000;

export const compileCommand: CommandEntry = {
  name: 'compile',
  summary: 'show everything that a scenario makes happen',
  details:
    'Every event and every payment with its time, drawn and in order; what loops and conditions make has no time yet and comes last.',
  arguments: [{ syntax: '<file>', summary: 'the scenario' }],
  options: [
    OPTION.param,
    OPTION.seed,
    {
      flags: '--format <format>',
      summary: 'table, gantt (a picture in characters), json (the whole timeline) or ndjson (a row a line)',
      defaultValue: 'table',
      choices: ['table', 'gantt', 'json', 'ndjson'],
    },
    { flags: '-o, --output <file>', summary: 'write to a file' },
    OPTION.allowOutside,
  ],
  examples: [
    ['blast compile scenario.yml', 'a table'],
    ['blast compile scenario.yml --format gantt', 'a picture of what happens when'],
    ['blast compile scenario.yml --format json -o timeline.json', 'the timeline as a file'],
  ],
  async run(context, [file = ''], options) {
    const { io } = context;
    const seed = options.seed as number | undefined;
    const compiled = await loadScenario(context, file, {
      overrides: paramsOf(options),
      allowOutside: options.allowOutside === true,
      ...(seed === undefined ? {} : { seed }),
    });
    if (compiled === null) return EXIT.invalid;
    const output = options.output as string | undefined;
    const writer = output === undefined ? null : new AtomicWriter(io.files, output);
    const write = (text: string): void => (writer === null ? io.stdout.write(text) : writer.write(text));
    try {
      let chunk: string[] = [];
      for (const line of linesOf(compiled.timeline, String(options.format), io.columns)) {
        chunk.push(line, '\n');
        if (chunk.length < 2 * CHUNK) continue;
        write(chunk.join(''));
        chunk = [];
      }
      write(chunk.join(''));
      writer?.commit();
    } catch (error) {
      writer?.abandon();
      throw error;
    }
    return EXIT.ok;
  },
};

function linesOf(timeline: Timeline, format: string, columns: number): Iterable<string> {
  switch (format) {
    case 'gantt':
      return timelineGantt(timeline, columns);
    case 'json':
      return [JSON.stringify(timelineToJson(timeline))];
    case 'ndjson':
      return timelineNdjson(timeline);
    default:
      return timelineTable(timeline);
  }
}
