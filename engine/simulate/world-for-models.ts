/** The world as models get it: what every model may ask and do, and what those of another process are told beside it. */
import type { CommitmentView, ModelHost, PaymentActions, WorldFacts } from './node-model.ts';
import { PAYMENT } from './payments.ts';
import type { World } from './world.ts';

export function hostFor(w: World, actions: PaymentActions): ModelHost {
  return {
    graph: w.graph,
    actions,
    nowUs: () => w.nowUs,
    height: () => w.chain.height,
    estimatePerKw: (target) => w.chain.estimatePerKw(target),
    relayPerKw: () => w.chain.relayPerKw,
    localEdges: (node) => w.localEdges[node]!,
    localEdgeCount: (node) => w.localEdges[node]!.length,
    eligible: (edge) => w.channels.usable(edge >> 1),
    view: (edge, view: CommitmentView) => w.channels.view(edge, view),
    ...(w.traceOf === null ? {} : { traceOf: w.traceOf }),
  };
}

/**
 * @param originUs the simulator's clock at the scenario's time 0, µs
 * @param asked knows about which HTLC a node is asked
 */
export function factsFor(
  w: World,
  originUs: number,
  asked: Pick<WorldFacts, 'comingChecks' | 'askedAttempt'>,
): WorldFacts {
  const { network, payments } = w.timeline;
  return {
    get channelCount() {
      return w.channels.count;
    },
    get graphRevision() {
      return w.graph.revision;
    },
    get nextAttempt() {
      return w.attempts.made;
    },
    originUs,
    sourceOf: (payment) => (w.payments.state[payment] === PAYMENT.running ? payments.source[payment]! : -1),
    destinationOf: (payment) => (w.payments.state[payment] === PAYMENT.running ? payments.destination[payment]! : -1),
    fromOf: (edge) => w.from(edge),
    nameOf: (node) => network.nodes[node]!.name,
    comingChecks: () => asked.comingChecks(),
    askedAttempt: () => asked.askedAttempt(),
    partsInFlight: (payment) => w.attempts.inFlight(payment),
  };
}
