/** Views of channels as a model process has them: what it was told last. */
import { blankView, type CommitmentView, type ModelHost } from '../simulate/node-model.ts';
import { viewMessage } from './messages.ts';
import type { Message } from './wire.ts';

export class ToldViews {
  readonly #host: ModelHost;
  readonly #scratch = blankView();
  /** By edge; an entry is never written into again. */
  readonly #told = new Map<number, CommitmentView>();

  constructor(host: ModelHost) {
    this.#host = host;
  }

  /** What the process has of an edge; undefined when that is not known. */
  of(edge: number): CommitmentView | undefined {
    return this.#told.get(edge);
  }

  /** Adds the views of a channel, from both sides, that the process does not have. */
  compare(edge: number, views: Message[]): void {
    this.#compare(edge, views);
    this.#compare(edge ^ 1, views);
  }

  /** What the process has of a channel may be something else by now. */
  doubt(edge: number): void {
    this.#told.delete(edge);
    this.#told.delete(edge ^ 1);
  }

  #compare(edge: number, views: Message[]): void {
    const scratch = this.#scratch;
    this.#host.view(edge, scratch);
    const before = this.#told.get(edge);
    if (before !== undefined && equalViews(before, scratch)) return;
    this.#told.set(edge, { ...scratch });
    views.push(viewMessage(scratch));
  }
}

/** Whether two views of the same edge say the same. */
export function equalViews(a: CommitmentView, b: CommitmentView): boolean {
  return (
    a.localMsat === b.localMsat &&
    a.remoteMsat === b.remoteMsat &&
    a.offeredCount === b.offeredCount &&
    a.offeredMsat === b.offeredMsat &&
    a.localUntrimmed === b.localUntrimmed &&
    a.remoteUntrimmed === b.remoteUntrimmed &&
    a.localTrimmedMsat === b.localTrimmedMsat &&
    a.remoteTrimmedMsat === b.remoteTrimmedMsat &&
    a.feeratePerKw === b.feeratePerKw &&
    a.localReserveMsat === b.localReserveMsat &&
    a.remoteReserveMsat === b.remoteReserveMsat &&
    a.localDustMsat === b.localDustMsat &&
    a.remoteDustMsat === b.remoteDustMsat &&
    a.isFunder === b.isFunder &&
    a.maxAcceptedHtlcs === b.maxAcceptedHtlcs &&
    a.maxInFlightMsat === b.maxInFlightMsat &&
    a.peerHtlcMinimumMsat === b.peerHtlcMinimumMsat
  );
}
