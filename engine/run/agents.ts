/**
 * Wakes the agents of behaviours at their instants, one after the other: in the order of the behaviours' names, then of the
 * nodes. Keeps what they remember, hands them the results of their payments, and says where a snapshot found them.
 * What an agent sees and does goes through the backend (own-agent.ts). The agent of a node that is down sleeps on.
 */
import type { Awaitable, BackendState } from '../backends/backend.ts';
import { compareText } from '../base/order.ts';
import type { OwnPayment } from '../kinds/behaviour.ts';
import type { PaymentResult } from '../simulate/records.ts';
import type { AgentState, BehaviourState } from '../snapshot/document.ts';
import { fillPayment, type MadePayment } from '../timeline/own-payments.ts';
import { paymentRow } from '../timeline/payment-row.ts';
import type { BehaviourPlan } from '../timeline/timeline.ts';
import { type AgentMemory, type AgentSurroundings, OwnAgent } from './own-agent.ts';
import { RunFailure } from './run-failure.ts';

interface Behaviour {
  readonly plan: BehaviourPlan;
  readonly agents: readonly AgentMemory[];
  /** Channels that it looks after; null: all. */
  readonly wanted: ReadonlySet<number> | null;
  /** Instants at which its agents were woken. */
  woken: number;
}

export class Agents {
  readonly #surroundings: AgentSurroundings;
  readonly #behaviours: readonly Behaviour[];
  /** Behaviours that pay, by the index of their activity. */
  readonly #paying: ReadonlyMap<number, Behaviour>;
  /** Next instant at which somebody is to be woken, µs; Infinity when there is none. */
  nextUs: number = Number.POSITIVE_INFINITY;

