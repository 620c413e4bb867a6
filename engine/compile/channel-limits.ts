/** What two models demand of each other for a channel of the network: asked of the models, as the simulator will. */
import type { ChannelLimits } from '../kinds/kind.ts';
import { modelKind } from '../kinds/registry.ts';
import type { ChannelOffer, ChannelTerms } from '../simulate/node-model.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { AnnouncedModel } from '../spec/schema-types.ts';
import type { NetworkPlan } from '../timeline/network.ts';

type Kind = NonNullable<ReturnType<typeof modelKind>>;
type Model = Pick<ReturnType<Kind['create']>, 'addNode' | 'answerOpening' | 'commitmentFeerate' | 'openingTerms'>;

/** BOLT 2, open_channel: max_accepted_htlcs is 483 at most. */
const MOST_HTLCS = 483;

/** Dust limit that every version of segwit outputs stays above (BOLT 3, "Dust Limits": 354 sat). */
const DUST_SAT = 354;

/**
 * A model of another process, which compiling a scenario does not ask: whoever plans with it has to take it that it
 * demands no more than BOLT 2 makes possible.
 */
const UNASKED: Model = {
  addNode: () => {},
  commitmentFeerate: (_, estimatePerKw) => estimatePerKw,
  openingTerms: (_, offer) => widest(offer),
  answerOpening: (_, offer) => ({ accept: true, terms: widest(offer), minimumDepth: 0 }),
};

function widest({ capacitySat }: ChannelOffer): ChannelTerms {
  return {
    dustLimitSat: DUST_SAT,
    reserveSat: 0,
    maxAcceptedHtlcs: MOST_HTLCS,
    maxInFlightMsat: capacitySat * 1000,
    htlcMinimumMsat: 0,
    toSelfDelay: 0,
  };
}

export class NetworkLimits {
  readonly #scenario: Scenario;
  readonly #network: NetworkPlan;
  readonly #models: Map<string, Model> = new Map();
  readonly #known: Map<number, ChannelLimits> = new Map();

  /** @param announced models of other processes, which are not asked */
  constructor(scenario: Scenario, network: NetworkPlan, announced: readonly AnnouncedModel[] = []) {
    this.#scenario = scenario;
    this.#network = network;
    for (const { name } of announced) this.#models.set(name, UNASKED);
    for (const [n, node] of network.nodes.entries()) this.#modelOf(node.model).addNode(n, node.options);
  }

  of(channel: number): ChannelLimits {
    let limits = this.#known.get(channel);
    if (limits === undefined) {
      limits = this.#ask(channel);
      this.#known.set(channel, limits);
    }
    return limits;
  }

  #ask(channel: number): ChannelLimits {
    const plan = this.#network.channels[channel];
    if (plan === undefined) throw new RangeError(`the network has no channel ${channel}`);
    const { node0, node1, capacitySat, balance0Msat, announced } = plan;
    const [opener, acceptor] = [node0, node1].map((n) => this.#modelOf(this.#network.nodes[n]?.model ?? ''));
    const feeratePerKw = (opener as Model).commitmentFeerate(node0, this.#scenario.chain.feeratePerKw);
    const offer = { capacitySat, pushMsat: capacitySat * 1000 - balance0Msat, announced, feeratePerKw };
    const asked = (opener as Model).openingTerms(node0, offer);
    const answer = (acceptor as Model).answerOpening(node1, offer, asked);
    // As for the simulator: a channel that the scenario states exists, whatever today's limits are.
    const answered = answer.accept ? answer.terms : (acceptor as Model).openingTerms(node1, offer);
    return {
      maxAcceptedHtlcs: [answered.maxAcceptedHtlcs, asked.maxAcceptedHtlcs],
      maxInFlightMsat: [answered.maxInFlightMsat, asked.maxInFlightMsat],
      htlcMinimumMsat: [answered.htlcMinimumMsat, asked.htlcMinimumMsat],
      dustMsat: Math.max(asked.dustLimitSat, answered.dustLimitSat) * 1000,
      leastDustMsat: Math.min(asked.dustLimitSat, answered.dustLimitSat) * 1000,
    };
  }

  #modelOf(name: string): Model {
    let model = this.#models.get(name);
    if (model === undefined) {
      const kind = modelKind(name);
      if (kind === undefined) throw new RangeError(`no model is called ${name}`);
      // Terms depend on options and offers alone; a model that looked around here would end the compilation.
      model = kind.create({} as Parameters<Kind['create']>[0]);
      this.#models.set(name, model);
    }
    return model;
  }
}
