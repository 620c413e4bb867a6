/** Files that are made to hurt, each with the code of the diagnostic that it must end in. */
import type { DiagnosticCode } from '../../engine/spec/diagnostic-codes.ts';

export interface HostileFile {
  readonly name: string;
  readonly make: () => Uint8Array;
  /** Code of the first error; null when the file is valid after all. */
  readonly code: DiagnosticCode | null;
  /** Line of the first error. */
  readonly line?: number;
}

const HEAD = 'version: 1\nduration: 10s\n';
const encoder = new TextEncoder();

function text(make: () => string): () => Uint8Array {
  return () => encoder.encode(make());
}

function bytes(before: string, middle: readonly number[], after: string): () => Uint8Array {
  return () => new Uint8Array([...encoder.encode(before), ...middle, ...encoder.encode(after)]);
}

function filled(size: number, character: string): () => Uint8Array {
  return () => {
    const made = new Uint8Array(size).fill(character.charCodeAt(0));
    made.set(encoder.encode(HEAD));
    return made;
  };
}

/** Ten levels, each of ten aliases of the one before: 10^10 values. */
function laughs(): string {
  const levels = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 10; i++)
    levels.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  return `${HEAD}${levels.join('\n')}\n`;
}

function nodes(count: number, node: (i: number) => string): string {
  const lines = [HEAD, 'nodes:\n'];
  for (let i = 0; i < count; i++) lines.push(`  ${node(i)}\n`);
  return lines.join('');
}

const MIB = 1024 * 1024;

