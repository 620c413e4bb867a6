/** Transactions and block headers as bytes (BIP 144, BIP 141): what a chain must read of them, and those that wallets make. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

export interface TxInput {
  /** Txid in the order of the wire and output number, 36 bytes in hex. */
  readonly outpoint: string;
  readonly sequence: number;
  readonly witness: readonly Uint8Array[];
}

export interface TxOutput {
  readonly valueSat: number;
  /** Hex. */
  readonly script: string;
}

export interface Transaction {
  readonly bytes: Uint8Array;
  /** In the order of the wire, and the same in hex. */
  readonly id: Uint8Array;
  readonly txid: string;
  readonly inputs: readonly TxInput[];
  readonly outputs: readonly TxOutput[];
  readonly locktime: number;
  readonly weight: number;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Little-endian. */
export function le(value: number, bytes: number): Uint8Array {
  const out = new Uint8Array(bytes);
  let rest = BigInt(value);
  for (let i = 0; i < bytes; i++) {
    out[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return out;
}

export function doubleSha(bytes: Uint8Array): Uint8Array {
  return sha256(sha256(bytes));
}

export function outpointOf(txid: string, index: number): string {
  return txid + bytesToHex(le(index, 4));
}

function compactSize(value: number): Uint8Array {
  return value < 0xfd ? Uint8Array.of(value) : concat(Uint8Array.of(0xfd), le(value, 2));
}

/** Reads a transaction, with or without witnesses. */
export function readTransaction(bytes: Uint8Array): Transaction {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segwit = bytes[4] === 0 && bytes[5] === 1;
  let at = segwit ? 6 : 4;
  const size = (): number => {
    const first = bytes[at++]!;
    if (first < 0xfd) return first;
    const value = first === 0xfd ? view.getUint16(at, true) : view.getUint32(at, true);
    at += first === 0xfd ? 2 : 4;
    return value;
  };
  const take = (length: number): Uint8Array => {
    at += length;
    return bytes.slice(at - length, at);
  };
  const inputs: { outpoint: string; sequence: number; witness: Uint8Array[] }[] = [];
  for (let left = size(); left > 0; left--) {
    const outpoint = bytesToHex(take(36));
    take(size());
    inputs.push({ outpoint, sequence: view.getUint32(at, true), witness: [] });
    at += 4;
  }
  const outputs: TxOutput[] = [];
  for (let left = size(); left > 0; left--) {
    const valueSat = Number(view.getBigUint64(at, true));
    at += 8;
    outputs.push({ valueSat, script: bytesToHex(take(size())) });
  }
  const end = at;
  if (segwit) for (const input of inputs) for (let left = size(); left > 0; left--) input.witness.push(take(size()));
  const locktime = view.getUint32(bytes.length - 4, true);
  const bare = segwit ? concat(bytes.subarray(0, 4), bytes.subarray(6, end), bytes.subarray(bytes.length - 4)) : bytes;
  const id = doubleSha(bare);
  return {
    bytes,
    id,
    txid: bytesToHex(id),
    inputs,
    outputs,
    locktime,
    weight: 3 * bare.length + bytes.length,
  };
}

/** A transaction of wallets: its inputs are signed by nobody, which nobody looks at. */
export function walletTransaction(inputs: readonly string[], outputs: readonly TxOutput[]): Uint8Array {
  const witness = concat(
    Uint8Array.of(2, 71),
    new Uint8Array(71).fill(1),
    Uint8Array.of(33),
    new Uint8Array(33).fill(2),
  );
  return concat(
    le(2, 4),
    Uint8Array.of(0, 1),
    compactSize(inputs.length),
    ...inputs.map((outpoint) => concat(hexToBytes(outpoint), Uint8Array.of(0), le(0xfffffffd, 4))),
    compactSize(outputs.length),
    ...outputs.map(({ valueSat, script }) => {
      const bytes = hexToBytes(script);
      return concat(le(valueSat, 8), compactSize(bytes.length), bytes);
    }),
    ...inputs.map(() => witness),
    le(0, 4),
  );
}

/** The transaction that a PSBT (BIP 174) is about: its first global record, key 00. */
export function transactionOfPsbt(psbt: Uint8Array): Uint8Array {
  // magic (5), key length 1, key type 0, length of the value
  let at = 7;
  const view = new DataView(psbt.buffer, psbt.byteOffset, psbt.byteLength);
  const first = psbt[at++]!;
  let length = first;
  if (first === 0xfd) {
    length = view.getUint16(at, true);
    at += 2;
  }
  return psbt.slice(at, at + length);
}

/** A header with no work behind it. */
export function blockHeader(previous: Uint8Array, merkle: Uint8Array, time: number, nonce: number): Uint8Array {
  return concat(le(0x20000000, 4), previous, merkle, le(time, 4), le(0x207fffff, 4), le(nonce, 4));
}
