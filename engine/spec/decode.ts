/**
 * From the bytes of a file to text. Bytes that are not UTF-8 are a mistake with a place, never a replacement character;
 * a file that is too large is refused before it is decoded.
 */
import type { Diagnostic } from './diagnostic.ts';
import { makeDiagnostic } from './problems.ts';
import { SourceText } from './source-text.ts';
import { MAX_TEXT } from './text-limits.ts';
import { groupDigits } from './units.ts';

/** Largest file that is decoded, in bytes: the largest text if every character is one of ASCII, with its mark. */
export const MAX_BYTES: number = MAX_TEXT + 3;

export type Decoded =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/** Text of the bytes of a file. `size` is the size of the file, of which `bytes` may be the first part only. */
export function decodeScenario(bytes: Uint8Array, size: number, file: string): Decoded {
  if (size > MAX_BYTES || bytes.length < size) {
    const diagnostic = makeDiagnostic(
      new SourceText(file, ''),
      'E108',
      { line: 1, column: 1, endLine: 1, endColumn: 1 },
      '',
      `the file has ${groupDigits(size)} bytes, at most ${groupDigits(MAX_BYTES)} are read`,
      'move large networks to a file under `network.import`',
    );
    return { ok: false, diagnostic };
  }
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, diagnostic: notUtf8(bytes, file) };
  }
}

/** Points at the first byte that no UTF-8 text has there. */
function notUtf8(bytes: Uint8Array, file: string): Diagnostic {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const at = wide ? 0 : firstInvalid(bytes);
  let end = bytes.indexOf(10, at);
  if (end < 0 || end > at + 1000) end = Math.min(bytes.length, at + 1000);
  const lenient = new TextDecoder('utf-8');
  const before = lenient.decode(bytes.subarray(0, at));
  const source = new SourceText(file, wide ? '' : before + lenient.decode(bytes.subarray(at, end)));
  const range = source.range(before.length, before.length + 1);
  const byte = `0x${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
  return makeDiagnostic(
    source,
    'E107',
    range,
    '',
    wide ? 'the file is UTF-16, UTF-8 was expected' : `the byte ${byte} here is not UTF-8`,
    'save the file as UTF-8 text',
  );
}

/** Offset of the first byte that does not belong to well-formed UTF-8. */
function firstInvalid(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceAt(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return Math.max(0, bytes.length - 1);
}

/** Length of the well-formed sequence at an offset, or 0. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i];
    if (next === undefined || next < 0x80 || next > 0xbf) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond the last character.
  const second = bytes[at + 1] as number;
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return 0;
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return 0;
  return length;
}
