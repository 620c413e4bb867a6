/** Names of the enumerations of proto/blast/v1/control.proto, and what they stand for in the engine. */
import type { HostReason } from './host-error.ts';

/** By the numbers of TX in engine/simulate/records.ts. */
export const TRANSACTION_KINDS = [
  'TRANSACTION_FUNDING',
  'TRANSACTION_COOPERATIVE_CLOSE',
  'TRANSACTION_COMMITMENT',
  'TRANSACTION_SWEEP_LOCAL',
  'TRANSACTION_SWEEP_REMOTE',
  'TRANSACTION_HTLC_TIMEOUT',
  'TRANSACTION_HTLC_SUCCESS',
  'TRANSACTION_HTLC_SWEEP',
  'TRANSACTION_SEND',
  'TRANSACTION_ANCHOR',
  'TRANSACTION_PENALTY',
] as const;
export type TransactionKind = (typeof TRANSACTION_KINDS)[number];

/** By the numbers of OUTCOME in engine/simulate/records.ts. */
export const PAYMENT_FAILURES = [
  'FAILURE_NONE',
  'FAILURE_RECIPIENT_REJECTED',
  'FAILURE_USER_ABANDONED',
  'FAILURE_RETRIES_EXHAUSTED',
  'FAILURE_PAYMENT_EXPIRED',
  'FAILURE_ROUTE_NOT_FOUND',
  'FAILURE_UNEXPECTED_ERROR',
  'FAILURE_INCORRECT_PAYMENT_DETAILS',
  'FAILURE_INSUFFICIENT_BALANCE',
  'FAILURE_NOT_DISPATCHED',
] as const;

/** By the states that observedState() of engine/simulate/channel-lifecycle.ts tells. */
export const CHANNEL_STATES: Readonly<Record<string, string>> = {
  pending: 'CHANNEL_PENDING',
  open: 'CHANNEL_OPEN',
  closing: 'CHANNEL_CLOSING',
  force_closing: 'CHANNEL_FORCE_CLOSING',
  resolving: 'CHANNEL_RESOLVING',
  closed: 'CHANNEL_CLOSED',
};

/** By the states of InvoiceObservation. */
export const INVOICE_STATES: Readonly<Record<string, string>> = {
  open: 'INVOICE_OPEN',
  held: 'INVOICE_HELD',
  settled: 'INVOICE_SETTLED',
  cancelled: 'INVOICE_CANCELLED',
  expired: 'INVOICE_EXPIRED',
};

export const PAYMENT_METHODS = {
  keysend: 'METHOD_KEYSEND',
  invoice: 'METHOD_INVOICE',
  amp: 'METHOD_AMP',
} as const;

export const PAYMENT_STATES = {
  in_flight: 'PAYMENT_IN_FLIGHT',
  succeeded: 'PAYMENT_SUCCEEDED',
  failed: 'PAYMENT_FAILED',
} as const;

/** gRPC status code (by its name in grpc.status) and ErrorReason of each reason. */
export const ERRORS: Readonly<Record<HostReason, readonly [status: StatusName, reason: string]>> = {
  invalid_value: ['INVALID_ARGUMENT', 'ERROR_INVALID_VALUE'],
  unsupported: ['INVALID_ARGUMENT', 'ERROR_UNSUPPORTED'],
  unknown_node: ['NOT_FOUND', 'ERROR_UNKNOWN_NODE'],
  unknown_model: ['NOT_FOUND', 'ERROR_UNKNOWN_MODEL'],
  unknown_channel: ['NOT_FOUND', 'ERROR_UNKNOWN_CHANNEL'],
  unknown_invoice: ['NOT_FOUND', 'ERROR_UNKNOWN_INVOICE'],
  unknown_payment: ['NOT_FOUND', 'ERROR_UNKNOWN_PAYMENT'],
  unknown_network: ['NOT_FOUND', 'ERROR_UNKNOWN_NETWORK'],
  node_exists: ['ALREADY_EXISTS', 'ERROR_NODE_EXISTS'],
  channel_exists: ['ALREADY_EXISTS', 'ERROR_CHANNEL_EXISTS'],
  network_in_use: ['FAILED_PRECONDITION', 'ERROR_NETWORK_IN_USE'],
  refused: ['FAILED_PRECONDITION', 'ERROR_REFUSED'],
  node_stopped: ['FAILED_PRECONDITION', 'ERROR_NODE_STOPPED'],
  not_connected: ['FAILED_PRECONDITION', 'ERROR_NOT_CONNECTED'],
  invoice_state: ['FAILED_PRECONDITION', 'ERROR_INVOICE_STATE'],
  limit: ['RESOURCE_EXHAUSTED', 'ERROR_LIMIT'],
  network_damaged: ['DATA_LOSS', 'ERROR_NETWORK_DAMAGED'],
  network_foreign: ['FAILED_PRECONDITION', 'ERROR_NETWORK_FOREIGN'],
  network_replaced: ['ABORTED', 'ERROR_NETWORK_REPLACED'],
  watcher_slow: ['RESOURCE_EXHAUSTED', 'ERROR_WATCHER_SLOW'],
};

type StatusName =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'FAILED_PRECONDITION'
  | 'RESOURCE_EXHAUSTED'
  | 'DATA_LOSS'
  | 'ABORTED';
