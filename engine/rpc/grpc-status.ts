/** How a call of gRPC ended, out of what HTTP says of it. */
import { GRPC, type GrpcStatus } from './grpc-frames.ts';

type Headers = Readonly<Record<string, unknown>>;

/** What a status of HTTP says where there is none of gRPC (http-grpc-status-mapping.md of gRPC). */
const OF_HTTP: Readonly<Record<number, number>> = {
  400: GRPC.internal,
  401: GRPC.unauthenticated,
  403: GRPC.permissionDenied,
  404: GRPC.unimplemented,
  429: GRPC.unavailable,
  502: GRPC.unavailable,
  503: GRPC.unavailable,
  504: GRPC.unavailable,
};

/** The status that headers at the end of a call hold; null where there is none. */
export function statusOf(headers: Headers): GrpcStatus | null {
  const code = headers['grpc-status'];
  if (typeof code !== 'string') return null;
  const message = headers['grpc-message'];
  return {
    code: /^\d+$/.test(code) ? Number(code) : GRPC.unknown,
    details: typeof message === 'string' ? decoded(message) : '',
  };
}

/** What is wrong with an answer of something that does not speak gRPC; null where nothing is. */
export function ofHttp(headers: Headers): GrpcStatus | null {
  const status = Number(headers[':status']);
  if (status !== 200) {
    return { code: OF_HTTP[status] ?? GRPC.unknown, details: `it answers with status ${headers[':status']} of HTTP` };
  }
  const type = headers['content-type'];
  const text = typeof type === 'string' ? type : '';
  if (text.startsWith('application/grpc')) return null;
  return { code: GRPC.unknown, details: `it answers with ${text === '' ? 'no type of content' : text}` };
}

function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
