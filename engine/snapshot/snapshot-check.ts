/** The check of a snapshot's shape; the bundled command has one that was compiled when it was built (see scripts/bundle.mjs). */
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { SNAPSHOT_SCHEMA } from './snapshot-schema.ts';

/** Compiled when first needed: it takes some milliseconds. */
let check: ValidateFunction | undefined;

export function makeSnapshotValidator(options: Options = {}): Ajv {
  return new Ajv({ allErrors: false, strict: true, strictTypes: false, ...options });
}

export function snapshotCheck(): ValidateFunction {
  check ??= makeSnapshotValidator().compile(SNAPSHOT_SCHEMA);
  return check;
}
