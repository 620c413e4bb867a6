/**
 * The protocol of BLAST and the JSON-RPC of a chain, answered by somebody else: by a process and a chain that run, whose
 * answers are kept, or by a recording of them.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type handleUnaryCall, makeClientConstructor, type ServiceDefinition, status } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { Json } from '../base/json.ts';
import { BLAST_PROTO } from './blast-proto.ts';
import type { BitcoindTarget, LinkTarget } from './contract.ts';
import { type Asked, type Outcome, type RecordedCall, Recorder, type Recording } from './recording.ts';
import { Replay } from './replay.ts';
import { serve } from './serve.ts';
import { serverCredentials } from './server-credentials.ts';
import { accessOf } from './unary-client.ts';

/** As BLAST_SERVICE, with bytes in base64, so that messages are JSON. */
const SERVICE: ServiceDefinition = fromJSON(BLAST_PROTO as Parameters<typeof fromJSON>[0], {
  keepCase: true,
  longs: String,
  bytes: String,
  defaults: true,
})['blast_proto.BlastRpc'] as ServiceDefinition;

/** The chain of a recording takes any user; this one stands in its address. */
const NOBODY = { user: 'recording', password: 'recording' };

const HTTP_FAILURE = 500;

export interface StandIn {
  /** HOST:PORT of the process. */
  readonly address: string;
  /** Null where there is no chain. */
  readonly chain: BitcoindTarget | null;
  stop(): Promise<void>;
}

type Answer = (to: Asked, call: string, request: Json) => Promise<Outcome>;

/** Stands before a process and its chain, and keeps what is asked and answered. Nothing is awaited longer than `callMs`. */
export async function recordingProxy(
  target: LinkTarget,
  chain: BitcoindTarget | null,
  callMs: number,
): Promise<StandIn & { readonly calls: readonly RecordedCall[] }> {
  const client = new (makeClientConstructor(SERVICE, 'nodes'))(target.address, accessOf(target));
  const recorder = new Recorder();
  const standIn = await stand(chain !== null, async (to, call, request) => {
    const outcome =
      to === 'model'
        ? await modelOutcome(client, call, request as object, callMs)
        : await chainOutcome(chain!, call, request, callMs);
    recorder.add(to, call, request, outcome);
    return outcome;
  });
  const stop = async (): Promise<void> => {
    await standIn.stop();
    client.close();
  };
  return { ...standIn, calls: recorder.calls, stop };
}

/** Stands in for what was recorded. */
export async function replayServer(recording: Recording): Promise<StandIn & { readonly replay: Replay }> {
  const replay = new Replay(recording);
  const hasChain = recording.calls.some(({ to }) => to === 'chain');
  const standIn = await stand(hasChain, async (to, call, request) => {
    const message = 'the recording has no such call here';
    return replay.ask(to, call, request) ?? { error: { code: status.INTERNAL, message } };
  });
  return { ...standIn, replay };
}

async function stand(hasChain: boolean, answer: Answer): Promise<StandIn> {
  const implementation = Object.fromEntries(
    Object.keys(SERVICE).map((name): [string, handleUnaryCall<object, object>] => [
      name,
      ({ request }, callback) => {
        answer('model', name, { ...request } as Json).then((outcome) => {
          if ('answer' in outcome) callback(null, outcome.answer as object);
          else callback({ code: outcome.error.code, details: outcome.error.message });
        }, callback);
      },
    ]),
  );
  const service = { name: 'blast_proto.BlastRpc', proto: BLAST_PROTO, definition: SERVICE, implementation };
  const server = await serve({ host: '127.0.0.1', port: 0 }, serverCredentials(null), [service]);
  const chain = hasChain ? await chainServer(answer) : null;
  return {
    address: `127.0.0.1:${server.address.port}`,
    chain: chain?.target ?? null,
    stop: async () => {
      chain?.stop();
      await server.stop();
    },
  };
}

async function chainServer(answer: Answer): Promise<{ readonly target: BitcoindTarget; stop(): void }> {
  const server = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      const { id, method, params } = JSON.parse(body) as { id: Json; method: string; params: Json };
      const outcome = await answer('chain', method, params);
      const isAnswer = 'answer' in outcome;
      response.statusCode = isAnswer ? 200 : HTTP_FAILURE;
      const [result, error] = isAnswer ? [outcome.answer, null] : [null, outcome.error];
      response.end(JSON.stringify({ result, error, id }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { target: { url: `http://127.0.0.1:${port}/`, ...NOBODY }, stop };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const data of request) body += String(data);
  return body;
}

type Unary = (
  request: object,
  options: { readonly deadline: number },
  answer: (error: { readonly code: number; readonly details: string } | null, value?: object) => void,
) => void;

function modelOutcome(client: object, call: string, request: object, ms: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const method = (client as Readonly<Record<string, Unary>>)[call]!;
    method.call(client, request, { deadline: Date.now() + ms }, (error, value) =>
      resolve(
        error === null ? { answer: { ...value } as Json } : { error: { code: error.code, message: error.details } },
      ),
    );
  });
}

async function chainOutcome(
  { url, user, password }: BitcoindTarget,
  method: string,
  params: Json,
  ms: number,
): Promise<Outcome> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const body = JSON.stringify({ jsonrpc: '1.0', id: 0, method, params });
  const failed = (message: string): Outcome => ({ error: { code: -1, message } });
  try {
    const signal = AbortSignal.timeout(ms);
    const response = await fetch(url, { method: 'POST', headers: { authorization }, body, signal, redirect: 'error' });
    if (response.status === 401 || response.status === 403) return failed('it does not know the user or the password');
    const { result, error } = (await response.json()) as {
      readonly result: Json;
      readonly error: { readonly code: number; readonly message: string } | null;
    };
    return error === null ? { answer: result } : { error: { code: error.code, message: error.message } };
  } catch (error) {
    return failed((error as Error).message);
  }
}
