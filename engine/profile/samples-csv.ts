/** The samples of a profile as CSV: a row a sample, whole numbers. */
import type { ProfileSample } from './sampler.ts';

const HEADER =
  'virtual_us,wall_us,cpu_us,rss_bytes,heap_bytes,buffer_bytes,events,payments_started,payments_resolved\n';

/** Wall and CPU times count from the beginning of the profile. */
export function samplesCsv(samples: readonly ProfileSample[], begin: { wallMs: number; cpuMs: number }): string {
  const rows = samples.map((s) =>
    [
      s.timeUs,
      Math.round((s.wallMs - begin.wallMs) * 1000),
      Math.round((s.cpuMs - begin.cpuMs) * 1000),
      s.rssBytes,
      s.heapBytes,
      s.bufferBytes,
      s.events,
      s.paymentsStarted,
      s.paymentsResolved,
    ].join(','),
  );
  return `${HEADER}${rows.join('\n')}\n`;
}
