/** Who takes an output of a revoked commitment, as the witness tells (BOLT 3). */
import type { TxInput } from './transaction.ts';

/** As in RECORD.revokedOutput. */
export const OUTPUT = { balance: 1, htlc: 2, second: 3 } as const;
export const WHO = { victim: 1, cheater: 2 } as const;

/** What an input spends of a revoked commitment, or of what comes of it. */
export interface RevokedCoin {
  readonly valueSat: number;
  /** It is of a second-level transaction. */
  readonly second: boolean;
}

/**
 * Of a to_local output, and of one of second-level transactions, the victim's witness is <sig> 1 <script> and the cheater's
 * <sig> <> <script>; of an HTLC output the victim's is <sig> <revocation key> <script>. Null for what was no cheater's.
 */
export function takenOutput({ witness }: TxInput): { readonly output: number; readonly who: number } | null {
  if (witness.length === 3 && witness[1]!.length <= 1) {
    return { output: OUTPUT.balance, who: witness[1]!.length === 1 ? WHO.victim : WHO.cheater };
  }
  if (witness.length === 3 && witness[1]!.length === 33) return { output: OUTPUT.htlc, who: WHO.victim };
  return witness.length === 5 ? { output: OUTPUT.htlc, who: WHO.cheater } : null;
}
