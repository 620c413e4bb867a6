/** The simulation plane (proto/blast/v1/model.proto) as a gRPC service. Each call of Play is one run. */
import type { handleBidiStreamingCall, handleUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import { ENGINE_VERSION } from '../base/version.ts';
import type { ModelKind } from '../simulate/node-model.ts';
import { GRPC } from './grpc-frames.ts';
import { DESCRIBE_PATH, PLAY_PATH } from './model-paths.ts';
import { MODEL_PROTO } from './model-proto.ts';
import { ModelSession } from './model-session.ts';
import { describeKind } from './remote-kinds.ts';
import type { ServedService } from './serve.ts';
import { decodeTurn, encodeAnswer, encodeDescription, PROTOCOL } from './wire.ts';

const asIs = (bytes: Buffer): Buffer => bytes;
const bytesAsIs = {
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
};

/** Messages stay bytes: wire.ts reads and writes them. */
const DEFINITION: ServiceDefinition = {
  Describe: { path: DESCRIBE_PATH, requestStream: false, responseStream: false, ...bytesAsIs },
  Play: { path: PLAY_PATH, requestStream: true, responseStream: true, ...bytesAsIs },
};

/** @param listener hears when a run begins and how it ended; null without a problem */
export function modelService(
  kinds: readonly ModelKind[],
  listener: { began(): void; ended(problem: string | null): void },
): ServedService {
  const describe: handleUnaryCall<Buffer, Buffer> = (_, callback) => {
    const models = kinds.map(describeKind);
    callback(null, asBuffer(encodeDescription({ protocol: PROTOCOL, software: `blast ${ENGINE_VERSION}`, models })));
  };
  const play: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    const session = new ModelSession(kinds);
    let open = true;
    const close = (problem: string | null): void => {
      if (open) listener.ended(problem);
      open = false;
    };
    listener.began();
    call.on('data', (turn: Buffer) => {
      if (!open) return;
      try {
        call.write(asBuffer(encodeAnswer(session.take(decodeTurn(turn)))));
      } catch (error) {
        const { message } = error as Error;
        close(message);
        call.emit('error', { code: GRPC.internal, details: message });
      }
    });
    call.on('end', () => {
      close(null);
      call.end();
    });
    call.on('error', () => close('the connection broke'));
    call.on('cancelled', () => close(null));
  };
  return {
    name: 'blast.v1.Model',
    proto: MODEL_PROTO,
    definition: DEFINITION,
    implementation: { Describe: describe, Play: play },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
