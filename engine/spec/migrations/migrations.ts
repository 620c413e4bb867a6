/** All steps between versions, oldest first; a new version is one file and one line here. */
import type { Migration } from './migration.ts';
import { fromVersion0 } from './v0-to-v1.ts';

/** Version that the engine itself works with. */
export const CURRENT_VERSION = 1;

export const MIGRATIONS: readonly Migration[] = [fromVersion0];

/** Versions that can be read, oldest first. */
export const READABLE_VERSIONS: readonly number[] = [...MIGRATIONS.map(({ from }) => from), CURRENT_VERSION];
