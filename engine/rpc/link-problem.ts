/** What is said of a call to a model process that ended. */
import { GRPC, type GrpcStatus } from './grpc-frames.ts';

export function problemOf({ code, details }: GrpcStatus, address: string): string {
  if (code === GRPC.unavailable) return `the process at ${address} cannot be reached (any more): ${details}`;
  if (code === GRPC.deadlineExceeded) return `the process at ${address} did not say in time what it is (Describe)`;
  if (code === GRPC.unimplemented) return `what listens at ${address} does not speak blast.v1.Model`;
  return `the process at ${address} failed: ${details === '' ? `the call ended with status ${code}` : details}`;
}

/** Of the call that a run is, which no process ends by itself. */
export function endOf(status: GrpcStatus, address: string): string {
  return status.code === GRPC.ok ? `the process at ${address} closed the stream` : problemOf(status, address);
}

export function lateOf(address: string, answerMs: number): string {
  return `the process at ${address} did not answer within ${answerMs / 1000} s`;
}
