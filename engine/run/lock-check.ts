/** The check of a lock file; the bundled command has one that was compiled when it was built (see scripts/bundle.mjs). */
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { LOCK_SCHEMA } from './lock-schema.ts';

/** Compiled when first needed: it takes some milliseconds. */
let check: ValidateFunction | undefined;

export function makeLockValidator(options: Options = {}): Ajv {
  return new Ajv({ allErrors: false, strict: true, ...options });
}

export function lockCheck(): ValidateFunction {
  check ??= makeLockValidator().compile(LOCK_SCHEMA);
  return check;
}
