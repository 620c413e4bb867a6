/** Addresses of simulated wallets: they look right to a tool, and what is sent to them on a real chain is not seen. */
import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { bech32 } from '@scure/base';

/** Regtest's P2WPKH address (BIP 173) of a compressed public key, 33 bytes in hex. */
export function regtestAddress(pubkey: string): string {
  const program = ripemd160(sha256(hexToBytes(pubkey)));
  return bech32.encode('bcrt', [0, ...bech32.toWords(program)]);
}
