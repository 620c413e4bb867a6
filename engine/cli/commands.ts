/** The one table of commands; adding a command is one file and one line here. */
import { compileCommand } from './compile.ts';
import { completionCommand } from './completion.ts';
import { diffCommand } from './diff.ts';
import { explainCommand } from './explain.ts';
import { exportCommand } from './export.ts';
import { fmtCommand } from './fmt.ts';
import { importCommand } from './import.ts';
import { initCommand } from './init.ts';
import { lockCommand } from './lock.ts';
import { migrateCommand } from './migrate.ts';
import { modelCommand } from './model.ts';
import type { CommandEntry } from './options.ts';
import { profileCommand } from './profile.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { scheduleCommand } from './schedule.ts';
import { snapshotCommand } from './snapshot.ts';
import { sweepCommand } from './sweep.ts';
import { testCommand } from './test-scenarios.ts';
import { validateCommand } from './validate.ts';
import { verifyCommand } from './verify.ts';

/** All commands in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  initCommand,
  validateCommand,
  fmtCommand,
  migrateCommand,
  compileCommand,
  runCommand,
  reportCommand,
  diffCommand,
  profileCommand,
  lockCommand,
  verifyCommand,
  testCommand,
  snapshotCommand,
  sweepCommand,
  scheduleCommand,
  importCommand,
  exportCommand,
  modelCommand,
  explainCommand,
  completionCommand,
];
