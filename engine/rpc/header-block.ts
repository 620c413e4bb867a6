/**
 * Blocks of headers of HTTP/2 (HPACK, RFC 7541), as far as a client of gRPC needs them: writes headers as they are, and reads
 * of those that come what gRPC looks at. Nothing is kept between blocks: such a client announces a dynamic table of no bytes
 * (SETTINGS_HEADER_TABLE_SIZE), and then no block may refer to one.
 */

/** Headers by their names, in small letters. */
export type Headers = Readonly<Record<string, string>>;

/** Entries of the static table (RFC 7541, appendix A) that gRPC looks at, by their numbers; others are passed over. */
const STATIC_ENTRIES: Readonly<Record<number, readonly [name: string, value: string]>> = {
  8: [':status', '200'],
  9: [':status', '204'],
  10: [':status', '206'],
  11: [':status', '304'],
  12: [':status', '400'],
  13: [':status', '404'],
  14: [':status', '500'],
  31: ['content-type', ''],
};

/** Characters of ASCII by the bits of their codes (RFC 7541, appendix B), in the order of the codes of that length. */
const HUFFMAN: readonly (readonly [bits: number, characters: string])[] = [
  [5, '012aceiost'],
  [6, ' %-./3456789=A_bdfghlmnpru'],
  [7, ':BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz'],
  [8, '&*,;XZ'],
  [10, '!"()?'],
  [11, "'+|"],
  [12, '#>'],
  [13, '\0$@[]~'],
  [14, '^}'],
  [15, '<`{'],
  [19, '\\'],
];

const LONGEST_CODE = 19;

/** By the number of bits, and the code in them. */
const CHARACTERS: ReadonlyMap<number, string>[] = charactersByCode();

function charactersByCode(): ReadonlyMap<number, string>[] {
  const byLength: Map<number, string>[] = Array.from({ length: LONGEST_CODE + 1 }, () => new Map());
  let code = 0;
  let before = 0;
  for (const [bits, characters] of HUFFMAN) {
    // Each length goes on where the last one ended.
    code <<= bits - before;
    before = bits;
    for (const character of characters) byLength[bits]?.set(code++, character);
  }
  return byLength;
}

/** A block of these headers, each of them a literal of at most 126 bytes of ASCII. */
export function headerBlock(headers: Headers): Buffer {
  return Buffer.concat(
    Object.entries(headers).map(([name, value]) =>
      Buffer.from(`\0${String.fromCharCode(name.length)}${name}${String.fromCharCode(value.length)}${value}`, 'latin1'),
    ),
  );
}

/** The headers of a block; those whose name is none of the above, or that are no text of ASCII, are left out. @throws Error when it is none */
export function readHeaderBlock(block: Buffer): Headers {
  const headers: Record<string, string> = {};
  const input = new BlockReader(block);
  while (!input.isAtEnd) {
    const first = input.peek();
    if (first >= 0x80) {
      const entry = STATIC_ENTRIES[input.integer(7)];
      if (entry !== undefined) headers[entry[0]] = entry[1];
    } else if (first >= 0x20 && first < 0x40) {
      // Another size of the dynamic table, which there is none of.
      input.integer(5);
    } else {
      const index = input.integer(first >= 0x40 ? 6 : 4);
      const name = index === 0 ? input.text() : (STATIC_ENTRIES[index]?.[0] ?? null);
      const value = input.text();
      if (name !== null && value !== null) headers[name] = value;
    }
  }
  return headers;
}

class BlockReader {
  readonly #block: Buffer;
  #at = 0;

  constructor(block: Buffer) {
    this.#block = block;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#block.length;
  }

  peek(): number {
    return this.#block[this.#at] as number;
  }

  /** An integer whose first bits are the last ones of a byte (RFC 7541, section 5.1). */
  integer(bits: number): number {
    const most = (1 << bits) - 1;
    let value = this.#byte() & most;
    if (value < most) return value;
    for (let shift = 0; ; shift += 7) {
      if (shift > 21) throw new Error('a number in a block of headers is too large');
      const byte = this.#byte();
      value += (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  /** Null when it holds other characters than those of ASCII. */
  text(): string | null {
    const isCoded = this.peek() >= 0x80;
    const length = this.integer(7);
    const end = this.#at + length;
    if (end > this.#block.length) throw new Error('a block of headers is cut off');
    const bytes = this.#block.subarray(this.#at, end);
    this.#at = end;
    return isCoded ? decoded(bytes) : bytes.toString('latin1');
  }

  #byte(): number {
    if (this.isAtEnd) throw new Error('a block of headers is cut off');
    return this.#block[this.#at++] as number;
  }
}

/** A text in Huffman's code. */
function decoded(bytes: Buffer): string | null {
  let text = '';
  let code = 0;
  let bits = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = (code << 1) | ((byte >> bit) & 1);
      bits++;
      const character = CHARACTERS[bits]?.get(code);
      if (character !== undefined) {
        text += character;
        code = 0;
        bits = 0;
      } else if (bits > LONGEST_CODE) {
        return null;
      }
    }
  }
  // The rest of the last byte are the first bits of a code of ones.
  return bits < 8 && code === (1 << bits) - 1 ? text : null;
}
