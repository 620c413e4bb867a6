/**
 * The digest of a timeline: SHA-256 over its canonical form, the same on every machine.
 *
 * Columns go in as little-endian numbers, everything else as canonical JSON (RFC 8785), one text for each node and
 * channel so that no text as long as the network is built. What is hashed, and in which order, is a promise: a change
 * here changes every lock file.
 *
 * Left out are the places of expectations in the file (`line`, `column`) and the states that are kept (`captures`): they
 * change nothing of what happens.
 */
import { NumberHasher, type Sha256Stream } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { Timeline } from './timeline.ts';

/**
 * SHA-256 of the timeline, 64 hex digits.
 * @param hash the machine's SHA-256, where there is one that is faster than the engine's own
 */
export function timelineDigest(timeline: Timeline, hash?: Sha256Stream): string {
  const hasher = new NumberHasher(hash);
  const json = (value: unknown): void => hasher.text(canonicalJson(value as Json));
  const list = (values: readonly unknown[]): void => {
    hasher.u32(values.length);
    for (const value of values) json(value);
  };

  json({
    format: timeline.format,
    name: timeline.name,
    seed: timeline.seed,
    durationUs: timeline.durationUs,
    epochMs: timeline.epochMs,
    chain: timeline.chain,
    gossipUs: timeline.gossipUs,
    ...(timeline.start === undefined ? {} : { start: timeline.start }),
  });
  list(timeline.network.nodes);
  list(timeline.network.channels);
  list(timeline.channelNames);
  list(timeline.activities);
  list(timeline.expectations.map(({ atUs, atEnd, that, message }) => ({ atUs, atEnd, that, message })));
  list(timeline.actions);

  hasher.u32(timeline.length);
  const { timeUs, phase, ref } = timeline;
  hasher.rows(timeline.length, 16, (view, at, i) => {
    view.setFloat64(at, timeUs[i] as number, true);
    view.setUint32(at + 8, phase[i] as number, true);
    view.setUint32(at + 12, ref[i] as number, true);
  });
  const payments = timeline.payments;
  hasher.u32(payments.length);
  const { source, destination, amountMsat, activity, nth } = payments;
  hasher.rows(payments.length, 24, (view, at, i) => {
    view.setUint32(at, source[i] as number, true);
    view.setUint32(at + 4, destination[i] as number, true);
    view.setFloat64(at + 8, amountMsat[i] as number, true);
    view.setUint32(at + 16, activity[i] as number, true);
    view.setUint32(at + 20, nth[i] as number, true);
  });
  // Only where there are any, so that other timelines keep the digest they had before there were any of these.
  const { loops, triggers } = timeline;
  if (loops !== undefined || triggers !== undefined) {
    list(loops?.map(({ thinkUs: _, ...loop }) => loop) ?? []);
    for (const { thinkUs } of loops ?? []) for (const us of thinkUs) hasher.f64(us);
    list(triggers ?? []);
  }
  if (timeline.behaviours !== undefined) list(timeline.behaviours);
  if (timeline.invoices !== undefined) list(timeline.invoices);
  if (payments.lane !== undefined) for (const lane of payments.lane) hasher.u32(lane);
  return hasher.digest();
}
