/** What a model process says of itself before a run (Describe), as either kind of link asks for it. */
import { ENGINE_VERSION } from '../base/version.ts';
import { type DescribeResponse, decodeDescription, encodeDescribeRequest, PROTOCOL } from './wire.ts';

export function describeRequest(): Uint8Array {
  return encodeDescribeRequest({ protocol: PROTOCOL, engine_version: ENGINE_VERSION });
}

/** @throws Error that says why no run can be played with such a process */
export function readDescribed(bytes: Uint8Array, address: string): DescribeResponse {
  let description: DescribeResponse;
  try {
    description = decodeDescription(bytes);
  } catch (error) {
    throw new Error(
      `the process at ${address} describes itself with bytes that cannot be read: ${(error as Error).message}`,
    );
  }
  if (description.protocol !== PROTOCOL) {
    throw new Error(
      `the process at ${address} (${description.software || 'unknown software'}) speaks version ${description.protocol} of ` +
        `blast.v1.Model, blast ${ENGINE_VERSION} speaks version ${PROTOCOL}`,
    );
  }
  return description;
}
