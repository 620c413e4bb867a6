/** The registry of export formats. A format is one file; adding one is one line here. */
import { blastNetworkExport } from './blast-network-export.ts';
import { clnWriter } from './cln-writer.ts';
import { clothWriter } from './cloth-writer.ts';
import type { ExportFormat } from './exported.ts';
import { lndDescribegraphWriter } from './lnd-describegraph-writer.ts';
import { polarWriter } from './polar-writer.ts';
import { simLnExport } from './sim-ln-export.ts';
import { warnetWriter } from './warnet-writer.ts';

export const EXPORT_FORMATS: readonly ExportFormat[] = [
  blastNetworkExport,
  lndDescribegraphWriter,
  clnWriter,
  clothWriter,
  polarWriter,
  simLnExport,
  warnetWriter,
];

/** A format by name. */
export function exportFormat(name: string): ExportFormat | undefined {
  return EXPORT_FORMATS.find((format) => format.name === name);
}
