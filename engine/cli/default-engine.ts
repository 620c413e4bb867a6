/** The engine that the command uses: the real compiler, the registries, and the backends there are. */
import { createSimulatorBackend } from '../backends/simulator/simulator-backend.ts';
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
      create: ({ check }) => createSimulatorBackend({ models: MODEL_KINDS, check }),
    },
  ],
  kinds: { get: eventKind },
  formats: IMPORT_FORMATS,
  writeImported: writeScenario,
};
