/** The completion script for zsh. */
import { argumentWords, formsOf, type OptionWords, optionWords, shellQuoted, takesFiles } from './completion-words.ts';
import type { ArgumentEntry, CommandEntry } from './options.ts';

/** The whole script. */
export function zshCompletion(commands: readonly CommandEntry[]): string {
  return [
    '#compdef blast',
    '_blast() {',
    '  local curcontext="$curcontext" state line',
    '  local -a commands',
    '  commands=(',
    ...commands.map(({ name, summary }) => `    ${shellQuoted(`${name}:${summary}`)}`),
    "    'help:show the help of a command'",
    '  )',
    "  _arguments -C '(-h --help)'{-h,--help}'[show the help]' '(-V --version)'{-V,--version}'[show the version]' \\",
    "    '1: :->command' '*:: :->rest'",
    '  case $state in',
    "    command) _describe -t commands 'command' commands ;;",
    '    rest)',
    '      case $line[1] in',
    ...commands.flatMap(commandCase),
    "        help) _describe -t commands 'command' commands ;;",
    '      esac ;;',
    '  esac',
    '}',
    'if [ "$funcstack[1]" = "_blast" ]; then _blast "$@"; else compdef _blast blast; fi',
    '',
  ].join('\n');
}

function commandCase(command: CommandEntry): string[] {
  const specs = [...optionWords(command).map(optionSpec), ...argumentSpecs(command)];
  return [`        ${command.name})`, `          _arguments -s ${specs.join(' \\\n            ')} ;;`];
}

function optionSpec(option: OptionWords): string {
  const forms = formsOf(option);
  const value = !option.takesValue
    ? ''
    : `:value:${option.choices.length === 0 ? '_files' : `(${option.choices.join(' ')})`}`;
  const text = `[${option.summary.replace(/[[\]\\:]/g, (c) => `\\${c}`)}]${value}`;
  if (option.repeatable) {
    return forms.map((form) => shellQuoted(`*${form}${text}`)).join(' ');
  }
  if (forms.length < 2) return shellQuoted(`${forms[0]}${text}`);
  return `${shellQuoted(`(${forms.join(' ')})`)}{${forms.join(',')}}${shellQuoted(text)}`;
}

/** Specs of the arguments; in the place of the first there may be a command within the command. */
function argumentSpecs(command: CommandEntry): string[] {
  if ((command.commands ?? []).length === 0) return command.arguments.map(argumentSpec);
  const files = takesFiles(command) ? ' "files:file:_files"' : '';
  const first = `:command:{_alternative "words:word:(${argumentWords(command).join(' ')})"${files}}`;
  // What follows belongs to the inner command: files, folders, names of payments.
  return [shellQuoted(first), shellQuoted('*:file:_files')];
}

function argumentSpec({ syntax, completions }: ArgumentEntry): string {
  const name = syntax.replace(/[<>[\].]/g, '');
  const words = completions === undefined ? '_files' : `(${completions.join(' ')})`;
  if (syntax.includes('...')) return shellQuoted(`*:${name}:${words}`);
  return shellQuoted(`:${name}:${words}`);
}
