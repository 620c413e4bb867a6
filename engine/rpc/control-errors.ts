/**
 * Errors of the control plane as gRPC tells them: a status code, a sentence, and in the trailer grpc-status-details-bin a
 * google.rpc.Status with one ErrorDetail (control.proto), for programs.
 */
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { ERRORS } from './control-names.ts';
import { CONTROL_PROTO } from './control-proto.ts';
import { HostError } from './host-error.ts';

const TRAILER = 'grpc-status-details-bin';
const TYPE_URL = 'type.googleapis.com/blast.v1.ErrorDetail';

const detailType = protobuf.Root.fromJSON(CONTROL_PROTO as protobuf.INamespace).lookupType('blast.v1.ErrorDetail');
const anyType = new protobuf.Type('Any')
  .add(new protobuf.Field('type_url', 1, 'string'))
  .add(new protobuf.Field('value', 2, 'bytes'));
/** google.rpc.Status, which everybody knows by these numbers. */
const statusType = new protobuf.Type('Status')
  .add(new protobuf.Field('code', 1, 'int32'))
  .add(new protobuf.Field('message', 2, 'string'))
  .add(new protobuf.Field('details', 3, 'Any', 'repeated'))
  .add(anyType);
new protobuf.Root().add(statusType);

export interface ErrorDetail {
  /** Name of an ErrorReason. */
  readonly reason: string;
  readonly field: string;
  readonly subject: string;
}

/** What a server answers for an error; one that is no HostError is a defect, of which the client learns nothing else. */
export function controlFailure(error: unknown): ServiceError {
  const known = error instanceof HostError ? error : null;
  const [name, reason] = known === null ? (['INTERNAL', 'ERROR_INTERNAL'] as const) : ERRORS[known.reason];
  const code = status[name];
  const message = known?.message ?? 'the server has a defect';
  const detail: ErrorDetail = { reason, field: known?.field ?? '', subject: known?.subject ?? '' };
  const value = detailType.encode(detailType.fromObject(detail)).finish();
  const whole = { code, message, details: [{ type_url: TYPE_URL, value }] };
  const metadata = new Metadata();
  metadata.set(TRAILER, Buffer.from(statusType.encode(whole).finish()));
  return Object.assign(new Error(message), { code, details: message, metadata });
}

/** The detail of an error that a client got; null when there is none. */
export function errorDetail({ metadata }: ServiceError): ErrorDetail | null {
  const [bytes] = metadata?.get(TRAILER) ?? [];
  if (!(bytes instanceof Uint8Array)) return null;
  try {
    const { details = [] } = statusType.decode(bytes) as {
      details?: readonly { type_url: string; value: Uint8Array }[];
    };
    const found = details.find(({ type_url }) => type_url === TYPE_URL);
    if (found === undefined) return null;
    return detailType.toObject(detailType.decode(found.value), { enums: String, defaults: true }) as ErrorDetail;
  } catch {
    return null;
  }
}
