/**
 * From the text of a scenario to its timeline. Pure but for the files that a scenario imports, which are read through the
 * function handed in; the same text, files, overrides and seed give the same bytes.
 */
import type { Sha256Stream } from '../base/digest.ts';
import type { PlanFile } from '../kinds/kind.ts';
import {
  ACTIVITY_KINDS,
  BEHAVIOUR_KINDS,
  EVENT_KINDS,
  FORMAT_KINDS,
  MODEL_KINDS,
  TOPOLOGY_KINDS,
} from '../kinds/registry.ts';
import type { Diagnostic } from '../spec/diagnostic.ts';
import { declaredNames, knownNames, type NetworkNames, unknownUses } from '../spec/name-uses.ts';
import { readDocument } from '../spec/read.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { AnnouncedModel, SchemaParts } from '../spec/schema-types.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import type { NameUse } from '../spec/validate.ts';
import type { BackendLimits } from '../timeline/backend-limits.ts';
import { timelineDigest } from '../timeline/digest.ts';
import { sealTimeline, type TimelineParts } from '../timeline/seal.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { loadActivityFiles } from './activity-files.ts';
import { checkBackendLimits } from './backend-limits.ts';
import { checkDefences } from './defences.ts';
import { loadDocument } from './documents.ts';
import { expand } from './expand.ts';
import { planCaptures, planExpectations } from './expectations.ts';
import { checkExpressionNames, checkExpressions } from './expressions.ts';
import { type GeneratedNetwork, generateNetworks } from './generate.ts';
import { type LoadedImport, loadImports, type ReadFile } from './imports.ts';
import { type CompileState, runCompile } from './machine.ts';
import { type ResolvedNetwork, resolveNetwork } from './network.ts';
import type { ParsedFiles } from './parsed-files.ts';
import { Planner } from './planner.ts';
import { loadSamples, type SampleFiles } from './samples.ts';
import { specDigest } from './spec-digest.ts';
import { Reporter, type Stage, sortDiagnostics } from './stage.ts';
import { carriedPayments, loadStartSnapshot, type StartSnapshot } from './start-snapshot.ts';
import { checkSweep } from './sweep.ts';

/** Everything registered: what the schema of a scenario is composed from. The same object each time. */
export const SCHEMA_PARTS: SchemaParts = {
  events: EVENT_KINDS,
  activities: ACTIVITY_KINDS,
  models: MODEL_KINDS,
  formats: FORMAT_KINDS,
  topologies: TOPOLOGY_KINDS,
  behaviours: BEHAVIOUR_KINDS,
};

/** Rows that a timeline may have: some 600 MB of memory. */
export const ROW_LIMIT = 20_000_000;

export interface CompileInput {
  readonly text: string;
  /** Name of the file, for diagnostics. */
  readonly file: string;
  /** Values of `--param`, by name. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** Value of `--seed`; wins over the file's. */
  readonly seed?: number;
  /** Reads a file relative to the scenario's folder; null when there is none. */
  readonly readFile: ReadFile;
  /** True when links lead a path inside the scenario's folder out of it. Default: none does. */
  readonly isOutside?: (path: string) => boolean;
  /** Files outside the scenario's folder may be read. */
  readonly allowOutside?: boolean;
  /** Remembers what was made of files; only where no file changes between compilations. */
  readonly parsed?: ParsedFiles;
  /** Default ROW_LIMIT. */
  readonly rowLimit?: number;
  /** What the backend can play that it is compiled for; absent: everything. */
  readonly limits?: BackendLimits;
  /** Models of other processes that nodes may have, too. */
  readonly models?: readonly AnnouncedModel[];
  /** The scenario is one run of a sweep, which was checked as a whole before. */
  readonly ofSweep?: boolean;
  /** The machine's SHA-256, for the digest of the timeline; absent: the engine's own. */
  readonly sha256?: () => Sha256Stream;
  /** Hears of every state of the compiler. */
  readonly onState?: (state: CompileState) => void;
}

