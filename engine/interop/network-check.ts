/** The check of a network file; the bundled command has one that was compiled when it was built (see scripts/bundle.mjs). */
import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { NETWORK_SCHEMA } from './network-schema.ts';

/** Compiled when first needed: it takes some milliseconds. */
let check: ValidateFunction | undefined;

export function makeNetworkValidator(options: Options = {}): Ajv2020 {
  return new Ajv2020({ allErrors: true, strict: false, ...options });
}

export function networkCheck(): ValidateFunction {
  check ??= makeNetworkValidator().compile(NETWORK_SCHEMA);
  return check;
}
