/** Why a call on hosted nodes cannot be done: a sentence for people, and what a program goes by (ErrorReason of control.proto). */

export type HostReason =
  | 'invalid_value'
  | 'unsupported'
  | 'unknown_node'
  | 'unknown_model'
  | 'unknown_channel'
  | 'unknown_invoice'
  | 'unknown_payment'
  | 'unknown_network'
  | 'node_exists'
  | 'channel_exists'
  | 'network_in_use'
  | 'refused'
  | 'node_stopped'
  | 'not_connected'
  | 'invoice_state'
  | 'limit'
  | 'network_damaged'
  | 'network_foreign'
  | 'network_replaced'
  | 'watcher_slow';

/** What it is about. */
export interface HostErrorAbout {
  /** Name or number of a node, a channel …. */
  readonly subject?: string;
  /** Path of the field of the request. */
  readonly field?: string;
}

/** Answer of a call that was asked for something impossible. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly reason: HostReason;
  readonly subject: string;
  readonly field: string;

  constructor(message: string, reason: HostReason, { subject = '', field = '' }: HostErrorAbout = {}) {
    super(message);
    this.reason = reason;
    this.subject = subject;
    this.field = field;
  }

  /** The same, known to be about this field of the request. */
  at(field: string): HostError {
    return new HostError(this.message, this.reason, { subject: this.subject, field: this.field || field });
  }

  /** The same, whose field is one of this part of the request. */
  under(part: string): HostError {
    return new HostError(this.message, this.reason, { subject: this.subject, field: `${part}.${this.field}` });
  }
}

/** Errors of the act are known to be about a field of the request. */
export function within<T>(field: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof HostError ? error.at(field) : error;
  }
}

/** Fields that errors of the act name are fields of a part of the request. */
export function inside<T>(part: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof HostError ? error.under(part) : error;
  }
}
