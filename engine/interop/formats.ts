/** The registry of import formats. A format is one file; adding one is one line here. */
import { blastNetwork } from './blast-network.ts';
import { cloth } from './cloth.ts';
import type { ImportFormat } from './imported.ts';
import { lndDescribegraph } from './lnd-describegraph.ts';
import { simLn } from './sim-ln.ts';

/** All formats, in the order in which contents are tried. */
export const IMPORT_FORMATS: readonly ImportFormat[] = [blastNetwork, lndDescribegraph, simLn, cloth];

/** A format by name. */
export function importFormat(name: string): ImportFormat | undefined {
  return IMPORT_FORMATS.find((format) => format.name === name);
}

/** The format that the contents look like. */
export function recogniseFormat(files: ReadonlyMap<string, string>): ImportFormat | undefined {
  return IMPORT_FORMATS.find((format) => format.recognise(files));
}
