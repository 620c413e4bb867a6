/** The one table of commands; adding a command is one file and one line here. */
import { compileCommand } from './compile.ts';
import { importCommand } from './import.ts';
import { initCommand } from './init.ts';
import { lockCommand } from './lock.ts';
import type { CommandEntry } from './options.ts';
import { runCommand } from './run.ts';
import { validateCommand } from './validate.ts';
import { verifyCommand } from './verify.ts';

/** All commands in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  initCommand,
  validateCommand,
  compileCommand,
  runCommand,
  lockCommand,
  verifyCommand,
  importCommand,
];