export type CompileResult =
  | {
      readonly ok: true;
      readonly scenario: Scenario;
      readonly timeline: Timeline;
      readonly timelineDigest: string;
      readonly specDigest: string;
      /** The state that the network begins in, when the scenario names one. */
      readonly start?: StartSnapshot;
      /** Warnings. */
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

interface Parsed {
  readonly scenario: Scenario;
  readonly index: SourceIndex;
  /** Names of nodes and channels that the document uses. */
  readonly uses: readonly NameUse[];
}

interface Resolved extends Parsed {
  readonly resolved: ResolvedNetwork;
  readonly samples: SampleFiles;
  readonly start: StartSnapshot | null;
  /** Files that activities name, by path as written. */
  readonly lists: ReadonlyMap<string, PlanFile>;
  /** Path and text of every file that was read. */
  readonly files: readonly (readonly [string, string])[];
}

interface Expanded extends Resolved {
  readonly parts: TimelineParts;
}

/** Compiles a scenario. Rejects only for a defect of the compiler or of `readFile`. */
export async function compileScenario(input: CompileInput): Promise<CompileResult> {
  const { value, diagnostics } = await runCompile(
    {
      read: async () => ({ value: input.text, diagnostics: [] }),
      parse: async (text: string) => parse(text, input),
      validate: async (parsed: Parsed) => validate(parsed, input.ofSweep === true),
      resolve: async (parsed: Parsed) => resolve(parsed, input),
      expand: async (resolved: Resolved) =>
        expandAll(resolved, input.rowLimit ?? ROW_LIMIT, input.models ?? [], input.limits),
      schedule: async (expanded: Expanded) => schedule(expanded, input.sha256),
    },
    input.onState,
  );
  const sorted = sortDiagnostics(input.file, diagnostics);
  return value === null ? { ok: false, diagnostics: sorted } : Object.assign(value, { diagnostics: sorted });
}

async function parse(text: string, input: CompileInput): Promise<Stage<Parsed>> {
  const document = await loadDocument(text, input.file, input);
  const { scenario, index, uses, diagnostics } = readDocument(document, {
    ...(input.overrides === undefined ? {} : { overrides: input.overrides }),
    ...(input.seed === undefined ? {} : { seed: input.seed }),
    schemaParts: SCHEMA_PARTS,
    ...(input.models === undefined ? {} : { models: input.models }),
  });
  if (index === undefined || uses === undefined) return { value: null, diagnostics };
  if (scenario !== undefined) return { value: { scenario, index, uses }, diagnostics };
  const reporter = new Reporter(index.source);
  checkExpressions(index, reporter);
  checkExpressionNames(index, declaredNames(index.data, null), reporter);
  return { value: null, diagnostics: [...diagnostics, ...reporter.diagnostics] };
}

/** Checks what needs no network; goes on after errors, so that those of the network come with them. */
function validate(parsed: Parsed, ofSweep: boolean): Stage<Parsed> {
  const reporter = new Reporter(parsed.index.source);
  checkExpressions(parsed.index, reporter);
  if (!ofSweep) checkSweep(parsed.scenario, reporter);
  return { value: parsed, diagnostics: reporter.diagnostics };
}

async function resolve(parsed: Parsed, input: CompileInput): Promise<Stage<Resolved>> {
  const { scenario, index, uses } = parsed;
  const reporter = new Reporter(index.source);
  const { imports, files } = await loadImports(scenario, index.source.file, input, reporter);
  const { samples, files: sampled } = await loadSamples(index, input, reporter);
  const lists = await loadActivityFiles(scenario, index, input, reporter);
  const { start, files: begun } = await loadStartSnapshot(scenario, index, input, reporter, input.models ?? []);
  const { seed, defaults } = scenario;
  const generated =
    defaults === undefined || reporter.failed
      ? []
      : generateNetworks(scenario.generated ?? [], { seed, defaults, index, samples, reporter });
  reporter.add(samples.take());
  // Without an import half of all names would be unknown, which is not worth a report each.
  const resolved = reporter.failed ? null : resolveNetwork(scenario, imports, reporter, generated, samples, start);
  const texts = [...files, ...sampled, ...lists.texts, ...begun];
  reporter.add(samples.take());
  if (resolved !== null) {
    const value = { ...parsed, resolved, samples, lists: lists.byPath, files: texts, start };
    return { value, diagnostics: reporter.diagnostics };
  }
  const declared = declaredNames(index.data, networkNames(scenario, imports, generated, start));
  if (declared !== null) {
    for (const { code, path, message, hint } of unknownUses(uses, declared)) {
      reporter.report(code, index.place(path), message, hint);
    }
  }
  checkExpressionNames(index, declared, reporter);
  return { value: null, diagnostics: reporter.diagnostics };
}

/** Names in the networks that a scenario imports, generates and begins in, or null when some of them are not known. */
function networkNames(
  scenario: Scenario,
  imports: readonly LoadedImport[],
  generated: readonly GeneratedNetwork[],
  start: StartSnapshot | null,
): NetworkNames<readonly string[]> | null {
  if (imports.length < scenario.imports.length || generated.length < (scenario.generated ?? []).length) return null;
  if (scenario.snapshot !== undefined && start === null) return null;
  const networks = [...imports.map(({ network }) => network), ...generated];
  const names = (items: readonly { readonly name: string }[]): readonly string[] => items.map(({ name }) => name);
  const begun = start?.document.state;
  return {
    nodes: [...networks.flatMap(({ nodes }) => names(nodes)), ...names(begun?.nodes ?? [])],
    channels: [...networks.flatMap(({ channels }) => names(channels)), ...names(begun?.channels ?? [])],
  };
}

function expandAll(
  input: Resolved,
  rowLimit: number,
  models: readonly AnnouncedModel[],
  limits?: BackendLimits,
): Stage<Expanded> {
  const { scenario, index, resolved, samples, lists, start } = input;
  const state = start?.document.state;
  const reporter = new Reporter(index.source);
  const planner = new Planner(scenario, resolved, reporter, index, rowLimit, samples, lists, models);
  const { activities, actions, triggers, behaviours } = expand(scenario, planner, limits?.events.has('mine') ?? true);
  checkDefences(index, resolved.nodes, reporter);
  reporter.add(samples.take());
  const names = {
    nodes: knownNames(resolved.network.nodes.map((node) => node.name)),
    channels: knownNames(planner.channelNames()),
    invoices: knownNames(planner.invoices().map(({ name }) => name)),
  };
  checkExpressionNames(index, names, reporter);
  const expectations = planExpectations(scenario, reporter);
  const { blockWeight, mempoolWeight } = scenario.chain;
  const parts: TimelineParts = {
    name: scenario.name,
    seed: scenario.seed,
    durationUs: scenario.durationUs,
    epochMs: scenario.epochMs,
    chain: {
      height: state?.chain.height ?? scenario.chain.height,
      feeratePerKw: state?.chain.feerate_per_kw ?? scenario.chain.feeratePerKw,
      ...(blockWeight === undefined ? {} : { blockWeight }),
      ...(mempoolWeight === undefined ? {} : { mempoolWeight }),
    },
    gossipUs: scenario.latency.gossipUs,
    ...(start === null || state === undefined ? {} : { start: { snapshot: start.stateDigest, timeUs: state.time_us } }),
    captures: planCaptures(scenario, reporter),
    network: resolved.network,
    channelNames: planner.channelNames(),
    invoices: planner.invoices(),
    activities: state === undefined ? activities : [...activities, ...carriedPayments(state)],
    actions,
    triggers,
    behaviours,
    expectations,
  };
  if (limits !== undefined) checkBackendLimits(limits, { scenario, parts, index, reporter });
  return { value: { ...input, parts }, diagnostics: reporter.diagnostics };
}

type Sealed = Omit<Extract<CompileResult, { ok: true }>, 'diagnostics'>;

function schedule({ scenario, files, parts, start }: Expanded, sha256: CompileInput['sha256']): Stage<Sealed> {
  const sealed = new SealedScenario(scenario, sealTimeline(parts), files, sha256);
  return { value: start === null ? sealed : Object.assign(sealed, { start }), diagnostics: [] };
}

/** Digests of a large network take as long as all the rest, so they are computed when they are asked for. */
class SealedScenario implements Sealed {
  readonly ok = true;
  readonly scenario: Scenario;
  readonly timeline: Timeline;
  #files: Expanded['files'];
  readonly #sha256: CompileInput['sha256'];
  #specDigest: string | null = null;
  #timelineDigest: string | null = null;

  constructor(scenario: Scenario, timeline: Timeline, files: Expanded['files'], sha256: CompileInput['sha256']) {
    this.scenario = scenario;
    this.timeline = timeline;
    this.#files = files;
    this.#sha256 = sha256;
  }

  get specDigest(): string {
    this.#specDigest ??= specDigest(this.scenario, this.#files);
    this.#files = [];
    return this.#specDigest;
  }

  get timelineDigest(): string {
    this.#timelineDigest ??= timelineDigest(this.timeline, this.#sha256?.());
    return this.#timelineDigest;
  }
}
