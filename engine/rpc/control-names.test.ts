/** Enumerations of the control plane say all that the engine has, and nothing else. */
import { status } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { observedState, STATE } from '../simulate/channel-lifecycle.ts';
import { FAILURE } from '../simulate/failure.ts';
import { INVOICE_NAMES } from '../simulate/invoices.ts';
import { OUTCOME_NAMES, TX_NAMES } from '../simulate/records.ts';
import { CHANNEL_STATES, ERRORS, INVOICE_STATES, PAYMENT_FAILURES, TRANSACTION_KINDS } from './control-names.ts';
import { CONTROL_PROTO } from './control-proto.ts';

const root = protobuf.Root.fromJSON(CONTROL_PROTO as protobuf.INamespace);
const values = (name: string): Record<string, number> => root.lookupEnum(`blast.v1.${name}`).values;
/** HtlcTimeout, htlcTimeout → HTLC_TIMEOUT. */
const upper = (name: string): string => name.replace(/(?<=.)([A-Z])/g, '_$1').toUpperCase();

describe('enumerations', () => {
  it('of transactions', () => {
    const names = TX_NAMES.map((name) => `TRANSACTION_${upper(name).replace('COOP_CLOSE', 'COOPERATIVE_CLOSE')}`);
    expect(TRANSACTION_KINDS).toEqual(names);
    expect(Object.keys(values('TransactionKind')).slice(1)).toEqual(names);
  });

  it('of outcomes', () => {
    const names = ['FAILURE_NONE', ...OUTCOME_NAMES.slice(1).map((name) => `FAILURE_${upper(name)}`)];
    expect(PAYMENT_FAILURES).toEqual(names);
    expect(values('PaymentFailure')).toEqual(Object.fromEntries(names.map((name, number) => [name, number])));
  });

  it('of failure messages', () => {
    const codes = Object.entries(FAILURE).map(([name, code]) => [
      name === 'none' ? 'CODE_NONE' : `CODE_${upper(name)}`,
      code,
    ]);
    expect(values('FailureCode')).toEqual({ CODE_NONE: 0, ...Object.fromEntries(codes) });
  });

  it('of states', () => {
    const states = new Set(Object.values(STATE).map(observedState));
    for (const hidden of ['none', 'opening']) states.delete(hidden);
    expect(new Set(Object.keys(CHANNEL_STATES))).toEqual(states);
    expect(Object.values(CHANNEL_STATES)).toEqual(Object.keys(values('ChannelState')).slice(1));
    expect(Object.keys(INVOICE_STATES)).toEqual([...INVOICE_NAMES.slice(1), 'expired']);
    expect(Object.values(INVOICE_STATES)).toEqual(Object.keys(values('InvoiceState')).slice(1));
  });

  it('of reasons', () => {
    const told = Object.values(ERRORS).map(([, reason]) => reason);
    expect(['ERROR_UNSPECIFIED', ...told, 'ERROR_INTERNAL']).toEqual(Object.keys(values('ErrorReason')));
    for (const [name] of Object.values(ERRORS)) expect(status[name]).toBeGreaterThan(0);
  });
});
