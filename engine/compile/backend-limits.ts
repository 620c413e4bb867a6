/** Refuses what the backend that a scenario is compiled for cannot play (E614). */
import type { Json } from '../base/json.ts';
import type { Placed, Scenario } from '../spec/scenario.ts';
import type { SourceIndex } from '../spec/source-index.ts';
import { property } from '../spec/values.ts';
import type { BackendLimits } from '../timeline/backend-limits.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import type { TimelineParts } from '../timeline/seal.ts';
import type { Action } from '../timeline/timeline.ts';
import { fieldsRead } from './expressions.ts';
import type { Place, Reporter } from './stage.ts';

const WHERE = 'docs/backends.md says what each backend can do';

/** How members of plans and profiles are written in a file. */
const WRITTEN: Readonly<Record<string, string>> = {
  minHtlcMsat: 'min_htlc',
  maxHtlcMsat: 'max_htlc',
  inboundFeeBaseMsat: 'inbound_fee_base',
  inboundFeeRatePpm: 'inbound_fee_rate',
  outgoingChannels: 'outgoing_channel',
  lastHop: 'last_hop',
  routes: 'route',
};

export function checkBackendLimits(
  limits: BackendLimits,
  {
    scenario,
    parts,
    index,
    reporter,
  }: { scenario: Scenario; parts: TimelineParts; index: SourceIndex; reporter: Reporter },
): void {
  new Check(limits, scenario, parts, index, reporter).run();
}

class Check {
  readonly #limits: BackendLimits;
  readonly #scenario: Scenario;
  readonly #parts: TimelineParts;
  readonly #index: SourceIndex;
  readonly #reporter: Reporter;
  /** What was said, for an event that happens often is refused once. */
  readonly #said = new Set<string>();

  constructor(limits: BackendLimits, scenario: Scenario, parts: TimelineParts, index: SourceIndex, reporter: Reporter) {
    this.#limits = limits;
    this.#scenario = scenario;
    this.#parts = parts;
    this.#index = index;
    this.#reporter = reporter;
  }

  run(): void {
    this.#network();
    this.#nodes();
    this.#channels();
    this.#events();
    this.#payments();
    this.#behaviours();
    this.#expressions();
  }

  #refuse(at: Place, what: string): void {
    const said = `${at.path} ${what}`;
    if (this.#said.has(said)) return;
    this.#said.add(said);
    this.#reporter.report('E614', at, `the backend ${this.#limits.backend} ${what}`, WHERE);
  }

