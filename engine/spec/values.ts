/**
 * Typed values of validated parts of a scenario, for the kinds. What is handed in has passed the schema: text that is
 * not a value here is a fault of the engine and throws; users’ mistakes were reported before.
 */
import type { Json } from '../base/json.ts';
import type { IntRange, PaymentOptions, PolicySpec, Selector } from './scenario.ts';
import { parseAmount, parseDuration, parseFeerate, parseRate, parseSize, type UnitResult } from './units.ts';

type JsonObject = { readonly [key: string]: Json };

function value(result: UnitResult): number {
  if (result.ok) return result.value;
  throw new Error(`not validated: ${result.reason}`);
}

const SIGNED = { negative: true };

/** A property of a mapping; undefined when it is absent or when `json` is no mapping. */
export function property(json: Json | undefined, key: string): Json | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return Object.hasOwn(json, key) ? (json as JsonObject)[key] : undefined;
}

/** Duration in µs. */
export function durationUs(json: Json): number {
  return value(parseDuration(String(json), SIGNED));
}

/** Amount in msat. */
export function amountMsat(json: Json): number {
  return value(parseAmount(String(json), SIGNED));
}

/** Amount in sat, of a value that the schema holds to whole satoshi (`satAmount`). */
export function amountSat(json: Json): number {
  return Math.floor(amountMsat(json) / 1000);
}

/** Rate in ppm. */
export function ratePpm(json: Json): number {
  return value(parseRate(String(json), SIGNED));
}

/** Feerate in sat per 1000 weight units. */
export function feeratePerKw(json: Json): number {
  return value(parseFeerate(String(json)));
}

/** Size of transactions in weight units. */
export function sizeWeight(json: Json): number {
  return value(parseSize(String(json)));
}

function range(json: Json, read: (json: Json) => number): IntRange {
  if (Array.isArray(json)) return { low: read(json[0] as Json), high: read(json[1] as Json) };
  const single = read(json);
  return { low: single, high: single };
}

/** `10s` or `[1s, 10s]`, µs. */
export function parseDurationRange(json: Json): IntRange {
  return range(json, durationUs);
}

/** `5 sat` or `[1 sat, 10 sat]`, msat. */
export function parseAmountRange(json: Json): IntRange {
  return range(json, amountMsat);
}

/** `5 sat/vB` or `[5 sat/vB, 200 sat/vB]`, sat per 1000 weight units. */
export function parseFeerateRange(json: Json): IntRange {
  return range(json, feeratePerKw);
}

/** Labels of a node or selector, in the order of the mapping. */
export function parseLabels(json: Json | undefined): Readonly<Record<string, string>> {
  const labels: { [name: string]: string } = {};
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return labels;
  for (const [name, text] of Object.entries(json)) {
    Object.defineProperty(labels, name, { value: String(text), writable: true, enumerable: true, configurable: true });
  }
  return labels;
}

/** A selector: name or pattern, `{ labels }`, or a list of them. */
export function parseSelector(json: Json): Selector {
  if (Array.isArray(json)) return { kind: 'any', of: json.map(parseSelector) };
  const labels = property(json, 'labels');
  if (labels !== undefined) return { kind: 'labels', labels: parseLabels(labels) };
  return { kind: 'name', pattern: String(json) };
}

/** A policy; keys that are absent stay absent. */
export function parsePolicy(json: Json | undefined): PolicySpec {
  const get = <T>(key: string, name: string, read: (json: Json) => T): { readonly [name: string]: T } => {
    const found = property(json, key);
    return found === undefined ? {} : { [name]: read(found) };
  };
  return {
    ...get('fee_base', 'feeBaseMsat', amountMsat),
    ...get('fee_rate', 'feeRatePpm', ratePpm),
    ...get('cltv_expiry_delta', 'cltvDelta', Number),
    ...get('min_htlc', 'minHtlcMsat', amountMsat),
    ...get('max_htlc', 'maxHtlcMsat', amountMsat),
    ...get('disabled', 'disabled', (json) => json === true),
    ...get('inbound_fee_base', 'inboundFeeBaseMsat', amountMsat),
    ...get('inbound_fee_rate', 'inboundFeeRatePpm', ratePpm),
  };
}

/**
 * Options of payments from a mapping that holds them (other keys are ignored); -1 where the sender’s model decides,
 * `holdUs` is 0 when absent. Names of nodes and channels are left to who knows the network.
 */
export function parsePaymentOptions(json: Json | undefined): PaymentOptions {
  const get = (key: string, read: (json: Json) => number, absent: number): number => {
    const found = property(json, key);
    return found === undefined ? absent : read(found);
  };
  const some = (key: string, name: string, read: (json: Json) => number): { readonly [name: string]: number } => {
    const found = property(json, key);
    return found === undefined ? {} : { [name]: read(found) };
  };
  return {
    method: (property(json, 'method') ?? 'keysend') as PaymentOptions['method'],
    feeLimitMsat: get('fee_limit', amountMsat, -1),
    timeoutUs: get('timeout', durationUs, -1),
    maxParts: get('max_parts', Number, -1),
    holdUs: get('hold', durationUs, 0),
    ...some('max_cltv', 'maxCltv', Number),
    ...some('invoice_expiry', 'invoiceExpiryUs', durationUs),
    ...(property(json, 'probe') === true ? { probe: true } : {}),
    ...(property(json, 'settle') === false ? { settles: false } : {}),
  };
}
