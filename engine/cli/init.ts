/** `blast init`: writes a first scenario that runs, from a template. */
import { writeWhole } from '../run/files.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CommandEntry, OPTION } from './options.ts';
import { pathIn } from './scenario-file.ts';
import type { Template } from './templates/template.ts';
import { TEMPLATES } from './templates/templates.ts';

export const FIRST_SCENARIO_FILE = 'scenario.yml';

/** Text of the default template. */
export const FIRST_SCENARIO: string = TEMPLATES[0].text;

export const initCommand: CommandEntry = {
  name: 'init',
  summary: 'write a first scenario that runs',
  details: `Writes ${FIRST_SCENARIO_FILE}, named as its folder; an existing file is never overwritten.`,
  arguments: [{ syntax: '[dir]', summary: 'folder, by default the present one' }],
  options: [
    {
      flags: '-t, --template <name>',
      summary: 'what the scenario is about; `blast init --list` says more',
      defaultValue: TEMPLATES[0].name,
      choices: TEMPLATES.map(({ name }) => name),
    },
    { flags: '--list', summary: 'list the templates and write nothing' },
    { ...OPTION.format, summary: 'text or json, of the list' },
    OPTION.quiet,
  ],
  examples: [
    ['blast init', `write ${FIRST_SCENARIO_FILE} here`],
    ['blast init experiments/outage --template outage', 'in a new folder, from another template'],
    ['blast init --list', 'the templates there are'],
  ],
  async run({ io }, [dir = ''], options) {
    if (options.list === true) {
      io.stdout.write(listText(options.format === 'json'));
      return EXIT.ok;
    }
    if (dir !== '' && io.files.kind(dir) === 'file') throw new CliError(EXIT.usage, `${dir} is a file, not a folder`);
    const path = pathIn(dir.replace(/[/\\]+$/, ''), FIRST_SCENARIO_FILE);
    if (io.files.kind(path) !== 'none') {
      throw new CliError(EXIT.usage, `${path} is there already`, 'name another folder, or remove the file');
    }
    const template = TEMPLATES.find(({ name }) => name === options.template) ?? TEMPLATES[0];
    if (dir !== '') io.files.makeFolder(dir);
    const folder = dir === '' ? (io.files.real('.') ?? '') : dir;
    writeWhole(io.files, path, named(template, folder));
    if (options.quiet !== true) io.stdout.write(`wrote ${path}\n\nrun it with\n  blast run ${path}\n`);
    return EXIT.ok;
  },
};

/** Words that YAML takes for something else than a text. */
const NO_NAMES: ReadonlySet<string> = new Set(['null', 'true', 'false', 'yes', 'no', 'on', 'off']);

/** The template under the name of its folder, so that results of two scenarios do not meet in `out/`; else under its own. */
function named({ text }: Template, folder: string): string {
  const last =
    folder
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? '';
  const own = last.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
  if (!/^[A-Za-z]/.test(own) || NO_NAMES.has(own.toLowerCase())) return text;
  return text.replace(/^name: .*$/m, `name: ${own}`);
}

function listText(json: boolean): string {
  if (json)
    return `${JSON.stringify(
      TEMPLATES.map(({ name, summary }) => ({ name, summary })),
      null,
      2,
    )}\n`;
  const width = Math.max(...TEMPLATES.map(({ name }) => name.length));
  return TEMPLATES.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}\n`).join('');
}