  constructor(surroundings: AgentSurroundings) {
    const { timeline } = surroundings;
    this.#surroundings = surroundings;
    this.#behaviours = (timeline.behaviours ?? []).map((plan) => ({
      plan,
      agents: agentsOf(plan),
      wanted: plan.channels === null ? null : new Set(plan.channels),
      woken: 0,
    }));
    const activities = new Map(timeline.activities.map(({ name }, index) => [name, index]));
    this.#paying = new Map(
      this.#behaviours.flatMap((one) =>
        one.plan.payments === null ? [] : [[activities.get(one.plan.name) ?? -1, one] as const],
      ),
    );
    this.#plan();
  }

  /** Wakes everybody who is due at `nextUs`. */
  async wake(): Promise<void> {
    const timeUs = this.nextUs;
    for (const behaviour of this.#behaviours) {
      if (nextOf(behaviour) !== timeUs) continue;
      const { plan, agents, wanted, woken } = behaviour;
      const wake = this.#surroundings.kinds(plan.kind)?.wake;
      if (wake === undefined) {
        throw new RunFailure('internal', `the timeline has agents of unknown kind '${plan.kind}'`);
      }
      for (const memory of agents) {
        const self: Awaitable<{ readonly running: boolean }> = this.#surroundings.backend.node(memory.node);
        if (!(self instanceof Promise ? await self : self).running) continue;
        // What ends from now on, perhaps at once, is for the next time.
        const { ended } = memory;
        memory.ended = [];
        const agent = new OwnAgent(this.#surroundings, plan, memory, { timeUs, number: woken, ended, wanted });
        const answer = wake(plan.args, agent, memory.memory);
        memory.memory = answer instanceof Promise ? await answer : answer;
      }
      behaviour.woken++;
    }
    this.#plan();
  }

  /** Notes how a payment ended; those of others are passed over. */
  resolved(result: PaymentResult): void {
    if (this.#paying.size === 0) return;
    const { payments } = this.#surroundings.timeline;
    const row = result.payment;
    const plan = this.#paying.get(payments.activity[row] as number);
    if (plan === undefined) return;
    const rows = plan.plan.payments as NonNullable<BehaviourPlan['payments']>;
    const agent = plan.agents[Math.floor((row - rows.first) / rows.count)] as AgentMemory;
    const number = row - agent.firstRow;
    if (!agent.inFlight.delete(number)) return;
    agent.ended.push({
      number,
      outcome: result.outcome,
      amountMsat: payments.amountMsat[row] as number,
      feeMsat: result.feeMsat,
      attempts: result.attempts,
      resolvedUs: result.resolvedUs,
      failureCode: result.failureCode,
      failureHop: result.failureHop,
    });
  }

  /** What the agents of a behaviour have counted, in the order of its nodes, by name. */
  figures(behaviour: number): readonly ReadonlyMap<string, number>[] {
    return (this.#behaviours[behaviour]?.agents ?? []).map(
      ({ figures }) => new Map([...figures].sort(([a], [b]) => compareText(a, b))),
    );
  }

  /** What the agents of a behaviour have counted under a name, in sum; null when there is no such behaviour. */
  figure(behaviour: string, figure: string): number | null {
    const found = this.#behaviours.find(({ plan }) => plan.name === behaviour);
    return found?.agents.reduce((sum, { figures }) => sum + (figures.get(figure) ?? 0), 0) ?? null;
  }

  /** How far each behaviour is, and what its agents know; those of which there is nothing to say are left out. */
  capture(): readonly BehaviourState[] {
    return this.#behaviours.map(({ plan, agents, woken }) => ({
      agents: agents.flatMap((agent) => this.#captureAgent(agent)),
      name: plan.name,
      woken,
    }));
  }

  #captureAgent(agent: AgentMemory): readonly AgentState[] {
    const { network, payments } = this.#surroundings.timeline;
    const { node, paid, memory, ended, inFlight, figures, firstRow } = agent;
    if (paid === 0 && memory === null && figures.size === 0) return [];
    const nameOf = (index: number): string => network.nodes[index]?.name ?? '';
    return [
      {
        ended: ended.map((one) => ({
          amount_msat: one.amountMsat,
          attempts: one.attempts,
          failure: [one.failureCode, one.failureHop] as const,
          fee_msat: one.feeMsat,
          number: one.number,
          outcome: one.outcome,
          resolved_us: one.resolvedUs,
        })),
        figures: Object.fromEntries(figures),
        in_flight: [...inFlight].map((number) => ({
          amount_msat: payments.amountMsat[firstRow + number] as number,
          destination: nameOf(payments.destination[firstRow + number] as number),
          number,
        })),
        memory,
        node: nameOf(node),
        paid,
      },
    ];
  }

  /**
   * Takes over what capture wrote; behaviours and nodes that this timeline lacks are passed over. Rows of payments that the
   * network still knows are filled again, also of those that have ended for whoever made them.
   */
  restore(states: readonly BehaviourState[], known: BackendState['payments']): void {
    const { network, payments } = this.#surroundings.timeline;
    const nodes = new Map(network.nodes.map(({ name }, index) => [name, index]));
    this.#refill(known, nodes);
    const byName = new Map(states.map((state) => [state.name, state]));
    for (const behaviour of this.#behaviours) {
      const state = byName.get(behaviour.plan.name);
      if (state === undefined) continue;
      behaviour.woken = state.woken;
      const agents = new Map(behaviour.agents.map((agent) => [agent.node, agent]));
      for (const one of state.agents) {
        const agent = agents.get(nodes.get(one.node) ?? -1);
        if (agent === undefined) continue;
        agent.paid = one.paid;
        agent.memory = one.memory;
        for (const [figure, value] of Object.entries(one.figures)) agent.figures.set(figure, value);
        agent.ended = one.ended.map(ownPayment);
        for (const { number, destination, amount_msat: amountMsat } of one.in_flight) {
          agent.inFlight.add(number);
          const made: MadePayment = {
            source: agent.node,
            destination: nodes.get(destination) ?? agent.node,
            amountMsat,
          };
          fillPayment(payments, agent.firstRow + number, made);
        }
      }
    }
    this.#plan();
  }

  #refill(known: BackendState['payments'], nodes: ReadonlyMap<string, number>): void {
    const { timeline } = this.#surroundings;
    for (const { activity, nth, row: likely, source, destination, amount_msat: amountMsat } of known) {
      const row = paymentRow(timeline, activity, nth, likely);
      if (row < 0 || !this.#paying.has(timeline.payments.activity[row] as number)) continue;
      const [from, to] = [nodes.get(source), nodes.get(destination)];
      if (from === undefined || to === undefined) continue;
      fillPayment(timeline.payments, row, { source: from, destination: to, amountMsat });
    }
  }

  #plan(): void {
    this.nextUs = this.#behaviours.reduce((least, one) => Math.min(least, nextOf(one)), Number.POSITIVE_INFINITY);
  }
}

function agentsOf({ nodes, payments }: BehaviourPlan): readonly AgentMemory[] {
  return nodes.map((node, i) => ({
    node,
    firstRow: payments === null ? 0 : payments.first + i * payments.count,
    paid: 0,
    memory: null,
    ended: [],
    inFlight: new Set<number>(),
    figures: new Map<string, number>(),
  }));
}

function nextOf({ plan: { wakes }, woken }: Behaviour): number {
  return wakes === null || woken >= wakes.count ? Number.POSITIVE_INFINITY : wakes.firstUs + woken * wakes.everyUs;
}

function ownPayment(state: AgentState['ended'][number]): OwnPayment {
  return {
    number: state.number,
    outcome: state.outcome,
    amountMsat: state.amount_msat,
    feeMsat: state.fee_msat,
    attempts: state.attempts,
    resolvedUs: state.resolved_us,
    failureCode: state.failure[0],
    failureHop: state.failure[1],
  };
}
