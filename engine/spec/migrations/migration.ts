/**
 * What a migration is: one step from a version of the file format to the next one. It changes the parsed document,
 * which keeps comments, order and places; reading a file in memory and `blast migrate` both use it. A step is never
 * changed once a later version has been released.
 */
import type { Document } from 'yaml';
import type { JsonSchema } from '../schema-types.ts';

export interface Migration {
  /** The version that it leads away from; it leads to the next one. */
  readonly from: number;
  /** Schema of that version, with the engine’s own keywords; what does not fit is reported and not migrated. */
  readonly schema: JsonSchema;
  /** Changes a document that fits the schema and holds no aliases. */
  migrate(document: Document): void;
}
