/** The state that a scenario begins in: its file is read, and what the scenario says of the network must not contradict it. */
import { sha256Json } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import { modelKind } from '../kinds/registry.ts';

import { type ChannelState, isJournal, type SimulationState, type SnapshotDocument } from '../snapshot/document.ts';
import type { SnapshotReading } from '../snapshot/read.ts';
import type { Placed, Scenario } from '../spec/scenario.ts';
import type { AnnouncedModel } from '../spec/schema-types.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import { CARRIED_KIND, carriedActivity } from '../timeline/carried.ts';
import type { ChannelPlan, NodePlan, PolicyPlan } from '../timeline/network.ts';
import type { ActivityPart } from '../timeline/seal.ts';
import type { InvoicePlan, PaymentProfile } from '../timeline/timeline.ts';
import type { FileAccess } from './imports.ts';
import { readNamedFiles } from './named-files.ts';
import type { Reporter } from './stage.ts';

/** A snapshot that a scenario begins in. */
export interface StartSnapshot {
  /** Path as diagnostics show it. */
  readonly file: string;
  /** SHA-256 that the file states of itself. */
  readonly digest: string;
  /** SHA-256 of the state alone: who took it, and with which version of the engine, makes no difference to what follows. */
  readonly stateDigest: string;
  readonly document: SnapshotDocument<SimulationState>;
}

export interface LoadedSnapshot {
  readonly start: StartSnapshot | null;
  /** Path of the file that was read, and what of it counts: the digest of its state. */
  readonly files: readonly (readonly [string, string])[];
}

export async function loadStartSnapshot(
  scenario: Scenario,
  index: SourceIndex,
  access: FileAccess,
  reporter: Reporter,
  models: readonly AnnouncedModel[],
): Promise<LoadedSnapshot> {
  const place = scenario.snapshot;
  if (place === undefined) return { start: null, files: [] };
  const { byPath, texts } = await readNamedFiles([place], index, access, reporter);
  const file = byPath.get(place.value);
  if (file === undefined) return { start: null, files: [] };
  // Most scenarios begin in none, and what checks one is large.
  const { readSnapshot } = await import('../snapshot/read.ts');
  const read = (): SnapshotReading => readSnapshot(file.text, file.name);
  const reading = access.parsed?.once(`snapshot ${file.name}`, read) ?? read();
  reporter.add(reading.ok ? reading.warnings : reading.diagnostics);
  if (!reading.ok) return { start: null, files: texts };
  const { digest } = reading;
  const { state, ...rest } = reading.document;
  if (isJournal(state)) {
    const { backend } = state;
    reporter.report(
      'E832',
      place,
      `the snapshot was taken on the backend ${backend}: it is a journal of one scenario, in which no other can begin`,
      `go on with the scenario that made it: blast run … --backend ${backend} --from ${file.name}`,
    );
    return { start: null, files: texts };
  }
  const document: SnapshotDocument<SimulationState> = { ...rest, state };
  reportConflicts(state, place, index, reporter, models);
  const digestOfState = (): string => sha256Json(state as unknown as Json);
  const stateDigest = access.parsed?.once(`state ${file.name}`, digestOfState) ?? digestOfState();
  return {
    start: { file: file.name, digest, stateDigest, document },
    files: texts.map(([path]) => [path, stateDigest]),
  };
}

function reportConflicts(
  state: SimulationState,
  place: Placed<string>,
  index: SourceIndex,
  reporter: Reporter,
  models: readonly AnnouncedModel[],
): void {
  const chain = index.place(['chain']).value;
  for (const [key, value] of [
    ['height', `${state.chain.height}`],
    ['feerate', `${state.chain.feerate_per_kw} sat per 1000 weight units`],
  ] as const) {
    if (typeof chain !== 'object' || chain === null || !(key in chain)) continue;
    reporter.report(
      'E821',
      index.place(['chain', key]),
      `\`${key}\` is ${value} in the snapshot that the network begins in`,
      `remove it${key === 'feerate' ? ', or change it with the event `set_feerate`' : ''}`,
    );
  }
  for (const model of new Set(state.nodes.map((node) => node.model))) {
    if (modelKind(model) !== undefined || models.some(({ name }) => name === model)) continue;
    reporter.report('E821', place, `the snapshot has nodes of the model \`${model}\`, which this engine lacks`);
  }
}

