/**
 * Reads the fields of requests of the control plane. What a field cannot hold ends in a HostError that names it: texts that
 * are too long, amounts that are negative or larger than a double counts, enumerations that nobody knows.
 */
import type { PolicyPlan } from '../timeline/network.ts';
import type { PaymentProfile } from '../timeline/timeline.ts';
import { HostError, inside, within } from './host-error.ts';
import type { HostedChannel } from './hosted-channel.ts';
import type { HostedMining, HostedNetwork } from './hosted-network.ts';

/** A message as @grpc/proto-loader decodes it with keepCase, longs and enums as text, defaults and oneofs. */
export interface ControlRequest {
  readonly [field: string]: unknown;
}

/** Most of anything repeated. */
export const MAX_ITEMS = 10_000;

const MAX = Number.MAX_SAFE_INTEGER;
const MAX_U32 = 0xffff_ffff;
/** Least time between blocks that come by themselves, µs. */
const MIN_INTERVAL_US = 1000;
const MAX_BLOCKS = 10_000;
const MAX_CLTV = 0xffff;
/** Longest times that can be asked for: a year, µs. */
export const MAX_WAIT_US: number = 366 * 86_400 * 1_000_000;
const MAX_PARTS = 10_000;
const INBOUND = 0x8000_0000;

export function isGiven(request: ControlRequest, field: string): boolean {
  return request[field] !== undefined && request[field] !== null;
}

export function text(request: ControlRequest, field: string): string {
  return String(request[field] ?? '');
}

export function flag(request: ControlRequest, field: string): boolean {
  return request[field] === true;
}

/** @throws HostError when the number is not within these bounds */
export function integer(request: ControlRequest, field: string, least: number, most: number = MAX): number {
  return integerOf(request[field] ?? 0, field, least, most);
}

/** As integer(), where the field may be absent. */
export function optional(
  request: ControlRequest,
  field: string,
  least: number,
  most: number = MAX,
): number | undefined {
  return isGiven(request, field) ? integer(request, field, least, most) : undefined;
}

/** @throws HostError when there are too many */
export function list(request: ControlRequest, field: string): readonly unknown[] {
  const items = (request[field] ?? []) as readonly unknown[];
  if (items.length > MAX_ITEMS) {
    throw new HostError(`${field} has more than ${MAX_ITEMS} entries`, 'invalid_value', { field });
  }
  return items;
}

export function part(request: ControlRequest, field: string): ControlRequest | null {
  return (request[field] ?? null) as ControlRequest | null;
}

/** A node by its name. @throws HostError when there is none */
export function nodeAt(network: HostedNetwork, request: ControlRequest, field: string): number {
  return within(field, () => network.nodes.named(text(request, field)));
}

/** @throws HostError when the number is none of a channel */
export function channelId(request: ControlRequest, field = 'channel_id'): number {
  return integer(request, field, 0);
}

/** Channels by their numbers. @throws HostError when there was none of one of them */
export function channelList(network: HostedNetwork, request: ControlRequest, field: string): readonly HostedChannel[] {
  return list(request, field).map((id, i) => {
    const at = `${field}[${i}]`;
    return within(at, () => network.channels.ofId(integerOf(id, at, 0, MAX)));
  });
}

/** Index of an invoice, by its number. */
export function invoiceIndex(request: ControlRequest): number {
  return integer(request, 'invoice_id', 1) - 1;
}

export function readMining(request: ControlRequest | null): HostedMining | undefined {
  if (request === null) return undefined;
  return inside('mining', () => {
    const everyUs = integer(request, 'interval_us', 0);
    if (everyUs > 0 && everyUs < MIN_INTERVAL_US) {
      const what = `the interval must be 0 or at least ${MIN_INTERVAL_US} µs`;
      throw new HostError(what, 'invalid_value', { field: 'interval_us' });
    }
    return { blocks: integer(request, 'blocks', everyUs > 0 ? 1 : 0, MAX_BLOCKS), everyUs };
  });
}

/** @param capacitySat of the channel */
export function readPolicy(request: ControlRequest | null, field: string, capacitySat: number): PolicyPlan {
  if (request === null) return {};
  const plan: Record<string, number | boolean> = {};
  const read = (name: string, key: keyof PolicyPlan, least: number, most: number): void => {
    if (!isGiven(request, name)) return;
    plan[key] = integerOf(request[name], `${field}.${name}`, least, most);
  };
  read('fee_base_msat', 'feeBaseMsat', 0, MAX_U32);
  read('fee_rate_ppm', 'feeRatePpm', 0, MAX_U32);
  read('cltv_expiry_delta_blocks', 'cltvDelta', 1, MAX_CLTV);
  read('htlc_minimum_msat', 'minHtlcMsat', 0, MAX);
  read('htlc_maximum_msat', 'maxHtlcMsat', 0, capacitySat * 1000);
  read('inbound_fee_base_msat', 'inboundFeeBaseMsat', -INBOUND, INBOUND - 1);
  read('inbound_fee_rate_ppm', 'inboundFeeRatePpm', -INBOUND, INBOUND - 1);
  if (isGiven(request, 'disabled')) plan.disabled = flag(request, 'disabled');
  return plan;
}

