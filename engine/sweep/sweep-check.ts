/** The check of sweep.json; the bundled command has one that was compiled when it was built (see scripts/bundle.mjs). */
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { SWEEP_SCHEMA } from './sweep-schema.ts';

/** Compiled when first needed: it takes some milliseconds. */
let check: ValidateFunction | undefined;

export function makeSweepValidator(options: Options = {}): Ajv {
  return new Ajv({ allErrors: false, strict: true, allowUnionTypes: true, ...options });
}

export function sweepCheck(): ValidateFunction {
  check ??= makeSweepValidator().compile(SWEEP_SCHEMA);
  return check;
}
