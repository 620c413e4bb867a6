/** What the schema of a scenario is composed from. */
import type { ValidateFunction } from 'ajv/dist/2020.js';

export type JsonSchema = { readonly [key: string]: unknown };

/** The part of a registered kind that the schema needs. */
export interface SchemaKind {
  readonly name: string;
  readonly summary: string;
  /** Of an event: its arguments. Of an activity: the whole entry, told apart by a required key of its own. */
  readonly schema: JsonSchema;
}

export interface BehaviourSchema extends SchemaKind {
  /** µs; null: the kind takes no `every`. */
  readonly everyUs: number | null;
  readonly choosesChannels: boolean;
}

export interface SchemaModel {
  readonly name: string;
  readonly summary: string;
  /** Schema of the node key `options`. */
  readonly optionsSchema: JsonSchema;
}

export interface SchemaFormat {
  readonly name: string;
  readonly summary: string;
}

/** A model that another process offers and no registry knows. */
export interface AnnouncedModel {
  readonly name: string;
  /** Who says so, for messages to people. */
  readonly from: string;
  readonly optionsSchema: JsonSchema;
  /** The check of that schema. */
  readonly check: ValidateFunction;
  /** As ModelKind.senderOptions. */
  readonly senderOptions: readonly string[];
  /** As ModelKind.findsCircles. */
  readonly findsCircles: boolean;
}

export interface SchemaParts {
  readonly events: readonly SchemaKind[];
  readonly activities: readonly SchemaKind[];
  readonly models: readonly SchemaModel[];
  readonly formats: readonly SchemaFormat[];
  /** Kinds of generated networks; the schema is that of their arguments. */
  readonly topologies?: readonly SchemaKind[];
  /** What nodes do by themselves. */
  readonly behaviours?: readonly BehaviourSchema[];
}
