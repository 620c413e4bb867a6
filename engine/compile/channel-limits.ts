/** What two models demand of each other for a channel of the network: asked of the models, as the simulator will. */
import type { ChannelLimits } from '../kinds/kind.ts';
import { modelKind } from '../kinds/registry.ts';
import type { Scenario } from '../spec/scenario.ts';
import type { NetworkPlan } from '../timeline/network.ts';

type Kind = NonNullable<ReturnType<typeof modelKind>>;
type Model = ReturnType<Kind['create']>;

export class NetworkLimits {
  readonly #scenario: Scenario;
  readonly #network: NetworkPlan;
  readonly #models: Map<string, Model> = new Map();
  readonly #known: Map<number, ChannelLimits> = new Map();

  constructor(scenario: Scenario, network: NetworkPlan) {
    this.#scenario = scenario;
    this.#network = network;
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
