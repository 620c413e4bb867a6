/**
 * What every export format writes: a network in full, as files of another tool. Formats only make texts; nothing here
 * writes a file. What a format cannot say is found by reading its files again (see losses.ts).
 */
import type { ChannelPlan, NodePlan, PolicyPlan } from '../timeline/network.ts';
import type { ImportedActivity } from './imported.ts';

/** A channel with everything that other tools want to know of it. */
export interface ExportChannel extends ChannelPlan {
  /** Short channel id as decimal text: the one it was given, or one that is made up (see withScids). */
  readonly scid: string;
  /** False for an id that is made up. */
  readonly scidGiven: boolean;
  readonly policy0: Required<PolicyPlan>;
  readonly policy1: Required<PolicyPlan>;
}

export interface ExportNetwork {
  readonly nodes: readonly NodePlan[];
  readonly channels: readonly ExportChannel[];
}

export interface ExportInput {
  /** Name of the files: letters, digits, hyphens, underscores and dots. */
  readonly name: string;
  readonly network: ExportNetwork;
  /** Regular activities between two nodes; most formats have none. */
  readonly activities: readonly ImportedActivity[];
  /** Model of imported nodes of which nothing is said. */
  readonly usualModel: string;
}

export interface ExportOutcome {
  /** Name of the one file, of the folder of several, or of the archive that they are packed into. */
  readonly target: string;
  readonly kind: 'file' | 'folder' | 'archive';
  /** Texts by name, relative to a folder or in an archive. */
  readonly files: ReadonlyMap<string, string>;
  /** What the import calls each node and each channel of the network. */
  readonly nodeNames: readonly string[];
  readonly channelNames: readonly string[];
  /** Activities that are in the files. */
  readonly activities: number;
  /** What has to be known of the files besides what they leave out. */
  readonly notes: readonly string[];
}

/** A format in which `blast export` writes a network. The import format of the same name reads it. */
export interface ExportFormat {
  readonly name: string;
  /** One line for help and documentation. */
  readonly summary: string;
  write(input: ExportInput): ExportOutcome;
}