  #place(...path: (string | number)[]): Place {
    return this.#index.place(path);
  }

  #network(): void {
    const { chain, snapshot } = this.#scenario;
    const { mostNodes, leastHeight, keepsStates } = this.#limits;
    const { nodes } = this.#parts.network;
    if (!keepsStates && (this.#parts.captures ?? []).length > 0) {
      this.#refuse(this.#place('snapshots'), 'keeps no states');
    }
    if (snapshot !== undefined) this.#refuse(snapshot, 'does not begin in a snapshot');
    if (nodes.length > mostNodes) {
      this.#refuse(this.#place(), `has at most ${mostNodes} nodes, and the scenario has ${nodes.length}`);
    }
    if (chain.height < leastHeight) {
      this.#refuse(this.#place('chain', 'height'), `begins at height ${leastHeight} or later`);
    }
    if (chain.mining !== undefined && !this.#limits.events.has('mine')) {
      this.#refuse(
        this.#place('chain', 'mining'),
        'finds no blocks for a scenario: they come as its processes have them',
      );
    }
    const hasLimits = chain.blockWeight !== undefined || chain.mempoolWeight !== undefined;
    if (hasLimits && this.#limits.blockSpace !== true) {
      this.#refuse(this.#place('chain'), 'knows no limits of blocks and mempools');
    }
  }

  #nodes(): void {
    const byName = new Map(this.#scenario.nodes.map((spec) => [spec.name.value, spec]));
    for (const node of this.#parts.network.nodes) {
      const spec = byName.get(node.name) ?? byName.get(node.name.replace(/-\d+$/, ''));
      const at: Place = spec?.model ?? this.#place('network');
      if (!this.#limits.models.has(node.model)) this.#refuse(at, `has no nodes of model ${node.model}`);
      if (this.#limits.nodeOptions !== true && Object.keys(node.options).length > 0) {
        this.#refuse(
          spec?.options ?? at,
          'does not know options of nodes: they are what the defaults of their software make them',
        );
      }
      if (node.pubkey !== undefined) this.#refuse(spec?.name ?? at, 'cannot give a node a public key of others');
    }
  }

  #channels(): void {
    const byName = new Map(this.#scenario.channels.map((spec) => [spec.name.value, spec]));
    for (const channel of this.#parts.network.channels) {
      const spec = byName.get(channel.name);
      const at: Place = spec?.name ?? this.#place('network');
      this.#policy(at, channel.policy0);
      this.#policy(at, channel.policy1);
      const { capacitySat, balance0Msat, announced } = channel;
      if (this.#limits.privateChannels === false && !announced) this.#refuse(at, 'opens announced channels only');
      const reason = this.#limits.refuseChannel(capacitySat, balance0Msat, this.#parts.chain.feeratePerKw);
      if (reason !== null) this.#refuse(spec?.pushMsat ?? at, `cannot open \`${channel.name}\`: ${reason}`);
    }
  }

  #policy(at: Place, policy: PolicyPlan): void {
    for (const field of Object.keys(policy)) {
      if (!this.#limits.policyFields.has(field)) this.#refuse(at, `cannot set ${WRITTEN[field] ?? field} of a policy`);
    }
  }

  #events(): void {
    const { events } = this.#scenario;
    for (const { kind, args } of events) {
      if (!this.#limits.events.has(kind)) this.#refuse(args, `has no event ${kind}`);
    }
    const policies = new Map<string, Placed<Json>>();
    for (const { kind, args } of events) if (!policies.has(kind)) policies.set(kind, args);
    const actions = [
      ...this.#parts.actions.map(({ action }) => action),
      ...(this.#parts.triggers ?? []).flatMap(({ action }) => (action === null ? [] : [action])),
    ];
    for (const action of actions) {
      const { kind, args } = action;
      this.#action(action);
      for (const key of ['policy', 'reversePolicy']) {
        const policy = args[key];
        if (typeof policy !== 'object' || policy === null) continue;
        this.#policy(policies.get(kind) ?? this.#place('events'), policy as PolicyPlan);
      }
    }
  }

  #action(action: Action): void {
    const refusal = this.#limits.refuseAction?.(action) ?? null;
    if (refusal === null) return;
    const name = this.#parts.channelNames[Number(action.args.channel)];
    const use = this.#scenario.events.find(
      ({ kind, args }) =>
        kind === action.kind &&
        String(property(args.value, 'channel')) === name &&
        property(args.value, refusal.key) !== undefined,
    );
    this.#refuse(
      use === undefined ? this.#place('events') : this.#index.placeOf(use.args, refusal.key),
      refusal.reason,
    );
  }

  #payments(): void {
    const activities = new Map(this.#scenario.activity.map((spec) => [spec.name.value, spec]));
    const pays = this.#scenario.events.find(({ kind }) => kind === 'pay' || kind === 'rebalance');
    for (const { name, profile } of this.#parts.activities) {
      const at: Place = activities.get(name)?.name ?? pays?.args ?? this.#place('events');
      if (this.#limits.methods.size === 0) {
        this.#refuse(at, 'makes no payments: its protocol has no call for them');
        continue;
      }
      if (!this.#limits.methods.has(profile.method)) this.#refuse(at, `cannot pay by ${profile.method}`);
      for (const [field, value] of Object.entries(profile)) {
        if (value === undefined || this.#limits.paymentOptions.has(field)) continue;
        this.#refuse(at, `does not know the option ${WRITTEN[field] ?? field} of payments`);
      }
    }
  }

  #behaviours(): void {
    for (const { kind, name } of this.#scenario.behaviours ?? []) {
      if (!this.#limits.behaviours.has(kind)) this.#refuse(name, `has no behaviour ${kind}`);
    }
  }

  #expressions(): void {
    const { hidden } = this.#limits;
    if (hidden === undefined) return;
    for (const [name, at] of fieldsRead(this.#index)) {
      if (hidden.has(name) || hidden.has(name.split('.')[0] as string)) this.#refuse(at, `cannot tell \`${name}\``);
    }
  }
}
