import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEpoch } from './calendar.ts';
import type { Diagnostic } from './diagnostic.ts';
import { diagnosticJson, formatDiagnostic } from './format-diagnostic.ts';
import { formatPath, parsePath } from './path.ts';
import { makeDiagnostic } from './problems.ts';
import { SourceText } from './source-text.ts';
import { editDistance, nearest } from './suggest.ts';

describe('paths', () => {
  it('are written like code', () => {
    expect(formatPath(['channels', 'alice-bob', 'capacity'])).toBe('channels.alice-bob.capacity');
    expect(formatPath(['events', 2, 'at'])).toBe('events[2].at');
    expect(formatPath(['nodes', 'a.b', 'x y', 0])).toBe('nodes["a.b"]["x y"][0]');
    expect(formatPath([])).toBe('');
  });

  it('come back from their text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.nat())), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });
});

describe('dates', () => {
  it('are those of the calendar', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          const text = `${date.toISOString().slice(0, 19)}Z`;
          expect(parseEpoch(text)).toBe(Date.parse(text));
        },
      ),
    );
  });

  it.each([
    '2025-02-29',
    '2025-13-01',
    '2025-00-10',
    '2025-01-01T24:00:00Z',
    '2025-01-01 00:00',
    '2025-1-1',
    '',
    '2025-01-01T00:00:00',
  ])('%j is none', (text) => {
    expect(parseEpoch(text)).toBeNull();
  });

  it('know leap years', () => {
    expect(parseEpoch('2024-02-29')).toBe(Date.UTC(2024, 1, 29));
    expect(parseEpoch('1900-02-29')).toBeNull();
  });
});

describe('did you mean', () => {
  it('finds the nearest word', () => {
    expect(nearest('capcity', ['capacity', 'count'])).toBe('capacity');
    expect(nearest('open-channel', ['open_channel'])).toBe('open_channel');
    expect(nearest('Wallet', ['wallet'])).toBe('wallet');
    expect(nearest('xyz', ['wallet', 'count'])).toBeUndefined();
    const events = ['open_channel', 'close_channel', 'connect_peer', 'disconnect_peer', 'set_policy', 'set_latency'];
    expect(nearest('open', events)).toBe('open_channel');
    expect(nearest('opne', events)).toBe('open_channel');
    expect(nearest('channel-close', events)).toBe('close_channel');
    expect(nearest('close', [...events, 'lose_data'])).toBe('close_channel');
    expect(nearest('parameters', ['params', 'chain'])).toBe('params');
    expect(nearest('integer', ['duration', 'int', 'number'])).toBe('int');
    // One that could as well be another is no help.
    expect(nearest('set', events)).toBeUndefined();
    expect(nearest('channel', events)).toBeUndefined();
    expect(editDistance('form', 'from')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });
});

describe('the text of a diagnostic', () => {
  const at = (text: string, start: number, end: number, hint?: string): Diagnostic => {
    const source = new SourceText('x.yml', text);
    return makeDiagnostic(source, 'E203', source.range(start, end), 'a.b', 'wrong', hint);
  };

  it('shows what a terminal would obey as what it is not', () => {
    const text = 'a\u001b[31m\u009b: \u0007five\n';
    expect(formatDiagnostic({ ...at(text, 0, 1), message: 'no \u001b]0;title', path: 'a\u001b' })).not.toMatch(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of those is to be there.
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
    );
  });

  it('shows line, caret and hint', () => {
    expect(formatDiagnostic(at('a:\n  b: five\n', 8, 12, 'mend it'))).toBe(
      'x.yml:2:6 error E203 wrong (a.b)\n2 |   b: five\n  |      ^^^^\n  = mend it',
    );
  });

  it('shows at most three lines, aligned', () => {
    const text = `${'\n'.repeat(8)}a\n  b\n  c\n  d\n`;
    expect(formatDiagnostic(at(text, 8, text.length - 1))).toBe(
      'x.yml:9:1 error E203 wrong (a.b)\n 9 | a\n   | ^\n10 |   b\n   |   ^\n11 |   c\n   |   ^',
    );
  });

  it('shows a part of a long line', () => {
    const text = `${'x'.repeat(500)}here${'y'.repeat(500)}`;
    const lines = formatDiagnostic(at(text, 500, 504)).split('\n');
    expect(Math.max(...lines.map((l) => l.length))).toBeLessThan(180);
    const caret = (lines[2] as string).indexOf('^');
    expect((lines[1] as string).slice(caret, caret + 4)).toBe('here');
  });

  it('is coloured by what is handed in', () => {
    const mark = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const style = {
      red: mark('red'),
      yellow: mark('yellow'),
      blue: mark('blue'),
      dim: (t: string) => t,
      bold: mark('bold'),
    };
    expect(formatDiagnostic(at('b', 0, 1), style)).toContain('<bold>x.yml:1:1</bold> <red>error E203</red> wrong');
  });

  it('is JSON for tools', () => {
    expect(diagnosticJson(at('ab', 1, 2, 'h'))).toEqual({
      code: 'E203',
      severity: 'error',
      message: 'wrong',
      hint: 'h',
      file: 'x.yml',
      line: 1,
      column: 2,
      endLine: 1,
      endColumn: 3,
      path: 'a.b',
      excerpt: ['ab'],
    });
  });
});
