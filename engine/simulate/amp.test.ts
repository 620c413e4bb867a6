/** AMP: payments without an invoice in several parts, among nodes of several implementations. */
import { describe, expect, it } from 'vitest';
import { failureName } from './failure.ts';
import { OUTCOME_NAMES, RECORD } from './records.ts';
import { type TestNetwork, TestRun } from './testing/network.ts';

const AMP = { accept_amp: true };

/** 0 pays 3 over 1 and over 2, each of which carries 300,000 sat; 4 hangs on 1. */
function diamond(recipient: string, options: TestNetwork['nodes'][number]['options'] = AMP): TestNetwork {
  const channel = { capacitySat: 600_000, balance0Msat: 300_000_000 };
  return {
    nodes: [{}, {}, {}, { model: recipient, options: recipient === 'lnd' ? (options ?? {}) : {} }, {}],
    channels: [
      { node0: 0, node1: 1, ...channel },
      { node0: 0, node1: 2, ...channel },
      { node0: 1, node1: 3, ...channel },
      { node0: 2, node1: 3, ...channel },
    ],
    payments: [{ source: 0, destination: 3, amountMsat: 400_000_000 }],
    profiles: [{ method: 'amp' }],
  };
}

function pay(network: TestNetwork): { run: TestRun; outcome: string; failures: string[] } {
  const run = new TestRun(network);
  run.simulation.pay(0);
  run.until(400);
  const [result] = run.results;
  const failures = run.of(RECORD.attemptFailed).map(([, , , , code]) => failureName(code));
  return { run, outcome: OUTCOME_NAMES[result?.outcome ?? -1] ?? 'none', failures };
}

describe('AMP', () => {
  it('pays in parts without an invoice, as keysend cannot', () => {
    const { run, outcome } = pay(diamond('lnd'));
    expect(outcome).toBe('Success');
    expect(run.results[0]?.parts).toBe(2);
    const settled = run.of(RECORD.htlcFulfilled).length;
    expect(settled).toBe(4);
    const keysend = pay({ ...diamond('lnd'), profiles: [{ method: 'keysend' }] });
    expect(keysend.outcome).toBe('RouteNotFound');
  });

  it('is refused by an lnd node that does not accept it, as is lnd’s default', () => {
    expect(pay(diamond('lnd', {}))).toMatchObject({
      outcome: 'IncorrectPaymentDetails',
      failures: expect.arrayContaining(['incorrect_or_unknown_payment_details']),
    });
  });

  it.each(['ldk', 'eclair'])('cannot be read by %s', (model) => {
    const { outcome, failures } = pay(diamond(model));
    expect(failures).toContain('invalid_onion_payload');
    expect(outcome).toBe('UnexpectedError');
  });

  it.each(['ldk', 'eclair'])('is not paid by %s', (model) => {
    const network = diamond('lnd');
    const nodes = network.nodes.map((node, n) => (n === 0 ? { model } : node));
    expect(pay({ ...network, nodes }).outcome).toBe('NotDispatched');
  });

  it('gives parts back when the others do not come', () => {
    const network = diamond('lnd');
    const channels = network.channels.map((c, i) => (i === 3 ? { ...c, balance0Msat: 6_000_000 } : c));
    const { run, outcome, failures } = pay({ ...network, channels });
    expect(outcome).not.toBe('Success');
    expect(failures).toContain('mpp_timeout');
    expect(run.simulation.world.htlcs.live).toBe(0);
  });

  it('takes as many parts as it may', () => {
    expect(pay({ ...diamond('lnd'), profiles: [{ method: 'amp', maxParts: 1 }] }).outcome).toBe('RouteNotFound');
  });

  it('goes on from a state in the middle', () => {
    const whole = new TestRun(diamond('lnd'));
    whole.simulation.pay(0);
    whole.until(400);
    const cut = new TestRun(diamond('lnd'));
    cut.simulation.pay(0);
    cut.until(0.1);
    cut.reload();
    cut.until(400);
    expect(cut.simulation.stateDigest()).toBe(whole.simulation.stateDigest());
    expect(cut.results).toEqual(whole.results);
  });
});
