/** The completion script for bash. */
import { argumentWords, formsOf, optionWords, shellQuoted } from './completion-words.ts';
import type { CommandEntry } from './options.ts';

/** The whole script. */
export function bashCompletion(commands: readonly CommandEntry[]): string {
  const names = [...commands.map(({ name }) => name), 'help'];
  return [
    '# bash completion for blast',
    '_blast() {',
    '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    if [[ ${COMP_WORDS[i]} != -* ]]; then command=${COMP_WORDS[i]}; break; fi',
    '  done',
    '  COMPREPLY=()',
    '  local words=',
    '  case "$command $prev" in',
    ...commands.flatMap(valueCases),
    '  esac',
    '  if [[ -z $words ]]; then',
    '    if [[ -z $command ]]; then',
    `      words=${shellQuoted([...names, '--help', '--version'].join(' '))}`,
    '    elif [[ $cur == -* ]]; then',
    '      case "$command" in',
    ...commands.map((entry) => `        ${entry.name}) words=${shellQuoted(flagsOf(entry).join(' '))} ;;`),
    '      esac',
    '    else',
    '      case "$command" in',
    ...commands.flatMap((entry) => {
      const words = argumentWords(entry);
      return words.length === 0 ? [] : [`        ${entry.name}) words=${shellQuoted(words.join(' '))} ;;`];
    }),
    `        help) words=${shellQuoted(names.join(' '))} ;;`,
    '      esac',
    '    fi',
    '  fi',
    '  # Where there are no words, readline offers files.',
    '  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); fi',
    '}',
    'complete -o default -F _blast blast',
    '',
  ].join('\n');
}

function flagsOf(command: CommandEntry): readonly string[] {
  return optionWords(command).flatMap(formsOf);
}

/** What follows an option; any value ends the search, so that the words of the arguments are not offered for it. */
function valueCases(command: CommandEntry): string[] {
  return optionWords(command).flatMap((option) => {
    if (!option.takesValue) return [];
    const patterns = formsOf(option).map((form) => shellQuoted(`${command.name} ${form}`));
    const then = option.choices.length === 0 ? 'return' : `words=${shellQuoted(option.choices.join(' '))}`;
    return [`    ${patterns.join(' | ')}) ${then} ;;`];
  });
}
