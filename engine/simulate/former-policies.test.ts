import { describe, expect, it } from 'vitest';
import { OUTCOME } from './records.ts';
import { TestRun } from './testing/network.ts';

/** 0 pays 2 over 1, whose fee rises without anybody hearing of it; the payment is made so many seconds later. */
function payAfter(model: string, seconds: number, reload = false): number {
  const run = new TestRun({
    nodes: [{ model: 'lnd' }, { model }, { model: 'lnd' }],
    channels: [
      { node0: 0, node1: 1 },
      { node0: 1, node1: 2, policy0: { feeBaseMsat: 1000 } },
    ],
    payments: [{ source: 0, destination: 2, amountMsat: 10_000_000 }],
    profiles: [{ feeLimitMsat: 5000 }],
    gossipUs: 1e12,
  });
  run.until(30);
  run.simulation.setPolicy({ channel: 1, node: 1, policy: { feeBaseMsat: 200_000 } });
  run.until(30 + seconds - 1);
  if (reload) run.reload();
  run.until(30 + seconds);
  run.simulation.pay(0);
  run.until(30 + seconds + 60);
  return run.results[0]!.outcome;
}

describe('the former policy', () => {
  it('is no policy for lnd', () => {
    expect(payAfter('lnd', 1)).not.toBe(OUTCOME.Success);
  });

  it('counts for ten minutes at Eclair, also after a snapshot', () => {
    expect(payAfter('eclair', 599)).toBe(OUTCOME.Success);
    expect(payAfter('eclair', 599, true)).toBe(OUTCOME.Success);
    expect(payAfter('eclair', 601)).not.toBe(OUTCOME.Success);
  });

  it('counts until the fifth tick at LDK', () => {
    // Changed at 30 s: the fifth minute after it begins at 300 s.
    expect(payAfter('ldk', 269)).toBe(OUTCOME.Success);
    expect(payAfter('ldk', 269, true)).toBe(OUTCOME.Success);
    expect(payAfter('ldk', 271)).not.toBe(OUTCOME.Success);
  });
});
