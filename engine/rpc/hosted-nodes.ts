/** The nodes of a hosted network: their names, keys and models, and what is asked of a single one. */
import type { NodeObservation } from '../backends/backend.ts';
import type { ModelKind } from '../simulate/node-model.ts';
import type { NodePlan } from '../timeline/network.ts';
import { pubkeyOf, pubkeysOf } from '../timeline/pubkey.ts';
import { HostError, within } from './host-error.ts';
import type { HostedListener } from './hosted-events.ts';
import type { HostedRecords } from './hosted-records.ts';
import type { HostedSimulation } from './hosted-simulation.ts';

/** Most nodes of one network. */
export const MAX_NODES = 10_000;

/** All coins there are, sat: so many can be in wallets and channels together. */
const MAX_SUPPLY_SAT = 21_000_000 * 100_000_000;

/** Label that holds a node's alias where it is not the name. */
const ALIAS = 'alias';

const NODE_NAME = /^[A-Za-z0-9_.-]{1,100}$/;

export interface NewHostedNode {
  /** Empty: made of the model and a number. */
  readonly name: string;
  /** Empty: the name. */
  readonly alias: string;
  readonly model: string;
  readonly options: NodePlan['options'];
  readonly walletSat: number;
}

/** What nodes can be. */
export interface HostedModels {
  readonly models: readonly ModelKind[];
  /** Name of the model of nodes for which nobody says one. */
  readonly defaultModel: string;
  /** Begins the names of that model's nodes for which nobody says one: `PREFIX-0000`. Absent: the name of the model. */
  readonly namePrefix?: string;
}

export class HostedNodes {
  readonly #models: HostedModels;
  readonly #simulation: HostedSimulation;
  readonly #records: HostedRecords;
  readonly #listener: HostedListener;
  readonly #byKey = new Map<string, number>();
  readonly #byName = new Map<string, number>();

  /** The nodes that the simulation has already. @throws HostError when a model is not there */
  constructor(models: HostedModels, simulation: HostedSimulation, records: HostedRecords, listener: HostedListener) {
    this.#models = models;
    this.#simulation = simulation;
    this.#records = records;
    this.#listener = listener;
    pubkeysOf(simulation.timeline.nodes);
    simulation.timeline.nodes.forEach((plan, node) => {
      this.#index(plan, node);
    });
  }

  get size(): number {
    return this.#simulation.timeline.nodes.length;
  }

  /** Makes nodes: all or, on an error, none. @throws HostError */
  create(wanted: readonly NewHostedNode[]): readonly number[] {
    if (this.size + wanted.length > MAX_NODES) {
      throw new HostError(`a network has ${MAX_NODES} nodes at most`, 'limit', { field: 'nodes' });
    }
    const taken = new Set<string>();
    const coins = wanted.reduce((sum, { walletSat }) => sum + walletSat, 0);
    this.#checkSupply(coins, 'nodes');
    const plans = wanted.map(({ name: wish, alias, model, options, walletSat }, i): NodePlan => {
      const { name: kind } = within(`nodes[${i}].model`, () => kindOf(this.#models, model));
      const name = wish === '' ? this.#freeName(this.#prefixOf(kind), taken) : wish;
      const field = `nodes[${i}].name`;
      if (!NODE_NAME.test(name)) {
        throw new HostError('a name has 1 to 100 letters, digits and any of . _ -', 'invalid_value', { field });
      }
      if (this.#byName.has(name) || taken.has(name)) {
        throw new HostError(`there is a node called ${name} already`, 'node_exists', { field, subject: name });
      }
      taken.add(name);
      return {
        name,
        model: kind,
        options,
        walletSat,
        labels: alias === '' || alias === name ? {} : { [ALIAS]: alias },
      };
    });
    const first = this.size;
    pubkeysOf(plans);
    for (const plan of plans) {
      this.#index(plan, this.size);
      this.#simulation.timeline.addNode(plan);
    }
    this.#simulation.sync();
    const made = plans.map((_, i) => first + i);
    for (const node of made) {
      this.#listener({ kind: 'node', node, change: 'created', amountSat: 0 }, this.#simulation.timeUs);
    }
    return made;
  }

  /** @throws HostError when no node has this name */
  named(name: string): number {
    const node = this.#byName.get(name);
    if (node === undefined) throw new HostError(`could not find node ${name}`, 'unknown_node', { subject: name });
    return node;
  }

  /** @throws HostError when no node has this key */
  ofKey(key: string): number {
    const node = this.#byKey.get(key.toLowerCase());
    if (node === undefined) {
      throw new HostError(`could not find a node with the public key ${key}`, 'unknown_node', { subject: key });
    }
    return node;
  }

  plan(node: number): NodePlan {
    return this.#simulation.timeline.nodes[node] as NodePlan;
  }

  name(node: number): string {
    return this.plan(node).name;
  }

  alias(node: number): string {
    const { name, labels } = this.plan(node);
    return labels[ALIAS] ?? name;
  }

  kind(node: number): ModelKind {
    return kindOf(this.#models, this.plan(node).model);
  }

  /** 33 bytes in hex. */
  pubkey(node: number): string {
    return pubkeyOf(this.plan(node));
  }

  figures(node: number): NodeObservation {
    return this.#simulation.backend.node(node);
  }

  isRunning(node: number): boolean {
    return this.#simulation.world.running[node] === 1;
  }

  /** @throws HostError when the node is stopped */
  checkRunning(node: number): void {
    if (this.isRunning(node)) return;
    throw new HostError(`${this.name(node)} is stopped`, 'node_stopped', { field: 'node', subject: this.name(node) });
  }

  start(node: number): void {
    this.#simulation.backend.startNode(node);
  }

  stop(node: number, crash: boolean): void {
    const { backend } = this.#simulation;
    if (crash) backend.crashNode(node);
    else backend.stopNode(node);
  }

  /** @throws HostError when there are not so many coins in the world */
  fund(node: number, sat: number): void {
    this.#checkSupply(sat, 'amount_sat');
    this.#simulation.backend.fund(node, sat);
  }

  /** @throws HostError with the reason when the wallet does not send them */
  sendCoins(from: number, to: number, sat: number): void {
    this.checkRunning(from);
    this.#records.orRefused('could not send the coins', () => this.#simulation.backend.sendOnchain({ from, to, sat }));
  }

  #index(plan: NodePlan, node: number): void {
    this.#byName.set(plan.name, node);
    this.#byKey.set(pubkeyOf(plan), node);
  }

  #prefixOf(model: string): string {
    const { defaultModel, namePrefix } = this.#models;
    return model === defaultModel && namePrefix !== undefined ? namePrefix : model;
  }

  #freeName(prefix: string, taken: ReadonlySet<string>): string {
    for (let i = this.size + taken.size; ; i++) {
      const name = `${prefix}-${String(i).padStart(4, '0')}`;
      if (!this.#byName.has(name) && !taken.has(name)) return name;
    }
  }

  #checkSupply(sat: number, field: string): void {
    if (this.#simulation.world.chain.mintedSat + sat <= MAX_SUPPLY_SAT) return;
    throw new HostError('there are 21 million BTC in the world', 'limit', { field });
  }
}

/** The model of this name, the default one for none. @throws HostError when it is not there */
export function kindOf({ models, defaultModel }: HostedModels, name: string): ModelKind {
  const wanted = name === '' ? defaultModel : name;
  const found = models.find((kind) => kind.name === wanted);
  if (found !== undefined) return found;
  throw new HostError(`there is no model called ${wanted}`, 'unknown_model', { subject: wanted });
}
