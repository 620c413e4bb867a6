/**
 * What happens in a hosted network, told by what it is about instead of the numbers of records (engine/simulate/records.ts):
 * nodes by index, channels as they were asked for. Records that mean nothing to a client of the control plane are left out.
 */
import type { TransactionKind } from './control-names.ts';
import type { HostedChannel, HostedEdge } from './hosted-channel.ts';
import type { HostedPayment } from './hosted-payments.ts';

export type HostedEvent =
  | { readonly kind: 'block'; readonly blocks: number; readonly height: number; readonly transactions: number }
  | {
      readonly kind: 'transaction';
      readonly of: TransactionKind;
      readonly state: 'broadcast' | 'confirmed' | 'replaced';
      readonly channel: HostedChannel | null;
      readonly valueSat: number;
      /** Null of one that is confirmed. */
      readonly feeSat: number | null;
    }
  | {
      readonly kind: 'node';
      readonly node: number;
      readonly change: 'created' | 'started' | 'stopped' | 'crashed' | 'funded';
      readonly amountSat: number;
    }
  | { readonly kind: 'peers'; readonly node: number; readonly peer: number; readonly connected: boolean }
  | { readonly kind: 'channel'; readonly channel: HostedChannel; readonly state: string; readonly active: boolean }
  | { readonly kind: 'policy'; readonly edge: HostedEdge }
  | { readonly kind: 'payment'; readonly payment: HostedPayment }
  | {
      readonly kind: 'htlc';
      readonly edge: HostedEdge;
      readonly state: 'offered' | 'committed' | 'fulfilled' | 'failed';
      readonly attempt: number;
      /** Null of one that failed. */
      readonly amountMsat: number | null;
      /** Of one that is offered. */
      readonly expiry: number | null;
      /** Of one that failed, BOLT 4. */
      readonly failureCode: number;
    }
  | { readonly kind: 'invoice'; readonly invoice: number };

/** @param timeUs virtual time */
export type HostedListener = (event: HostedEvent, timeUs: number) => void;
