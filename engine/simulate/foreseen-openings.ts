/**
 * The questions that opening the channels of the network plan is going to ask, told in advance to models that want to
 * know them: one in another process answers thousands of them at once. In four steps, since an answer may be part of
 * what is asked next. Nothing else comes of it: what is asked here is asked again.
 */
import type { ChannelPlan } from '../timeline/network.ts';
import type { ChannelOffer, ChannelTerms, OpeningQuestion } from './node-model.ts';
import type { World } from './world.ts';

/** So many channels are foreseen at a time: what is known in advance has to be kept (about 1 kB a channel). */
export const FORESEEN_CHANNELS = 4096;

interface Foreseen {
  readonly plan: ChannelPlan;
  readonly offer: ChannelOffer;
}

export function foreseeOpenings(w: World, plans: readonly ChannelPlan[]): void {
  const wanting = (node: number): boolean => w.modelOf(node).foresee !== undefined;
  const concerned = plans.filter(({ node0, node1 }) => wanting(node0) || wanting(node1));
  if (concerned.length === 0) return;
  const estimates = concerned.map(({ node0: node }): OpeningQuestion => {
    return { ask: 'commitmentFeerate', node, estimatePerKw: w.estimateFor(node, 'commitment') };
  });
  tell(w, estimates);
  const foreseen = concerned.map((plan): Foreseen => {
    const { capacitySat, balance0Msat, announced, node0 } = plan;
    const pushMsat = capacitySat * 1000 - balance0Msat;
    return { plan, offer: { capacitySat, pushMsat, announced, feeratePerKw: w.commitmentFeerate(node0) } };
  });
  tell(
    w,
    foreseen.flatMap(({ plan, offer }): OpeningQuestion[] => [
      { ask: 'openingTerms', node: plan.node0, offer },
      { ask: 'openingTerms', node: plan.node1, offer },
    ]),
  );
  const asked = foreseen.map(({ plan: { node0 }, offer }) => w.modelOf(node0).openingTerms(node0, offer));
  tell(
    w,
    foreseen.map(({ plan: { node1: node }, offer }, i): OpeningQuestion => {
      return { ask: 'answerOpening', node, offer, openerTerms: asked[i] as ChannelTerms };
    }),
  );
  tell(
    w,
    foreseen.flatMap(({ plan: { node0, node1 }, offer }, i): OpeningQuestion[] => {
      const opener = asked[i] as ChannelTerms;
      const answer = w.modelOf(node1).answerOpening(node1, offer, opener);
      const acceptor = answer.accept ? answer.terms : w.modelOf(node1).openingTerms(node1, offer);
      const { capacitySat, announced } = offer;
      return [
        { ask: 'defaultPolicy', node: node0, facts: { capacitySat, announced, peerTerms: acceptor } },
        { ask: 'defaultPolicy', node: node1, facts: { capacitySat, announced, peerTerms: opener } },
      ];
    }),
  );
}

/** Hands each model the questions about its nodes, in their order. */
function tell(w: World, questions: readonly OpeningQuestion[]): void {
  const models = new Set(questions.map(({ node }) => w.modelOf(node)));
  for (const model of models) model.foresee?.(questions.filter(({ node }) => w.modelOf(node) === model));
}
