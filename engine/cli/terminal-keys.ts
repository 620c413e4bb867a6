/**
 * Keys of a terminal, one by one: raw mode while somebody listens, and the terminal as it was afterwards. What the
 * terminal does by itself otherwise is done here in raw mode: Ctrl-C interrupts, Ctrl-Z stops the process. Only the
 * process itself uses it; what a key means is decided by who listens. When the process ends, however it does, Node puts
 * the terminal back itself.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { KeySource } from './io.ts';

/** What is needed of a terminal's input (see node:tty). */
export interface KeyInput {
  setRawMode(raw: boolean): unknown;
  on(event: 'data', listener: (data: Buffer) => void): unknown;
  off(event: 'data', listener: (data: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** The process as its terminal and its shell see it. */
export interface JobControl {
  /** Whether the process is what the terminal shows, and not a job in the background of its shell. */
  inForeground(): boolean;
  /** Sends a signal to the process itself. */
  raise(signal: NodeJS.Signals): void;
  /** Calls the listener whenever the process goes on after it was stopped; answers how to end that. */
  onContinue(listener: () => void): () => void;
}

/** Keys that the terminal turns into signals when it is not in raw mode. */
const SIGNAL_KEYS: ReadonlyMap<string, NodeJS.Signals> = new Map([
  ['\u0003', 'SIGINT'],
  ['\u001a', 'SIGTSTP'],
  ['\u001c', 'SIGQUIT'],
]);

export function terminalKeys(input: KeyInput, job: JobControl = thisProcess): KeySource {
  return {
    listen(listener) {
      let raw = false;
      const enter = (): void => {
        // Whoever touches the terminal from the background is stopped.
        if (raw || !job.inForeground()) return;
        raw = true;
        input.setRawMode(true);
        input.on('data', onData);
        input.resume();
      };
      const leave = (): void => {
        if (!raw) return;
        raw = false;
        input.off('data', onData);
        input.pause();
        input.setRawMode(false);
      };
      const onData = (data: Buffer): void => {
        const text = data.toString('utf8');
        // A key that is no character, such as an arrow, sends several, the first of them an escape.
        for (const key of text.startsWith('\u001b') ? [text] : text) {
          const signal = SIGNAL_KEYS.get(key);
          if (signal === undefined) {
            listener(key);
            continue;
          }
          if (signal === 'SIGTSTP') leave();
          job.raise(signal);
        }
      };
      const release = job.onContinue(enter);
      enter();
      return () => {
        release();
        leave();
      };
    },
  };
}

const thisProcess: JobControl = {
  inForeground,
  raise: (signal) => void process.kill(process.pid, signal),
  onContinue: (listener) => {
    process.on('SIGCONT', listener);
    return () => void process.off('SIGCONT', listener);
  },
};

function inForeground(): boolean {
  if (process.platform === 'win32') return true;
  try {
    // pid (command) state ppid pgrp session tty_nr tpgid …; the command may hold anything.
    const fields = readFileSync('/proc/self/stat', 'latin1').replace(/^.*\)/s, '').trim().split(' ');
    return fields[2] === fields[5];
  } catch {
    const { stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8' });
    const [group, foreground] = (stdout ?? '').trim().split(/\s+/);
    return group !== undefined && group !== '' && group === foreground;
  }
}