export const HOSTILE_FILES: readonly HostileFile[] = [
  { name: 'alias bomb', make: text(laughs), code: 'E110' },
  {
    name: 'quadratic aliases',
    make: text(
      () =>
        `${HEAD}params: &p { ${Array.from({ length: 1000 }, (_, i) => `p${i}: 1`).join(', ')} }\nnodes: { ${Array.from({ length: 1000 }, (_, i) => `n${i}: *p`).join(', ')} }\n`,
    ),
    code: 'E110',
  },
  { name: 'alias of itself', make: text(() => `${HEAD}nodes: &n { a: *n }\n`), code: 'E110', line: 3 },
  { name: 'alias without anchor', make: text(() => `${HEAD}nodes: *n\n`), code: 'E110', line: 3 },
  { name: '100 MB of comment', make: filled(100 * MIB, '#'), code: 'E108', line: 1 },
  { name: '100 MB of NUL', make: filled(100 * MIB, '\0'), code: 'E108', line: 1 },
  { name: '100 MB of lines', make: filled(100 * MIB, '\n'), code: 'E108', line: 1 },
  { name: '15 MiB of lines', make: filled(15 * MIB, '\n'), code: 'E108' },
  { name: '15 MiB of one plain text', make: filled(15 * MIB, 'x'), code: 'E102', line: 3 },
  { name: '15 MiB of colons', make: filled(15 * MIB, ':'), code: 'E108', line: 3 },
  { name: '15 MiB of dashes', make: filled(15 * MIB, '-'), code: 'E108' },
  { name: '15 MiB of quotes', make: filled(15 * MIB, '"'), code: 'E108' },
  { name: '15 MiB of commas in a list', make: text(() => `${HEAD}events: [${','.repeat(15 * MIB)}]\n`), code: 'E108' },
  { name: 'a million lines', make: text(() => nodes(1_000_000, (i) => `n${i}:`)), code: 'E108' },
  { name: 'a million items', make: text(() => `${HEAD}events:\n${'- 1\n'.repeat(1_000_000)}`), code: 'E108' },
  { name: 'a million comment lines', make: text(() => `${HEAD}${'# comment\n'.repeat(1_000_000)}`), code: 'E108' },
  { name: '250,000 bad lines', make: text(() => `${HEAD}${'nonsense\n'.repeat(250_000)}`), code: 'E102', line: 3 },
  {
    name: '100,000 tab lines',
    make: text(() => `${HEAD}nodes:\n${'\ta: {}\n'.repeat(100_000)}`),
    code: 'E106',
    line: 4,
  },
  {
    name: '10,000 unknown keys',
    make: text(() => nodes(10_000, (i) => `n${i}: { modle: lnd }`)),
    code: 'E201',
    line: 4,
  },
  { name: 'deep flow lists', make: text(() => `${HEAD}nodes: ${'['.repeat(100_000)}\n`), code: 'E109', line: 3 },
  { name: 'deep flow mappings', make: text(() => `${HEAD}nodes: ${'{a: '.repeat(100_000)}\n`), code: 'E109', line: 3 },
  { name: 'deep block lists', make: text(() => `${HEAD}nodes: \n  ${'- '.repeat(100_000)}a\n`), code: 'E109', line: 4 },
  {
    name: 'deep block mappings',
    make: text(() => `${HEAD}nodes:\n${Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i + 1)}a:\n`).join('')}`),
    code: 'E109',
  },
  { name: 'deep explicit keys', make: text(() => `${HEAD}${'? '.repeat(10_000)}a\n`), code: 'E109', line: 3 },
  { name: 'key __proto__', make: text(() => `${HEAD}__proto__: { duration: 5s }\n`), code: 'E201', line: 3 },
  { name: 'node __proto__', make: text(() => `${HEAD}nodes:\n  __proto__: { count: -1 }\n`), code: 'E303', line: 4 },
  { name: 'key constructor', make: text(() => `${HEAD}constructor: { prototype: {} }\n`), code: 'E201', line: 3 },
  {
    name: 'valid node constructor',
    make: text(() => `${HEAD}nodes: { constructor: {}, toString: {}, __proto__: {} }\n`),
    code: null,
  },
  { name: 'event toString', make: text(() => `${HEAD}events:\n  - { at: 1s, toString: {} }\n`), code: 'E408', line: 4 },
  {
    name: 'model constructor',
    make: text(() => `${HEAD}nodes: { a: { model: constructor } }\n`),
    code: 'E407',
    line: 3,
  },
  { name: 'duplicate key', make: text(() => `${HEAD}duration: 20s\n`), code: 'E103', line: 3 },
  {
    name: 'duplicate key in another spelling',
    make: text(() => `${HEAD}nodes: { 'a': {}, "\\x61": {} }\n`),
    code: 'E103',
    line: 3,
  },
  { name: 'tab as indentation', make: text(() => `${HEAD}nodes:\n\ta: {}\n`), code: 'E106', line: 4 },
  { name: 'byte order mark', make: bytes('', [0xef, 0xbb, 0xbf], HEAD), code: null },
  { name: 'byte order mark within', make: bytes(HEAD, [0xef, 0xbb, 0xbf], 'nodes: {}\n'), code: 'E201', line: 3 },
  {
    name: 'UTF-16 with a mark',
    make: () => new Uint8Array([0xff, 0xfe, ...[...HEAD].flatMap((c) => [c.charCodeAt(0), 0])]),
    code: 'E107',
    line: 1,
  },
  {
    name: 'UTF-16 without a mark',
    make: () => new Uint8Array([...HEAD].flatMap((c) => [c.charCodeAt(0), 0])),
    code: 'E107',
    line: 1,
  },
  { name: 'CRLF', make: text(() => HEAD.replace(/\n/g, '\r\n')), code: null },
  {
    name: 'CRLF and a mistake',
    make: text(() => `${HEAD}\nnodez: {}\n`.replace(/\n/g, '\r\n')),
    code: 'E201',
    line: 4,
  },
  { name: 'CR alone', make: text(() => HEAD.replace(/\n/g, '\r')), code: 'E102', line: 1 },
  { name: 'NUL byte', make: bytes(`${HEAD}name: a`, [0], 'b\n'), code: 'E107', line: 3 },
  { name: 'bell and escape', make: bytes(`${HEAD}name: `, [7, 27], '[31m\n'), code: 'E107', line: 3 },
  { name: 'lone continuation byte', make: bytes(`${HEAD}name: a`, [0x80], '\n'), code: 'E107', line: 3 },
  { name: 'Latin-1', make: bytes(`${HEAD}name: caf`, [0xe9], '\nseed: 1\n'), code: 'E107', line: 3 },
  { name: 'overlong encoding', make: bytes(`${HEAD}name: `, [0xc0, 0xaf], '\n'), code: 'E107', line: 3 },
  { name: 'encoded surrogate', make: bytes(`${HEAD}name: `, [0xed, 0xa0, 0x80], '\n'), code: 'E107', line: 3 },
  { name: 'cut off character', make: bytes(`${HEAD}name: `, [0xf0, 0x9f, 0x98], ''), code: 'E107', line: 3 },
  { name: 'number past the safe range', make: text(() => `${HEAD}seed: 9007199254740993\n`), code: 'E307', line: 3 },
  {
    name: 'number of 100,000 digits',
    make: text(() => `${HEAD}seed: ${'9'.repeat(100_000)}\n`),
    code: 'E307',
    line: 3,
  },
  {
    name: 'fraction of 100,000 digits',
    make: text(() => `${HEAD}nodes: { a: { wallet: 0.${'1'.repeat(100_000)} BTC } }\n`),
    code: 'E302',
    line: 3,
  },
  { name: 'infinite number', make: text(() => `${HEAD}seed: .inf\n`), code: 'E307', line: 3 },
  { name: 'not a number', make: text(() => `${HEAD}seed: .nan\n`), code: 'E307', line: 3 },
  { name: 'exponent', make: text(() => `${HEAD}seed: 1e400\n`), code: 'E307', line: 3 },
  { name: 'date of YAML 1.1', make: text(() => `version: 1\nduration: 2001-12-14\n`), code: 'E302', line: 2 },
  { name: 'sexagesimal number of YAML 1.1', make: text(() => `version: 1\nduration: 1:30\n`), code: 'E302', line: 2 },
  {
    name: '`no` of YAML 1.1',
    make: text(
      () => `${HEAD}nodes: { a: {}, b: {} }\nchannels:\n  ab: { from: a, to: b, capacity: 1 sat, announced: no }\n`,
    ),
    code: 'E203',
    line: 5,
  },
  { name: 'octal number of YAML 1.1', make: text(() => `${HEAD}seed: 0o17\n`), code: null },
  { name: 'version of YAML 1.1', make: text(() => `%YAML 1.1\n---\n${HEAD}`), code: 'E111', line: 1 },
  { name: 'tag', make: text(() => `${HEAD}name: !!js/function 'x'\n`), code: 'E111', line: 3 },
  { name: 'binary tag', make: text(() => `${HEAD}name: !!binary aGVsbG8=\n`), code: 'E111', line: 3 },
  { name: 'merge key', make: text(() => `${HEAD}nodes: { a: &a {}, b: { <<: *a } }\n`), code: 'E112', line: 3 },
  { name: 'second document', make: text(() => `${HEAD}---\n${HEAD}`), code: 'E105', line: 3 },
  { name: 'huge key', make: text(() => `${HEAD}${'k'.repeat(MIB)}: 1\n`), code: 'E102', line: 3 },
  { name: 'huge quoted key', make: text(() => `${HEAD}? "${'k'.repeat(MIB)}"\n: 1\n`), code: 'E201', line: 3 },
  { name: 'huge value', make: text(() => `${HEAD}seed: "${'k'.repeat(MIB)}"\n`), code: 'E203', line: 3 },
  { name: 'unclosed double quote', make: text(() => `${HEAD}name: "abc\nnodes:\n  a: {}\n`), code: 'E102', line: 3 },
  {
    name: 'unclosed double quote before others',
    make: text(() => `${HEAD}name: "abc\ndescription: "def"\nnodes:\n  a: {}\n`),
    code: 'E102',
    line: 3,
  },
  { name: 'unclosed single quote', make: text(() => `${HEAD}name: 'abc\nnodes:\n  a: {}\n`), code: 'E102', line: 3 },
  { name: 'unclosed bracket', make: text(() => `${HEAD}latency: { link: [1ms, 2ms\nnodes:\n  a: {}\n`), code: 'E102' },
  {
    name: 'expression that never ends',
    make: text(() => `${HEAD}seed: '\${{ ${'('.repeat(100_000)}'\n`),
    code: 'E503',
    line: 3,
  },
  {
    name: 'deep expression',
    make: text(() => `${HEAD}seed: '\${{ ${'('.repeat(10_000)}1${')'.repeat(10_000)} }}'\n`),
    code: 'E503',
    line: 3,
  },
  {
    name: 'long expression',
    make: text(() => `${HEAD}seed: '\${{ 1${' + 1'.repeat(100_000)} }}'\n`),
    code: 'E503',
    line: 3,
  },
  {
    name: 'expression that grows',
    make: text(
      () =>
        `${HEAD}name: "\${{ [1,2,3,4,5,6,7,8,9].map(a, [1,2,3,4,5,6,7,8,9].map(b, [1,2,3,4,5,6,7,8,9].map(c, [1,2,3,4,5,6,7,8,9].map(d, [1,2,3,4,5,6,7,8,9].map(e, [1,2,3,4,5,6,7,8,9].map(f, [1,2,3,4,5,6,7,8,9].map(g, [1,2,3,4,5,6,7,8,9].map(h, 1)))))))) }}"\n`,
    ),
    code: 'E503',
    line: 3,
  },
  {
    name: 'hostile pattern',
    make: text(
      () =>
        nodes(1, () => `a: { count: 3000 }`) +
        `channels:\n  c: { from: '${'*a'.repeat(200)}b', to: a-1, capacity: 1 sat }\n`,
    ),
    code: 'E305',
  },
  {
    name: 'two million pairs of nodes',
    make: text(() => `${HEAD}nodes: { a: { count: 3000 } }\nchannels: { c: { from: a, to: a, capacity: 1 sat } }\n`),
    code: 'E607',
    line: 4,
  },
  {
    name: 'a payment a microsecond',
    make: text(
      () =>
        `version: 1\nduration: 10000w\nnodes: { a: {}, b: {} }\nactivity:\n  x: { source: a, destination: b, interval: 1us, amount: 1 sat }\n`,
    ),
    code: 'E603',
    line: 5,
  },
  {
    name: 'an event a microsecond',
    make: text(() => `version: 1\nduration: 10000w\nevents:\n  - { every: 1us, mine: { blocks: 1 } }\n`),
    code: 'E603',
    line: 4,
  },
  { name: 'empty file', make: text(() => ''), code: 'E101', line: 1 },
  { name: 'comment only', make: text(() => '# nothing\n'), code: 'E101', line: 1 },
  { name: 'JSON null', make: text(() => 'null\n'), code: 'E209', line: 1 },
  { name: 'HTML', make: text(() => '<!DOCTYPE html>\n<html><body>Not found</body></html>\n'), code: 'E209', line: 1 },
  {
    name: 'an ELF binary',
    make: () => new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0xff, 0xfe]),
    code: 'E107',
    line: 1,
  },
  { name: 'gzip', make: () => new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), code: 'E107', line: 1 },
];
