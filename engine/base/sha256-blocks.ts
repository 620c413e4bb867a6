/**
 * SHA-256's block function over many blocks at once: about three times as fast as in JavaScript, and its state can be read
 * between any two blocks. Without WebAssembly or its vectors there is none, and who asks does without.
 */
import { CONSTANTS, INPUT_BYTES, MEMORY, sha256Module } from './sha256-module.ts';

/** What is used of it here; neither the language's library nor that of Node has its types. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
  ) => {
    readonly exports: {
      readonly memory: { readonly buffer: ArrayBuffer };
      readonly blocks: (from: number, to: number) => void;
    };
  };
};

type Exports = InstanceType<typeof WebAssembly.Instance>['exports'];

/**
 * Takes whole blocks of 64 bytes, from `from` up to `to`, into the eight words of `state`.
 * @param state eight words, changed in place
 */
export type BlockFunction = (state: Int32Array, bytes: Uint8Array, from: number, to: number) => void;

let made: BlockFunction | null | undefined;

/** The one of this process, made at first use; null where it cannot be had. */
export function blockFunction(): BlockFunction | null {
  if (made === undefined) made = make();
  return made;
}

function make(): BlockFunction | null {
  let exported: Exports;
  try {
    exported = new WebAssembly.Instance(new WebAssembly.Module(sha256Module())).exports;
  } catch {
    return null; // no WebAssembly (node --jitless), or a processor without vectors
  }
  const { blocks, memory } = exported;
  const { buffer } = memory;
  const words = new Int32Array(buffer);
  const bytes = new Uint8Array(buffer);
  words.set(CONSTANTS, MEMORY.constants / 4);
  return (state, input, from, to) => {
    words.set(state, MEMORY.state / 4);
    for (let at = from; at < to; at += INPUT_BYTES) {
      const end = Math.min(to, at + INPUT_BYTES);
      bytes.set(input.subarray(at, end), MEMORY.input);
      blocks(MEMORY.input, MEMORY.input + end - at);
    }
    state.set(words.subarray(MEMORY.state / 4, MEMORY.state / 4 + 8));
  };
}
