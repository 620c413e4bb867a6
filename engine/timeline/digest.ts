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
import { NumberHasher } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { Timeline } from './timeline.ts';

/** SHA-256 of the timeline, 64 hex digits. */
export function timelineDigest(timeline: Timeline): string {
  const hasher = new NumberHasher();
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
  for (let i = 0; i < timeline.length; i++) {
    hasher.f64(timeline.timeUs[i] as number);
    hasher.u32(timeline.phase[i] as number);
    hasher.u32(timeline.ref[i] as number);
  }
  const payments = timeline.payments;
  hasher.u32(payments.length);
  for (let i = 0; i < payments.length; i++) {
    hasher.u32(payments.source[i] as number);
    hasher.u32(payments.destination[i] as number);
    hasher.f64(payments.amountMsat[i] as number);
    hasher.u32(payments.activity[i] as number);
    hasher.u32(payments.nth[i] as number);
  }
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
