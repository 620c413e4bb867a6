/**
 * A validated document as a typed Scenario: units become integers, defaults are filled in, maps become arrays in the
 * order of the file. Reports the few mistakes that span several values.
 */
import type { Json } from '../base/json.ts';
import { US_PER_SECOND } from '../base/numbers.ts';
import { buildBehaviour } from './build-behaviours.ts';
import { buildGenerated } from './build-generate.ts';
import { parseEpoch } from './calendar.ts';
import { nodeSettings, parseChannelSettings, parseDefaults, parseNodeSettings } from './defaults.ts';
import { parseDistribution } from './distributions.ts';
import type { Path } from './path.ts';
import { pointAt } from './position.ts';
import type { Problems } from './problems.ts';
import type {
  ActivitySpec,
  BehaviourSpec,
  ChannelSpec,
  Defaults,
  EventSpec,
  ExpectationSpec,
  ImportSpec,
  NodeSpec,
  ParamValue,
  Placed,
  PolicySpec,
  Scenario,
  ScheduleSpec,
  SnapshotSpec,
} from './scenario.ts';
import { EVERY_KEYS, SCHEDULE_KEYS } from './schema-events.ts';
import type { SchemaParts } from './schema-types.ts';
import type { SourceIndex } from './source-index.ts';
import { buildSweep } from './sweep/build.ts';
import { childOf, follow, type MapEntry } from './tree.ts';
import { formatAmount, formatDuration } from './units.ts';
import {
  amountMsat,
  amountSat,
  durationUs,
  feeratePerKw,
  parseDurationRange,
  parseLabels,
  parsePolicy,
  parseSelector,
  property,
  sizeWeight,
} from './values.ts';

const DEFAULT_EPOCH = '2025-01-01T00:00:00Z';
const DEFAULT_LINK = '30ms';
const DEFAULT_GOSSIP = '30s';

export interface BuildInput {
  readonly index: SourceIndex;
  readonly parts: SchemaParts;
  readonly params: readonly ParamValue[];
  /** Seed of the command line, which wins over the file’s. */
  readonly seed: number | undefined;
  readonly problems: Problems;
}

/** Builds the scenario of a document that passed the schema. */
export function buildScenario(input: BuildInput): Scenario {
  return new Builder(input).scenario();
}

type Options = Readonly<Record<string, Json>>;

class Builder {
  readonly #index: SourceIndex;
  readonly #parts: SchemaParts;
  readonly #params: readonly ParamValue[];
  readonly #seed: number | undefined;
  readonly #problems: Problems;
  readonly #defaults: Defaults;
  /** Whether defaults depend on labels, so that the compiler must look again. */
  readonly #byLabel: boolean;

  constructor(input: BuildInput) {
    this.#index = input.index;
    this.#parts = input.parts;
    this.#params = input.params;
    this.#seed = input.seed;
    this.#problems = input.problems;
    this.#defaults = parseDefaults(property(input.index.data, 'defaults'));
    this.#byLabel = this.#defaults.labels.length > 0;
  }

