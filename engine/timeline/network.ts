/** The network as compiled: every node and channel that exists when time starts, with all names resolved to indexes. */
import type { Json } from '../base/json.ts';

/** A policy with every field optional: what is absent is decided by the node's model. Amounts msat, rates ppm. */
export interface PolicyPlan {
  readonly feeBaseMsat?: number;
  readonly feeRatePpm?: number;
  readonly cltvDelta?: number;
  readonly minHtlcMsat?: number;
  readonly maxHtlcMsat?: number;
  readonly disabled?: boolean;
  readonly inboundFeeBaseMsat?: number;
  readonly inboundFeeRatePpm?: number;
}

/** The chain when time starts, and what its blocks and mempools hold. */
export type ChainPlan = {
  readonly height: number;
  /** Going feerate, sat per 1000 weight units. */
  readonly feeratePerKw: number;
  /** Weight of a block that is left for transactions, and weight that a mempool holds; absent: the simulator's default. */
  readonly blockWeight?: number;
  readonly mempoolWeight?: number;
};

export interface NodePlan {
  readonly name: string;
  readonly model: string;
  /** Options of the model, validated by its schema fragment. */
  readonly options: Readonly<Record<string, Json>>;
  readonly walletSat: number;
  readonly labels: Readonly<Record<string, string>>;
  /** 33 bytes in hex when it was given; otherwise derived from the name (see pubkeyOf). */
  readonly pubkey?: string;
}

export interface ChannelPlan {
  readonly name: string;
  /** Index into NetworkPlan.nodes; node0 opened the channel and pays its commitment fee. */
  readonly node0: number;
  readonly node1: number;
  readonly capacitySat: number;
  /** Balance of node0 in msat; node1 has the rest. */
  readonly balance0Msat: number;
  readonly announced: boolean;
  /** Short channel id as decimal text when it was given (it does not fit a double). */
  readonly scid?: string;
  /** Policy of node0 (direction node0 → node1) and of node1. */
  readonly policy0: PolicyPlan;
  readonly policy1: PolicyPlan;
  /** One-way delay of the link, µs. */
  readonly latencyUs: number;
}

export interface NetworkPlan {
  readonly nodes: readonly NodePlan[];
  readonly channels: readonly ChannelPlan[];
}
