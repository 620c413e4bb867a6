/**
 * What a payment and its node learn from a failure: nodes and channels that the payment ignores from then on, channels
 * that the node excludes from all routes for a while, and balances. Sends nothing and ends no payment.
 *
 * eclair:payment/PaymentEvents.scala:updateIgnored; eclair:payment/send/PaymentLifecycle.scala:handleRemoteFail,
 * handleUpdate. A channel_update inside a failure is compared with what is known and then dropped: Eclair does not use it
 * for routes over public channels, lest the sender be recognised by it.
 */
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import type { GraphView, Policy } from '../../engine/simulate/node-model.ts';
import { BalanceEstimates } from './balance-estimates.ts';
import type { EclairNode } from './node-state.ts';
import type { Part, Payment } from './payment-state.ts';

/** Flags of failure codes (BOLT 4). */
const NODE = 0x2000;
const UPDATE = 0x1000;

/** The channel_update that came with a failure: its edge, and how it differs from what is publicly known. */
export interface Update {
  readonly edge: number;
  /** Fees and delta are those that the route was built with. */
  readonly sameRelay: boolean;
  /** So is everything else. */
  readonly same: boolean;
}

/** Compares an update with the public graph. */
export function compareUpdate(graph: GraphView, edge: number, policy: Policy): Update {
  const sameRelay =
    policy.feeBaseMsat === graph.feeBaseMsat[edge] &&
    policy.feeRatePpm === graph.feeRatePpm[edge] &&
    policy.cltvDelta === graph.cltvDelta[edge];
  const same =
    sameRelay &&
    policy.minHtlcMsat === graph.minHtlcMsat[edge] &&
    policy.maxHtlcMsat === graph.maxHtlcMsat[edge] &&
    policy.disabled === (graph.disabled[edge] === 1);
  return { edge, sameRelay, same };
}

/** A failure of a part: `hop` reported `code`; −1 when it could not be read. */
export interface Failure {
  readonly part: Part;
  readonly hop: number;
  readonly code: FailureCode;
  readonly update: Update | null;
}

/** True when the recipient itself reported it: then nobody is to blame. */
export function fromRecipient({ part, hop }: Failure): boolean {
  return hop === part.edges.length;
}

/** The HTLC ended on-chain: Eclair does not try again. */
export function fatal({ hop, code }: Failure): boolean {
  return hop === 0 && code === FAILURE.permanent_channel_failure;
}

/** updateIgnored. */
export function ignore(graph: GraphView, payment: Payment, failure: Failure): void {
  const { part, hop, code } = failure;
  if (fromRecipient(failure)) return;
  if (hop < 0) {
    // All but the first and the recipient.
    for (let i = 1; i < part.edges.length - 1; i++) payment.ignoredNodes.add(graph.to(part.edges[i] as number));
    return;
  }
  const edge = part.edges[hop] as number;
  if (hop === 0) payment.ignoredEdges.add(edge);
  else if ((code & NODE) !== 0) payment.ignoredNodes.add(graph.from(edge));
  else if ((code & UPDATE) === 0) payment.ignoredEdges.add(edge);
  else if (code === FAILURE.temporary_channel_failure || code === FAILURE.channel_disabled) {
    payment.ignoredEdges.add(edge);
  }
}

/** handleUpdate: a channel that fails with the terms that it announces is left alone for a while. */
export function exclude(graph: GraphView, node: EclairNode, payment: Payment, failure: Failure, nowUs: number): void {
  const { part, hop, code, update } = failure;
  if (hop <= 0 || fromRecipient(failure) || (code & UPDATE) === 0) return;
  const edge = part.edges[hop] as number;
  const reporter = graph.from(edge);
  // A node may prefer another channel to the same peer.
  const other = update !== null && update.edge !== edge;
  const again = payment.plan.kind === 'single' && payment.updatedNodes.has(reporter);
  payment.updatedNodes.add(reporter);
  if (other || !(update === null || update.same || again)) return;
  node.excluded ??= new Map();
  node.excluded.set(edge, Math.max(nowUs + node.settings.excludeUs, node.excluded.get(edge) ?? 0));
}

/** RouteCouldRelay, ChannelCouldNotRelay. */
export function learnFailure(graph: GraphView, node: EclairNode, failure: Failure, nowS: number): void {
  const { part, hop, code, update } = failure;
  if (!node.settings.search.usePastRelayData || hop < 1 || fromRecipient(failure)) return;
  const estimates = estimatesOf(graph, node);
  for (let i = hop - 1; i >= 1; i--) {
    estimates.couldSend(part.edges[i] as number, part.amountsMsat[i] as number, nowS);
  }
  // With other terms the balance need not be the reason.
  if (code === FAILURE.temporary_channel_failure && (update === null || update.sameRelay)) {
    estimates.couldNotSend(part.edges[hop] as number, part.amountsMsat[hop - 1] as number, nowS);
  }
}

/** RouteDidRelay: the first channel is the node's own, whose balance it knows. */
export function learnSuccess(graph: GraphView, node: EclairNode, part: Part, nowS: number): void {
  if (!node.settings.search.usePastRelayData) return;
  const estimates = estimatesOf(graph, node);
  for (let i = part.edges.length - 1; i >= 1; i--) {
    estimates.didSend(part.edges[i] as number, part.amountsMsat[i] as number, nowS);
  }
}

function estimatesOf(graph: GraphView, node: EclairNode): BalanceEstimates {
  node.estimates ??= new BalanceEstimates(graph, node.settings.search.halfLifeS);
  return node.estimates;
}
