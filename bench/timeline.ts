/**
 * How many payments a second of time become a timeline: a day of random activity on 1,000 nodes shaped like the public
 * network, a little over a million payments by the capacities alone.
 */
import { compileScenario } from '../engine/compile/compile.ts';
import { nativeSha256 } from '../engine/host/native-sha256.ts';
import { drawSimLn } from '../engine/kinds/activities/sim-ln/draw.ts';
import { pubkeysOf } from '../engine/timeline/pubkey.ts';
import { spend } from './measure.ts';

const NODES = 1000;
const MULTIPLIER = 3;
const DAY_US = 86_400_000_000;
const LIMIT = 20_000_000;

type Report = (name: string, unit: string, values: readonly number[]) => void;

function scenario(generator: string): string {
  return `version: 1
duration: 1d
network: { generate: { mainnet_like: { nodes: ${NODES} } } }
activity:
  day: { random: { generator: ${generator}, expected_amount: 1_000 sat, capacity_multiplier: ${MULTIPLIER} } }
`;
}

/** Draws alone, then from the text of a scenario to a sealed timeline with its digest. */
export async function measureTimelines(repeats: number, report: Report): Promise<void> {
  for (const generator of ['sim-ln', 'balanced']) {
    const text = scenario(generator);
    const whole: number[] = [];
    const draws: number[] = [];
    const compile = () => compileScenario({ text, file: 'day.yml', readFile: async () => null, sha256: nativeSha256 });
    const warm = await compile();
    if (!warm.ok) throw new Error('the scenario is not valid');
    const { network } = warm.timeline;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const [compiled, { cpuMs }] = await spend(compile);
      if (!compiled.ok || compiled.timelineDigest !== warm.timelineDigest) throw new Error('the timeline changes');
      whole.push(compiled.timeline.payments.length / (cpuMs / 1000));
    }
    const count = warm.timeline.payments.length;
    report(`${generator}, ${count} payments, compiled`, 'payments/s', whole);
    if (generator !== 'sim-ln') continue;

    const capacity = new Float64Array(network.nodes.length);
    for (const { node0, node1, capacitySat } of network.channels) {
      capacity[node0] = (capacity[node0] as number) + 1000 * capacitySat;
      capacity[node1] = (capacity[node1] as number) + 1000 * capacitySat;
    }
    const nodes = pubkeysOf(network.nodes).map((pubkey, index) => ({
      index,
      pubkey,
      capacityMsat: capacity[index] as number,
    }));
    const args = { nodes, expectedMsat: 1e6, multiplier: MULTIPLIER, seed: 1n, startUs: 0, endUs: DAY_US };
    for (let repeat = 0; repeat < repeats; repeat++) {
      const [payments, { cpuMs }] = await spend(() => drawSimLn(args, LIMIT));
      if (payments?.length !== count) throw new Error('the draws are not those of the scenario');
      draws.push(count / (cpuMs / 1000));
    }
    report('the same, draws alone', 'payments/s', draws);
  }
}