/** The nodes of a state, as the network plan has them. */
export function snapshotNodes(state: SimulationState): readonly NodePlan[] {
  return state.nodes.map(({ name, model, options, wallet_sat, labels, pubkey }) => ({
    name,
    model,
    options: options ?? {},
    walletSat: wallet_sat,
    labels: labels ?? {},
    ...(pubkey === undefined ? {} : { pubkey }),
  }));
}

/** The channels of a state that are not closed, as the network plan has them, and the names of those that are. */
export function snapshotChannels(state: SimulationState): {
  readonly channels: readonly ChannelPlan[];
  readonly closed: readonly string[];
} {
  const nodes = new Map(state.nodes.map(({ name }, n) => [name, n]));
  // A later channel of the same name has taken the place of the former one.
  const latest = new Map(state.channels.map((channel) => [channel.name, channel]));
  const isOver = ({ state: of }: ChannelState): boolean => of === 'closed' || of === 'abandoned';
  const channels = [...latest.values()]
    .filter((channel) => !isOver(channel))
    .map((channel) => ({
      name: channel.name,
      node0: nodes.get(channel.between[0]) as number,
      node1: nodes.get(channel.between[1]) as number,
      capacitySat: channel.capacity_sat,
      balance0Msat: channel.balance_msat[0],
      announced: channel.announced ?? true,
      policy0: policyPlan(channel.policies[0]),
      policy1: policyPlan(channel.policies[1]),
      latencyUs: channel.latency_us,
    }));
  return { channels, closed: [...latest.values()].filter(isOver).map(({ name }) => name) };
}

/** The invoices with a name of a state. */
export function snapshotInvoices({ nodes, invoices = [] }: SimulationState): readonly InvoicePlan[] {
  const indexes = new Map(nodes.map(({ name }, n) => [name, n]));
  return invoices.map(({ name, node, amount_msat, expiry_us, hold }) => ({
    name,
    node: indexes.get(node) as number,
    amountMsat: amount_msat,
    ...(expiry_us === undefined ? {} : { expiryUs: expiry_us }),
    ...(hold === true ? { hold } : {}),
  }));
}

function policyPlan(policy: readonly number[]): PolicyPlan {
  const [feeBaseMsat = 0, feeRatePpm = 0, cltvDelta = 0, minHtlcMsat = 0, maxHtlcMsat = 0] = policy;
  return { feeBaseMsat, feeRatePpm, cltvDelta, minHtlcMsat, maxHtlcMsat };
}

/** Payments that are in flight in a state, as activities that nothing starts. */
export function carriedPayments(state: SimulationState): readonly ActivityPart[] {
  const nodes = new Map(state.nodes.map(({ name }, n) => [name, n]));
  // By their numbers in the scenario that made the state; here they are numbered as the state lists them.
  const invoices = new Map((state.invoices ?? []).map(({ index }, i) => [index, i]));
  const parts = new Map<string, { -readonly [K in keyof ActivityPart]: ActivityPart[K] } & { nth: number[] }>();
  for (const { activity, key, profile, source, destination, amount_msat, nth } of state.payments) {
    const name = carriedActivity(activity);
    const part = parts.get(name) ?? {
      name,
      kind: CARRIED_KIND,
      profile: renumbered(profile as unknown as PaymentProfile, invoices),
      key,
      timeUs: [],
      source: [],
      destination: [],
      amountMsat: [],
      nth: [],
    };
    parts.set(name, part);
    part.source = [...Array.from(part.source), nodes.get(source) as number];
    part.destination = [...Array.from(part.destination), nodes.get(destination) as number];
    part.amountMsat = [...Array.from(part.amountMsat), amount_msat];
    part.nth = [...part.nth, nth];
  }
  return [...parts.values()];
}

function renumbered(profile: PaymentProfile, invoices: ReadonlyMap<number, number>): PaymentProfile {
  const { invoice } = profile;
  return invoice === undefined ? profile : { ...profile, invoice: invoices.get(invoice) as number };
}
