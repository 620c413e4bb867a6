/**
 * Messages of the simulation plane (proto/blast/v1/model.proto) as bytes and as objects. Fields keep the names that they
 * have in the file; one that is absent is read as its default, as protocol buffers have it. All integers fit a double exactly
 * (see the file), so that they are numbers here and no objects.
 */
import type { Json } from '../base/json.ts';
import { messageReader } from './message-reader.ts';
import { type MessageType, messageTypes } from './message-types.ts';
import { messageWriter } from './message-writer.ts';
import { MODEL_PROTO } from './model-proto.ts';

/** Version of the protocol: both sides must have the same. */
export const PROTOCOL = 1;

/** A message: fields by their names in the .proto file. */
export interface Message {
  readonly [field: string]: unknown;
}

export interface Turn extends Message {
  readonly number: number;
  readonly now_us: number;
  readonly height: number;
  readonly changes: readonly Change[];
  readonly model: string;
  /** Name of the field that holds the question or stimulus; only in what was decoded. */
  readonly ask?: string;
}

export type Change = Message;

export interface Send {
  readonly payment: number;
  readonly edge: readonly number[];
  readonly amount_msat: readonly number[];
  readonly expiry: readonly number[];
  readonly offer_code?: number;
  readonly check_codes?: readonly number[];
}

export interface Action {
  readonly send?: Send;
  readonly resolve?: { readonly payment: number; readonly outcome: number };
  readonly timer?: { readonly payment: number; readonly at_us: number };
}

export interface TermsMessage {
  readonly dust_limit_sat: number;
  readonly reserve_sat: number;
  readonly max_accepted_htlcs: number;
  readonly max_in_flight_msat: number;
  readonly htlc_minimum_msat: number;
  readonly to_self_delay: number;
}

export interface PolicyMessage {
  readonly fee_base_msat: number;
  readonly fee_rate_ppm: number;
  readonly cltv_delta: number;
  readonly min_htlc_msat: number;
  readonly max_htlc_msat: number;
  readonly disabled: boolean;
  readonly inbound_fee_base_msat: number;
  readonly inbound_fee_rate_ppm: number;
}

export interface Answer {
  readonly number: number;
  readonly actions?: readonly Action[];
  readonly code?: number;
  readonly value?: number;
  readonly terms?: TermsMessage | null;
  readonly opening?: {
    readonly terms?: TermsMessage | null;
    readonly minimum_depth: number;
    readonly reason: string;
  } | null;
  readonly text?: string;
  readonly policy?: PolicyMessage | null;
  readonly memories?: { readonly memories: readonly { readonly node: number; readonly state: string }[] } | null;
  readonly answers?: { readonly answers: readonly Answer[] } | null;
  /** Name of the field that holds the result; only in what was decoded. */
  readonly result?: string;
}

const types = messageTypes(MODEL_PROTO, 'blast.v1');
const typeOf = (name: string): MessageType => types.get(name) as MessageType;
const writeTurn = messageWriter(typeOf('Turn'));
const writeAnswer = messageWriter(typeOf('Answer'));
const readTurn = messageReader(typeOf('Turn'));
const readAnswer = messageReader(typeOf('Answer'));

export function encodeTurn(turn: Turn): Uint8Array {
  return writeTurn(turn);
}

/** @throws Error when the bytes are no turn */
export function decodeTurn(bytes: Uint8Array): Turn {
  return readTurn(bytes) as Turn;
}

export function encodeAnswer(answer: Answer): Uint8Array {
  return writeAnswer(answer);
}

/** @throws Error when the bytes are no answer */
export function decodeAnswer(bytes: Uint8Array): Answer {
  return readAnswer(bytes) as Answer;
}

/** A JSON text of a message. @throws Error when it is none */
export function parseState(text: string): Json {
  return JSON.parse(text) as Json;
}

export function encodeDescribeRequest(request: {
  readonly protocol: number;
  readonly engine_version: string;
}): Uint8Array {
  return messageWriter(typeOf('DescribeRequest'))(request);
}

export interface DescribeResponse {
  readonly protocol: number;
  readonly software: string;
  readonly models: readonly Message[];
}

export function encodeDescription(description: DescribeResponse): Uint8Array {
  return messageWriter(typeOf('DescribeResponse'))(description);
}

/** @throws Error when the bytes are no description */
export function decodeDescription(bytes: Uint8Array): DescribeResponse {
  return messageReader(typeOf('DescribeResponse'))(bytes) as DescribeResponse;
}