/** What a payment is, but for its payer. */
export interface PaymentTarget {
  readonly destination: number;
  readonly amountMsat: number;
  readonly profile: PaymentProfile;
}

/** @throws HostError when it cannot be paid so */
export function readPayment(network: HostedNetwork, request: ControlRequest, source: number): PaymentTarget {
  const invoice = isGiven(request, 'invoice_id') ? invoiceIndex(request) : null;
  const plan = invoice === null ? null : within('invoice_id', () => network.invoices.at(invoice)).plan;
  const destination = plan?.node ?? nodeAt(network, request, 'destination');
  const named = text(request, 'destination');
  if (plan !== null && named !== '' && named !== network.nodes.name(plan.node)) {
    throw new HostError('the invoice is of another node', 'invalid_value', { field: 'destination', subject: named });
  }
  const asked = plan === null || plan.amountMsat < 0 ? null : plan.amountMsat;
  const amountMsat = asked !== null && !isGiven(request, 'amount_msat') ? asked : integer(request, 'amount_msat', 1);
  if (asked !== null && amountMsat !== asked) {
    throw new HostError(`the invoice asks for ${asked} msat`, 'invalid_value', { field: 'amount_msat' });
  }
  return { destination, amountMsat, profile: readProfile(network, request, source, invoice) };
}

function readProfile(
  network: HostedNetwork,
  request: ControlRequest,
  source: number,
  invoice: number | null,
): PaymentProfile {
  const method = readMethod(network, request, source, invoice);
  const { senderOptions } = network.nodes.kind(source);
  const needs = (option: (typeof senderOptions)[number], field: string, given: boolean): boolean => {
    if (given && !senderOptions.includes(option)) throw unsupported(network, source, field);
    return given;
  };
  const slots = (field: string): readonly number[] => channelList(network, request, field).map(({ slot }) => slot);
  const outgoing = slots('outgoing_channel_ids');
  const route = slots('route_channel_ids');
  const holdUs = integer(request, 'hold_us', 0, MAX_WAIT_US);
  const expiryUs = optional(request, 'invoice_expiry_us', 1, MAX_WAIT_US);
  if (expiryUs !== undefined && (method !== 'invoice' || invoice !== null)) {
    const what = 'only an invoice that is made for the payment has a lifetime of its own';
    throw new HostError(what, 'invalid_value', { field: 'invoice_expiry_us' });
  }
  return {
    method,
    feeLimitMsat: optional(request, 'fee_limit_msat', 0) ?? -1,
    timeoutUs: optional(request, 'timeout_us', 0, MAX_WAIT_US) ?? -1,
    maxParts: optional(request, 'max_parts', 1, MAX_PARTS) ?? -1,
    holdUs: flag(request, 'hold_until_expiry') ? -1 : holdUs,
    ...(flag(request, 'hold_fails') ? { settles: false } : {}),
    ...(needs('max_cltv', 'max_cltv_blocks', isGiven(request, 'max_cltv_blocks'))
      ? { maxCltv: integer(request, 'max_cltv_blocks', 1, MAX_CLTV) }
      : {}),
    ...(needs('outgoing_channel', 'outgoing_channel_ids', outgoing.length > 0) ? { outgoingChannels: outgoing } : {}),
    ...(needs('last_hop', 'last_hop', text(request, 'last_hop') !== '')
      ? { lastHop: nodeAt(network, request, 'last_hop') }
      : {}),
    ...(expiryUs === undefined ? {} : { invoiceExpiryUs: expiryUs }),
    ...(invoice === null ? {} : { invoice }),
    ...(flag(request, 'probe') ? { probe: true } : {}),
    ...(route.length === 0 ? {} : { route }),
  };
}

function readMethod(
  network: HostedNetwork,
  request: ControlRequest,
  source: number,
  invoice: number | null,
): PaymentProfile['method'] {
  const field = 'method';
  const method = text(request, field);
  const isOfInvoice = method === 'METHOD_INVOICE' || method === 'METHOD_UNSPECIFIED' || method === '';
  if (invoice !== null && !isOfInvoice) {
    throw new HostError('an invoice is not paid so', 'invalid_value', { field, subject: method });
  }
  switch (method) {
    case '':
    case 'METHOD_UNSPECIFIED':
      return invoice === null ? 'keysend' : 'invoice';
    case 'METHOD_KEYSEND':
      return 'keysend';
    case 'METHOD_INVOICE':
      return 'invoice';
    case 'METHOD_AMP':
      if (network.nodes.kind(source).paysByAmp !== true) throw unsupported(network, source, field);
      return 'amp';
    default:
      throw new HostError(`there is no method ${method}`, 'invalid_value', { field, subject: method });
  }
}

function unsupported(network: HostedNetwork, node: number, field: string): HostError {
  const { model } = network.nodes.plan(node);
  return new HostError(`${model} has no such option`, 'unsupported', { field, subject: model });
}

function integerOf(value: unknown, field: string, least: number, most: number): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < least || number > most) {
    const what = `${field} must be an integer from ${least} to ${most}`;
    throw new HostError(what, 'invalid_value', { field, subject: String(value) });
  }
  return number;
}
