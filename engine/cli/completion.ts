/** `blast completion`: scripts that complete the command in a shell. */
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { zshCompletion } from './completion-zsh.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CommandEntry } from './options.ts';

/** The script of each shell, made from the table of commands. */
export const COMPLETIONS: Readonly<Record<string, (commands: readonly CommandEntry[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const SHELLS: readonly string[] = Object.keys(COMPLETIONS);

export const completionCommand: CommandEntry = {
  name: 'completion',
  summary: 'print a script that completes the command in a shell',
  arguments: [{ syntax: '<shell>', summary: SHELLS.join(', '), completions: SHELLS }],
  options: [],
  examples: [
    ['blast completion bash >> ~/.bashrc', 'for bash'],
    ['blast completion zsh > "${fpath[1]}/_blast"', 'for zsh'],
    ['blast completion fish > ~/.config/fish/completions/blast.fish', 'for fish'],
  ],
  async run({ io, commands }, [shell = '']) {
    const script = Object.hasOwn(COMPLETIONS, shell) ? COMPLETIONS[shell] : undefined;
    if (script === undefined) {
      throw new CliError(EXIT.usage, `there is no completion for ${shell}`, `known shells: ${SHELLS.join(', ')}`);
    }
    io.stdout.write(script(commands));
    return EXIT.ok;
  },
};
