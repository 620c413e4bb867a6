import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type JobControl, type KeyInput, terminalKeys } from './terminal-keys.ts';

/** A terminal that notes what is done to it. */
class FakeInput extends EventEmitter implements KeyInput {
  raw = false;
  flowing = false;

  setRawMode(raw: boolean): void {
    this.raw = raw;
  }

  resume(): this {
    this.flowing = true;
    return this;
  }

  pause(): this {
    this.flowing = false;
    return this;
  }

  type(text: string): void {
    this.emit('data', Buffer.from(text));
  }
}

function terminal(foreground = true) {
  const input = new FakeInput();
  const signals: string[] = [];
  const shell = { foreground, go: new Set<() => void>() };
  const job: JobControl = {
    inForeground: () => shell.foreground,
    raise: (signal) => void signals.push(signal),
    onContinue: (listener) => {
      shell.go.add(listener);
      return () => void shell.go.delete(listener);
    },
  };
  const keys: string[] = [];
  const release = terminalKeys(input, job).listen((key) => void keys.push(key));
  const fg = (): void => {
    shell.foreground = true;
    for (const listener of shell.go) listener();
  };
  return { input, signals, shell, keys, release, fg };
}

describe('keys of a terminal', () => {
  it('come one by one while somebody listens, and the terminal is put back', () => {
    const { input, keys, release, shell } = terminal();
    expect(input).toMatchObject({ raw: true, flowing: true });
    input.type(' ');
    input.type('pé');
    input.type('\u001b[A');
    expect(keys).toEqual([' ', 'p', 'é', '\u001b[A']);
    release();
    expect(input).toMatchObject({ raw: false, flowing: false });
    input.type('q');
    expect(keys).toHaveLength(4);
    expect(input.listenerCount('data')).toBe(0);
    expect(shell.go.size).toBe(0);
  });

  it('interrupt and quit as without raw mode', () => {
    const { input, keys, signals } = terminal();
    input.type('\u0003');
    input.type('\u001c');
    expect(signals).toEqual(['SIGINT', 'SIGQUIT']);
    expect(keys).toEqual([]);
    expect(input.raw).toBe(true);
  });

  it('stop the process with the terminal as it was, and come again when it goes on', () => {
    const { input, keys, signals, fg } = terminal();
    input.type('\u001a');
    expect(signals).toEqual(['SIGTSTP']);
    expect(input).toMatchObject({ raw: false, flowing: false });
    fg();
    expect(input).toMatchObject({ raw: true, flowing: true });
    input.type(' ');
    expect(keys).toEqual([' ']);
  });

  it('are left alone in the background', () => {
    const { input, release, fg, shell } = terminal(false);
    expect(input).toMatchObject({ raw: false, flowing: false });
    for (const listener of shell.go) listener(); // bg
    expect(input.raw).toBe(false);
    fg();
    expect(input.raw).toBe(true);
    release();
    expect(input.raw).toBe(false);
  });
});
