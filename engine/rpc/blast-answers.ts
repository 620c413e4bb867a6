/**
 * Answers of BLAST's models as they really are: the protocol has texts where others have numbers and lists, and each model
 * writes its own. lnd's writes the messages of lnd's own API as protobuf text (`confirmed_balance:100`), where the space
 * behind a colon comes and goes; LDK's and Core Lightning's write plain numbers. Null where a text holds none.
 */

const NUMBER = /^\s*(\d+)\s*$/;

/** Confirmed coins, sat. */
export function walletSat(text: string): number | null {
  return firstNumber(text, [NUMBER, /\bconfirmed_balance:\s*(\d+)/, /\btotal_balance:\s*(\d+)/]) ?? zero(text);
}

/** Own balance in channels, sat. */
export function channelSat(text: string): number | null {
  return firstNumber(text, [NUMBER, /\blocal_balance:\s*\{\s*sat:\s*(\d+)/, /\bbalance:\s*(\d+)/]) ?? zero(text);
}

/** Ids of channels: `ID: SOURCE -> DESTINATION` with commas between. */
export function channelIds(text: string): readonly number[] | null {
  const ids: number[] = [];
  for (const entry of text.split(',')) {
    if (entry.trim() === '') continue;
    const id = Number(/^\s*(-?\d+):\s*\S+\s*->/.exec(entry)?.[1]);
    if (!Number.isSafeInteger(id)) return null;
    ids.push(id);
  }
  return ids;
}

/** Whether a list of peers names a public key. */
export function namesPeer(text: string, pubkey: string): boolean {
  return text.toLowerCase().includes(pubkey);
}

/**
 * Whether a node says no only because it is starting: lnd:rpcperms/interceptor.go:ErrRPCStarting (no call is taken yet) and
 * lnd:rpcserver.go:ErrServerNotActive (no peer is).
 */
export function saysItStarts(text: string): boolean {
  return text.includes('in the process of starting');
}

function firstNumber(text: string, patterns: readonly RegExp[]): number | null {
  for (const pattern of patterns) {
    const digits = pattern.exec(text)?.[1];
    if (digits !== undefined && Number.isSafeInteger(Number(digits))) return Number(digits);
  }
  return null;
}

/** Protobuf text leaves out what is zero: other balances are there, or nothing at all. */
function zero(text: string): number | null {
  return /^\s*$|^\s*\w*balance:/.test(text) ? 0 : null;
}
