/** Models of another process as kinds that a simulation can be made of. */
import type {
  FundingReorg,
  JusticeStyle,
  ModelHost,
  ModelKind,
  NodeModel,
  WorldFacts,
} from '../simulate/node-model.ts';
import {
  closingRangeMessage,
  readClosingRange,
  readTargets,
  readTiming,
  targetsMessage,
  timingMessage,
} from './messages.ts';
import { type RemoteDescription, RemoteModel } from './remote-model.ts';
import { RemoteSession, type TurnLink } from './remote-session.ts';
import type { Message } from './wire.ts';
import { WorldPicture } from './world-picture.ts';

/** Methods of NodeModel that an implementation may lack, by the field of Turn that asks for them. */
const OPTIONAL: Readonly<Record<string, keyof NodeModel>> = {
  opener_depth: 'openerDepth',
  maximum_for: 'maximumFor',
  batch_at: 'batchAt',
  check_incoming: 'checkIncoming',
  claim_feerate: 'claimFeerate',
  claim_depth: 'claimDepth',
  loss_depth: 'lossDepth',
  fails_back_at: 'failsBackAt',
};

/**
 * Questions about HTLCs that no model of ours answers by anything but themselves, the height and the node's options; and none
 * does anything about a part that has arrived but to end the payment, as soon as no other part is in flight. Questions about
 * openings are answered alike by all nodes with the same options.
 */
const FORESEEABLE: readonly string[] = [
  'check_forward',
  'check_receive',
  'attempt_succeeded',
  'commitment_feerate',
  'opening_terms',
  'answer_opening',
  'default_policy',
];

/** A kind whose decisions are made by a process. */
export interface RemoteKind {
  /** As this process knows it: options, and what a sender can be asked for. */
  readonly kind: ModelKind;
  readonly description: RemoteDescription;
}

/** Kinds whose models all speak over one link; they are for one simulation. */
export function remoteKinds(kinds: readonly RemoteKind[], link: TurnLink): readonly ModelKind[] {
  let session: RemoteSession | null = null;
  return kinds.map(({ kind, description }) => ({
    ...kind,
    create(host: ModelHost, facts?: WorldFacts): NodeModel {
      if (facts === undefined) throw new Error('a model of another process needs the facts of the world');
      session ??= new RemoteSession(link, host, facts);
      return new RemoteModel(description, session, facts, host.graph.nodeCount);
    },
  }));
}

/** What a process says of a kind of its own: ModelDescription of model.proto. */
export function describeKind(kind: ModelKind): Message {
  // What is asked for here depends on no world.
  const empty = new WorldPicture(0, new Map());
  const model = kind.create(empty, empty);
  return {
    name: kind.name,
    version: kind.version,
    summary: kind.summary,
    timing: timingMessage(model.timing),
    invoice_cltv_delta: model.invoiceCltvDelta,
    invoice_expiry_us: model.invoiceExpiryUs,
    hold_expiry_delta: model.holdExpiryDelta,
    answers: Object.entries(OPTIONAL).flatMap(([ask, method]) => (model[method] === undefined ? [] : [ask])),
    omits_updates: model.omitsUpdates === true,
    reads_mempool: model.readsMempool === true,
    justice: model.justice ?? '',
    funding_reorg: model.fundingReorg ?? '',
    ...(model.targets === undefined ? {} : { targets: targetsMessage(model.targets) }),
    ...(model.closingRange === undefined ? {} : { closing_range: closingRangeMessage(model.closingRange) }),
    // The schema of options is for engines that do not know the implementation.
    sender_options: kind.senderOptions,
    finds_circles: kind.findsCircles === true,
    foreseeable: FORESEEABLE,
    checks_routes: true,
  };
}

/** Reads what describeKind wrote, after it was sent. */
export function readDescription(m: Message): RemoteDescription {
  return {
    name: m.name as string,
    version: m.version as string,
    summary: m.summary as string,
    timing: readTiming(m.timing as Message),
    invoiceCltvDelta: m.invoice_cltv_delta as number,
    invoiceExpiryUs: m.invoice_expiry_us as number,
    holdExpiryDelta: m.hold_expiry_delta as number,
    omitsUpdates: m.omits_updates as boolean,
    readsMempool: m.reads_mempool as boolean,
    fundingReorg: ((m.funding_reorg as string) || 'keep') as FundingReorg,
    justice: ((m.justice as string) || 'each') as JusticeStyle,
    targets: readTargets(m.targets as Message | null | undefined),
    closingRange: readClosingRange(m.closing_range as Message | null | undefined),
    answers: m.answers as readonly string[],
    foreseeable: m.foreseeable as readonly string[],
    checksRoutes: m.checks_routes as boolean,
  };
}
