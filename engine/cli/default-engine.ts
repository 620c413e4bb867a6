/** The engine that the command uses: the real compiler, the registries, and the backends there are. */
import { compileScenario } from '../compile/compile.ts';
import { IMPORT_FORMATS } from '../interop/formats.ts';
import { writeScenario } from '../interop/scenario-writer.ts';
import { eventKind, MODEL_KINDS } from '../kinds/registry.ts';
import type { Engine } from './engine.ts';

export const defaultEngine: Engine = {
  compile: compileScenario,
  backends: [
    {
      name: 'simulator',
      summary: 'the built-in simulator, in virtual time',
      // Loaded when something is run, so that checking a file is quick.
      create: async ({ check }) => {
        const { createSimulatorBackend } = await import('../backends/simulator/simulator-backend.ts');
        return createSimulatorBackend({ models: MODEL_KINDS, check });
      },
    },
  ],
  kinds: { get: eventKind },
  formats: IMPORT_FORMATS,
  writeImported: writeScenario,
};