  #get(...path: Path): Json | undefined {
    let value: Json | undefined = this.#index.data;
    for (const part of path)
      value = Array.isArray(value) ? (value[Number(part)] as Json | undefined) : property(value, String(part));
    return value;
  }

  #read<T>(path: Path, read: (json: Json) => T, absent: T): T {
    const found = this.#get(...path);
    return found === undefined ? absent : read(found);
  }

  #report(code: 'E202' | 'E204' | 'E308' | 'E604', path: Path, message: string, hint?: string): void {
    this.#problems.report(code, pointAt(this.#index.source.text, follow(this.#index.tree, path)), path, message, hint);
  }

  /** Entries of a map in the order of the file. */
  #entries(...path: Path): readonly MapEntry[] {
    const { node, complete } = follow(this.#index.tree, path);
    return complete && node.kind === 'map' ? node.entries : [];
  }

  #items(...path: Path): number {
    const found = this.#get(...path);
    return Array.isArray(found) ? found.length : 0;
  }

  scenario(): Scenario {
    const mining = this.#get('chain', 'mining');
    const generated = buildGenerated(
      this.#index,
      (this.#parts.topologies ?? []).map(({ name }) => name),
    );
    const sweep = buildSweep(this.#index);
    const behaviours = this.#entries('behaviours');
    return {
      version: 1,
      name: this.#read(['name'], String, baseName(this.#index.source.file)),
      description: this.#read(['description'], String, ''),
      seed: this.#seed ?? this.#read(['seed'], Number, 1),
      durationUs: this.#read(['duration'], durationUs, 0),
      epochMs: parseEpoch(this.#read(['epoch'], String, DEFAULT_EPOCH)) ?? 0,
      params: this.#params,
      chain: {
        height: this.#read(['chain', 'height'], Number, 100),
        feeratePerKw: this.#read(['chain', 'feerate'], feeratePerKw, 250),
        ...(this.#get('chain', 'block_weight') === undefined
          ? {}
          : { blockWeight: this.#read(['chain', 'block_weight'], Number, 0) }),
        ...(this.#get('chain', 'mempool_limit') === undefined
          ? {}
          : { mempoolWeight: this.#read(['chain', 'mempool_limit'], sizeWeight, 0) }),
        ...(mining === undefined
          ? {}
          : {
              mining: {
                everyUs: this.#read(['chain', 'mining', 'every'], durationUs, 0),
                blocks: this.#read(['chain', 'mining', 'blocks'], Number, 1),
              },
            }),
      },
      latency: {
        ...linkLatency(this.#get('latency', 'link') ?? DEFAULT_LINK),
        gossipUs: durationUs(this.#get('latency', 'gossip') ?? DEFAULT_GOSSIP),
      },
      nodes: this.#entries('nodes').map((entry) => this.#node(entry)),
      channels: this.#entries('channels').map((entry) => this.#channel(entry)),
      ...(this.#get('network', 'snapshot') === undefined
        ? {}
        : { snapshot: this.#index.placed(['network', 'snapshot'], this.#read(['network', 'snapshot'], String, '')) }),
      imports: this.#imports(),
      ...(generated.length === 0 ? {} : { generated }),
      ...(generated.length > 0 || this.#byLabel ? { defaults: this.#defaults } : {}),
      activity: this.#entries('activity').map((entry) => this.#activity(entry)),
      events: Array.from({ length: this.#items('events') }, (_, i) => this.#event(i)),
      ...(behaviours.length === 0 ? {} : { behaviours: behaviours.map((entry) => this.#behaviour(entry)) }),
      expect: Array.from({ length: this.#items('expect') }, (_, i) => this.#expectation(i)),
      ...(this.#items('snapshots') === 0
        ? {}
        : { snapshots: Array.from({ length: this.#items('snapshots') }, (_, i) => this.#snapshot(i)) }),
      ...(sweep === undefined ? {} : { sweep }),
    };
  }

  /** A name is placed at its key. */
  #name(entry: MapEntry, path: Path): Placed<string> {
    const { source } = this.#index;
    const { path: text } = this.#index.placed(path, null);
    return { value: entry.key, path: text, range: source.range(entry.keySpan.start, entry.keySpan.end) };
  }

  /** Model, options and wallet of a node or import, with the defaults. */
  #model(path: Path): {
    readonly model: Placed<string>;
    readonly options: Placed<Options>;
    readonly walletSat: number;
  } {
    const labels = parseLabels(this.#get(...path, 'labels'));
    const { model, options, walletSat } = nodeSettings(this.#defaults, labels, parseNodeSettings(this.#get(...path)));
    return {
      model: this.#index.placed([...path, 'model'], model),
      options: this.#index.placed([...path, 'options'], options),
      walletSat,
    };
  }

  #node(entry: MapEntry): NodeSpec {
    const path = ['nodes', entry.key];
    const count = this.#get(...path, 'count');
    const template = this.#get(...path, 'name');
    const pubkey = this.#get(...path, 'pubkey');
    if (count !== undefined && pubkey !== undefined) {
      this.#report(
        'E204',
        [...path, 'pubkey'],
        'a set of nodes cannot share one public key',
        'remove `pubkey` or `count`',
      );
    }
    return {
      name: this.#name(entry, path),
      ...(count === undefined ? {} : { count: Number(count) }),
      ...(template === undefined ? {} : { template: String(template) }),
      ...this.#model(path),
      labels: parseLabels(this.#get(...path, 'labels')),
      ...(pubkey === undefined ? {} : { pubkey: String(pubkey) }),
    };
  }

  #channel(entry: MapEntry): ChannelSpec {
    const path = ['channels', entry.key];
    const own = (key: string): Json | undefined => this.#get(...path, key) ?? this.#get('defaults', 'channel', key);
    // The place of a value is where it is written: in the channel, or else in the defaults.
    const at = (key: string): Path =>
      this.#get(...path, key) === undefined && this.#get('defaults', 'channel', key) !== undefined
        ? ['defaults', 'channel', key]
        : [...path, key];
    const capacity = own('capacity');
    if (capacity === undefined && !this.#byLabel) {
      this.#report(
        'E202',
        path,
        'the key `capacity` is missing, and there is no default',
        'add `capacity: 1_000_000 sat` here or under `defaults.channel`',
      );
    }
    const capacitySat = capacity === undefined ? 0 : amountSat(capacity);
    const push = own('push');
    const pushMsat = push === undefined ? 0 : amountMsat(push);
    if (capacity !== undefined && pushMsat > capacitySat * 1000) {
      const place =
        this.#get(...path, 'push') !== undefined
          ? [...path, 'push']
          : this.#get(...path, 'capacity') !== undefined
            ? [...path, 'capacity']
            : at('push');
      this.#report(
        'E308',
        place,
        `\`push\` is ${formatAmount(pushMsat)}, more than the capacity of ${formatAmount(capacitySat * 1000)}`,
      );
    }
    const selector = (key: string): ChannelSpec['from'] =>
      this.#index.placed([...path, key], parseSelector(this.#get(...path, key) ?? ''));
    const policy = (key: string): PolicySpec => parsePolicy(own(key));
    return {
      name: this.#name(entry, path),
      from: selector('from'),
      to: selector('to'),
      capacitySat: this.#index.placed(at('capacity'), capacitySat),
      pushMsat: this.#index.placed(at('push'), pushMsat),
      announced: own('announced') !== false,
      policy: policy('policy'),
      reversePolicy: policy('reverse_policy'),
      ...(this.#byLabel ? { own: parseChannelSettings(this.#get(...path)) } : {}),
    };
  }

  #imports(): readonly ImportSpec[] {
    const found = this.#get('network', 'import');
    if (found === undefined) return [];
    const paths: readonly Path[] = Array.isArray(found)
      ? found.map((_, i) => ['network', 'import', i])
      : [['network', 'import']];
    return paths.map((path) => ({
      format: this.#read([...path, 'format'], String, ''),
      file: this.#index.placed([...path, 'file'], this.#read([...path, 'file'], String, '')),
      ...this.#model(path),
      labels: parseLabels(this.#get(...path, 'labels')),
      ...(this.#byLabel ? { own: parseNodeSettings(this.#get(...path)) } : {}),
    }));
  }

  #activity(entry: MapEntry): ActivitySpec {
    const path = ['activity', entry.key];
    const args = this.#index.place(path);
    return { name: this.#name(entry, path), kind: this.#activityKind(args.value), args };
  }

  #behaviour(entry: MapEntry): BehaviourSpec {
    const kinds = (this.#parts.behaviours ?? []).map(({ name }) => name);
    return buildBehaviour(this.#index, this.#name(entry, ['behaviours', entry.key]), kinds);
  }

  /** The kind whose own required key is present. */
  #activityKind(entry: Json): string {
    for (const kind of this.#parts.activities) {
      const required = (kind.schema.required as readonly string[] | undefined) ?? [];
      const others = this.#parts.activities.filter((k) => k !== kind);
      const own = required.find(
        (key) => !others.some((o) => Object.hasOwn((o.schema.properties as object | undefined) ?? {}, key)),
      );
      if (own !== undefined && property(entry, own) !== undefined) return kind.name;
    }
    return this.#parts.activities[0]?.name ?? '';
  }

  #event(i: number): EventSpec {
    const path = ['events', i];
    const kind = this.#parts.events.find((k) => this.#get(...path, k.name) !== undefined)?.name ?? '';
    return { kind, args: this.#index.place([...path, kind]), schedule: this.#schedule(path) };
  }

  #schedule(path: Path): Placed<ScheduleSpec> {
    const when = this.#get(...path, 'when');
    if (when !== undefined) {
      return this.#index.placed([...path, 'when'], {
        kind: 'when',
        condition: this.#index.placed([...path, 'when'], String(when)),
        once: this.#get(...path, 'once') !== false,
        everyUs: this.#read([...path, 'check_every'], durationUs, US_PER_SECOND),
      });
    }
    const at = this.#get(...path, 'at');
    if (at !== undefined) {
      const times = (Array.isArray(at) ? at : [at]).map((time) => durationUs(time as Json));
      return this.#index.placed([...path, SCHEDULE_KEYS[0]], { kind: 'at', atUs: times });
    }
    const [from, until, count] = EVERY_KEYS.map((key) => this.#get(...path, key));
    const cron = this.#get(...path, 'cron');
    const everyUs = this.#read([...path, 'every'], durationUs, 0);
    const fromUs = from === undefined ? everyUs : durationUs(from);
    const untilUs = until === undefined ? undefined : durationUs(until);
    if (untilUs !== undefined && untilUs < fromUs) {
      this.#report(
        'E604',
        [...path, 'until'],
        `\`until\` is ${formatDuration(untilUs)}, before the first time at ${formatDuration(fromUs)}`,
        'write a later time, or an earlier `from`',
      );
    }
    const bounds = {
      fromUs,
      ...(untilUs === undefined ? {} : { untilUs }),
      ...(count === undefined ? {} : { count: Number(count) }),
    };
    if (cron !== undefined) {
      return this.#index.placed([...path, 'cron'], { kind: 'cron', expression: String(cron), ...bounds });
    }
    return this.#index.placed([...path, SCHEDULE_KEYS[1]], { kind: 'every', everyUs, ...bounds });
  }

  #snapshot(i: number): SnapshotSpec {
    const path = ['snapshots', i];
    const at = this.#get(...path, 'at') ?? 'end';
    const name = this.#get(...path, 'name');
    return {
      atUs: this.#index.placed([...path, 'at'], at === 'end' ? null : durationUs(at)),
      ...(name === undefined ? {} : { name: this.#index.placed([...path, 'name'], String(name)) }),
    };
  }

  #expectation(i: number): ExpectationSpec {
    const path = ['expect', i];
    if (childOf(follow(this.#index.tree, ['expect']).node, i)?.kind === 'scalar') {
      return { that: this.#index.placed(path, String(this.#get(...path))) };
    }
    const at = this.#get(...path, 'at');
    const message = this.#get(...path, 'message');
    return {
      ...(at === undefined ? {} : { atUs: this.#index.placed([...path, 'at'], durationUs(at)) }),
      that: this.#index.placed([...path, 'that'], String(this.#get(...path, 'that'))),
      ...(message === undefined ? {} : { message: String(message) }),
    };
  }
}

/** A single value or a range is kept as one. */
function linkLatency(json: Json): Pick<Scenario['latency'], 'linkUs' | 'linkDistribution'> {
  if (typeof json !== 'object' || Array.isArray(json)) return { linkUs: parseDurationRange(json) };
  return { linkUs: { low: 0, high: 0 }, linkDistribution: parseDistribution(json, 'duration') };
}

/** File name without folder and ending. */
function baseName(file: string): string {
  const name = file.split(/[\\/]/).pop() ?? '';
  return name.replace(/\.(?:ya?ml)$/, '') || 'scenario';
}
