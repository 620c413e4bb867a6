/** Models behind the bytes of the protocol play every locked scenario to its lock. */
import { describe, expect, it } from 'vitest';
import { createSimulatorBackend } from '../engine/backends/simulator/simulator-backend.ts';
import { MODEL_KINDS } from '../engine/kinds/registry.ts';
import { type Loopback, loopbackKinds } from '../engine/rpc/testing/loopback.ts';
import { blast } from './testing/command.ts';
import { scenarioFiles } from './testing/scenarios.ts';

describe.each(scenarioFiles())('%s', (file) => {
  it('is identical with its models behind the protocol', async () => {
    const links: Loopback[] = [];
    const backend = {
      name: 'simulator',
      summary: 'the simulator',
      create: () => {
        const { kinds, link } = loopbackKinds(MODEL_KINDS);
        links.push(link);
        return createSimulatorBackend({ models: kinds });
      },
    };
    const result = await blast(['verify', file], { engine: { backends: [backend] } });
    expect(result.out + result.err).toContain('identical');
    expect(links.reduce((sum, { turns }) => sum + turns, 0)).toBeGreaterThan(4);
  }, 120_000);
});
