import { describe, expect, it } from 'vitest';
import type { Policy } from '../../engine/simulate/node-model.ts';
import { LearntPolicies } from './learnt-policies.ts';
import { FakeHost } from './testing/fake-host.ts';

const POLICY: Policy = {
  feeBaseMsat: 7000,
  feeRatePpm: 11,
  cltvDelta: 99,
  minHtlcMsat: 5,
  maxHtlcMsat: 6,
  disabled: true,
  inboundFeeBaseMsat: -3,
  inboundFeeRatePpm: -4,
};

const host = (): FakeHost =>
  new FakeHost(3, [
    { a: 0, b: 1, capacitySat: 1_000_000 },
    { a: 1, b: 2, capacitySat: 1_000_000 },
  ]);

describe('policies learnt from failures', () => {
  it('lie over the graph for one search and leave it as it was', () => {
    const { graph } = host();
    const before = [graph.feeBaseMsat[2], graph.cltvDelta[2], graph.disabled[2], graph.inboundFeeBaseMsat[3]];
    const learnt = new LearntPolicies();
    learnt.learn(2, POLICY, 1);
    learnt.layOver(graph);
    expect([graph.feeBaseMsat[2], graph.cltvDelta[2], graph.disabled[2], graph.inboundFeeBaseMsat[3]]).toEqual([
      7000, 99, 1, -3,
    ]);
    learnt.takeOff(graph);
    expect([graph.feeBaseMsat[2], graph.cltvDelta[2], graph.disabled[2], graph.inboundFeeBaseMsat[3]]).toEqual(before);
  });

  it('are forgotten when gossip has caught up', () => {
    const { graph } = host();
    const learnt = new LearntPolicies();
    learnt.learn(2, POLICY, 1);
    learnt.learn(2, { ...POLICY, feeBaseMsat: 8000 }, 2);
    expect(learnt.size).toBe(1);
    graph.version[2] = 1;
    learnt.layOver(graph);
    expect(graph.feeBaseMsat[2]).toBe(8000);
    learnt.takeOff(graph);
    graph.version[2] = 2;
    learnt.layOver(graph);
    expect(graph.feeBaseMsat[2]).not.toBe(8000);
    learnt.takeOff(graph);
    expect(learnt.size).toBe(0);
  });

  it('survive a capture', () => {
    const learnt = new LearntPolicies();
    learnt.learn(3, POLICY, 4);
    learnt.learn(1, POLICY, 5);
    expect(LearntPolicies.restore(learnt.capture()).capture()).toEqual(learnt.capture());
  });
});
