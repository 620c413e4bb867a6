/**
 * A recorded exchange with a process that speaks the protocol of BLAST, and with the chain that it watches: what was asked,
 * in its order, and what came. Of what a caller looks at again and again only the changes are kept, each with the number of
 * the look that saw it first, so that a recording does not depend on how long calls took.
 */
import type { Json } from '../base/json.ts';

/** Who was asked: the process that has the nodes, or the chain (JSON-RPC). */
export type Asked = 'model' | 'chain';

/** What came: an answer, or a status (gRPC's, or JSON-RPC's code) with its sentence. */
export type Outcome =
  | { readonly answer: Json }
  | { readonly error: { readonly code: number; readonly message: string } };

export type RecordedCall = {
  readonly to: Asked;
  readonly call: string;
  /** Fields of the message, or parameters. */
  readonly request: Json;
  /** Of a look: its number among those at the same thing since the last call that is none, from 1. */
  readonly look?: number;
} & Outcome;

export interface Recording {
  readonly recording: 1;
  /** What was recorded, for people. */
  readonly about: string;
  /** The model's name, which its nodes' names begin with. */
  readonly model: string;
  readonly calls: readonly RecordedCall[];
}

/** A file that is no recording. The message says why. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/** Calls that change nothing. */
const LOOKS: Readonly<Record<Asked, ReadonlySet<string>>> = {
  model: new Set([
    'ChannelBalance',
    'GetListenAddress',
    'GetModelChannels',
    'GetPubKey',
    'GetSimLn',
    'ListChannels',
    'ListPeers',
    'WalletBalance',
  ]),
  chain: new Set(['getblockcount']),
};

const MODEL = /^[a-z][a-z0-9_-]{0,63}$/;

export function isLook(to: Asked, call: string): boolean {
  return LOOKS[to].has(call);
}

/** What tells two questions apart. */
export function questionKey(to: Asked, call: string, request: Json): string {
  return `${to} ${call} ${JSON.stringify(request)}`;
}

/** Keeps calls as they come. */
export class Recorder {
  readonly calls: RecordedCall[] = [];
  /** Since the last call that is no look: how often a question was asked, and what it was answered last. */
  readonly #looks = new Map<string, { count: number; outcome: string }>();

  add(to: Asked, call: string, request: Json, outcome: Outcome): void {
    if (!isLook(to, call)) {
      this.#looks.clear();
      this.calls.push({ to, call, request, ...outcome });
      return;
    }
    const key = questionKey(to, call, request);
    const known = this.#looks.get(key);
    const count = (known?.count ?? 0) + 1;
    const text = JSON.stringify(outcome);
    this.#looks.set(key, { count, outcome: text });
    if (known?.outcome !== text) this.calls.push({ to, call, request, look: count, ...outcome });
  }
}

/** One call a line. */
export function recordingText({ calls, ...head }: Recording): string {
  const opened = JSON.stringify(head, null, 2).slice(0, -2);
  return `${opened},\n  "calls": [\n${calls.map((call) => `    ${JSON.stringify(call)}`).join(',\n')}\n  ]\n}\n`;
}

/** @throws RecordingError */
export function parseRecording(text: string): Recording {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (error) {
    throw new RecordingError(`it is no JSON: ${(error as Error).message}`);
  }
  if (!isObject(json) || json.recording !== 1) throw new RecordingError('expected an object with "recording": 1');
  const { about, model, calls } = json;
  if (typeof about !== 'string') throw new RecordingError('`about` must be a text');
  if (typeof model !== 'string' || !MODEL.test(model)) throw new RecordingError('`model` must be the name of a model');
  if (!Array.isArray(calls)) throw new RecordingError('`calls` must be a list');
  for (const [i, call] of calls.entries()) {
    const wrong = whatIsWrong(call as Json);
    if (wrong !== null) throw new RecordingError(`calls[${i}]: ${wrong}`);
  }
  return json as unknown as Recording;
}

type JsonObject = { readonly [key: string]: Json };

const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

function whatIsWrong(json: Json): string | null {
  if (!isObject(json)) return 'expected an object';
  const { to, call, request, look, answer, error } = json;
  if (to !== 'model' && to !== 'chain') return '`to` must be model or chain';
  if (typeof call !== 'string') return '`call` must be the name of a call';
  if (to === 'model' ? !isObject(request) : !Array.isArray(request)) {
    return to === 'model' ? '`request` must be an object' : '`request` must be a list';
  }
  if (isLook(to, call) !== (look !== undefined))
    return `\`look\` ${look === undefined ? 'is missing' : 'has no place'}`;
  if (look !== undefined && !(Number.isSafeInteger(look) && Number(look) >= 1)) return '`look` must be a number from 1';
  if ((answer === undefined) === (error === undefined)) return 'either `answer` or `error` must be there';
  if (to === 'model' && answer !== undefined && !isObject(answer)) return '`answer` must be an object';
  if (error === undefined) return null;
  if (!isObject(error) || !Number.isSafeInteger(error.code) || typeof error.message !== 'string') {
    return '`error` must have a `code` and a `message`';
  }
  return null;
}
