/** A state with something of everything under way, for tests of files. */
import { lndKind } from '../../../models/lnd/index.ts';
import { NumberHasher } from '../../base/digest.ts';
import { ENGINE_VERSION } from '../../base/version.ts';
import { TestRun } from '../../simulate/testing/network.ts';
import type { SimulationState, SnapshotDocument } from '../document.ts';

const none = new NumberHasher().digest();

/** Three nodes: a payment in flight, a channel that was force-closed, one that is opening. */
export function sampleDocument(): SnapshotDocument<SimulationState> {
  const run = new TestRun({
    nodes: [
      { name: 'alice', model: lndKind.name, walletSat: 5_000_000, labels: { role: 'sender' } },
      { name: 'bob', options: { accept_keysend: true } },
      { name: 'carol' },
    ],
    channels: [
      { node0: 0, node1: 1, name: 'alice-bob' },
      { node0: 1, node1: 2, name: 'bob-carol' },
      { node0: 0, node1: 2, name: 'alice-carol', balance0Msat: 1_000_000_000 },
    ],
    payments: [
      { source: 0, destination: 2, amountMsat: 30_000_000 },
      { source: 1, destination: 2, amountMsat: 20_000_000 },
    ],
    later: ['late'],
  });
  const sim = run.simulation;
  sim.closeChannel({ channel: 2, force: true, by: 0 });
  sim.mine(3);
  sim.openChannel({
    channel: 3,
    from: 0,
    to: 1,
    capacitySat: 400_000,
    pushMsat: 0,
    announced: true,
    policy: {},
    reversePolicy: {},
    latencyUs: 20_000,
  });
  sim.setPolicy({ channel: 1, node: 1, policy: { feeBaseMsat: 2000 } });
  run.until(1);
  sim.pay(0);
  sim.pay(1);
  run.until(1.13);
  return {
    engine: ENGINE_VERSION,
    scenario: {
      name: 'sample',
      prefix: { actions: none, conditions: none, loops: none, network: none, payments: none, setting: none },
      seed: 1,
      timeline: none,
    },
    state: sim.capture(),
  };
}
