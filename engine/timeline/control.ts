/** Arguments of the control plane's operations on channels. Nodes and channels are indexes into the timeline's tables. */
import type { PolicyPlan } from './network.ts';
import type { OldStateRequest } from './old-states.ts';

export interface OpenChannelRequest {
  /** Index of the channel's name. A name may be used again after its channel was closed. */
  readonly channel: number;
  readonly from: number;
  readonly to: number;
  readonly capacitySat: number;
  readonly pushMsat: number;
  readonly announced: boolean;
  readonly policy: PolicyPlan;
  readonly reversePolicy: PolicyPlan;
  readonly latencyUs: number;
}

export interface CloseChannelRequest {
  readonly channel: number;
  readonly force: boolean;
  /** The node that closes; -1: the one that opened the channel. */
  readonly by: number;
}

/** A node that comes back with an old state. */
export interface LoseDataRequest extends OldStateRequest {
  /** It does not notice, and broadcasts the commitment that it has. */
  readonly broadcast: boolean;
}

export interface SetPolicyRequest {
  readonly channel: number;
  /** The node whose direction changes; -1: both. */
  readonly node: number;
  readonly policy: PolicyPlan;
}

/** Transactions of strangers, spread over feerates (sat per 1000 weight units). */
export interface CongestMempoolRequest {
  readonly lowPerKw: number;
  readonly highPerKw: number;
  /** Weight that is there at once, and weight that comes with each of the next `blocks` blocks. */
  readonly weight: number;
  readonly inflowWeight: number;
  readonly blocks: number;
}

export interface SendOnchainRequest {
  readonly from: number;
  readonly to: number;
  readonly sat: number;
}

export interface SetLatencyRequest {
  /** Names of the channels whose links change. */
  readonly channels: readonly number[];
  readonly latencyUs: number;
}

/** A circular payment: out over one channel, in over another. Channels by the indexes of their names. */
export interface RebalanceRequest {
  readonly node: number;
  readonly outChannel: number;
  readonly inChannel: number;
  readonly amountMsat: number;
  readonly maxFeeMsat: number;
  /** The whole way, from `outChannel` to `inChannel`. Absent: the node's model looks for one. */
  readonly route?: readonly number[];
  /** Row of Timeline.payments under which it shows in the results; source and destination are `node`. */
  readonly row: number;
}
