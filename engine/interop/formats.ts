/** The registry of import formats. A format is one file; adding one is one line here. */
import { blastNetwork } from './blast-network.ts';
import { cln } from './cln.ts';
import { cloth } from './cloth.ts';
import type { ImportFormat } from './imported.ts';
import { lndDescribegraph } from './lnd-describegraph.ts';
import { polar } from './polar.ts';
import { simLn } from './sim-ln.ts';
import { warnet } from './warnet.ts';

/** All formats, in the order in which contents are tried. */
export const IMPORT_FORMATS: readonly ImportFormat[] = [
  blastNetwork,
  lndDescribegraph,
  polar,
  simLn,
  cln,
  cloth,
  warnet,
];

/** A format by name. */
export function importFormat(name: string): ImportFormat | undefined {
  return IMPORT_FORMATS.find((format) => format.name === name);
}

/** The format that the contents look like. */
export function recogniseFormat(files: ReadonlyMap<string, string>): ImportFormat | undefined {
  return IMPORT_FORMATS.find((format) => format.recognise(files));
}

/** Names of the files that a format has in a folder or an archive; without a format, those of all. */
export function memberNames(format?: ImportFormat): readonly string[] {
  return format === undefined ? IMPORT_FORMATS.flatMap(({ members = [] }) => members) : (format.members ?? []);
}

/** Paths of the files that belong to one that is named: those of its format beside it. */
export function companionsOf(path: string, format?: ImportFormat): readonly string[] {
  const [, folder = '', name = ''] = /^(.*[/\\])?([^/\\]*)$/s.exec(path) ?? [];
  const formats = format === undefined ? IMPORT_FORMATS : [format];
  const members = formats.find((one) => one.members?.includes(name))?.members ?? [];
  return members.filter((member) => member !== name).map((member) => `${folder}${member}`);
}
