/** `blast model`: the node models there are, and simulated nodes that other programs drive over gRPC. */
import { CliError, EXIT } from './exit-codes.ts';
import { modelCheckCommand } from './model-check.ts';
import { modelHostCommand } from './model-host.ts';
import { modelServeCommand } from './model-serve.ts';
import { type CommandEntry, OPTION } from './options.ts';

const listCommand: CommandEntry = {
  name: 'list',
  summary: 'list the node models',
  arguments: [],
  options: [OPTION.format],
  examples: [['blast model list', 'names, versions and what each one models']],
  async run({ io }, _, options) {
    const { MODEL_KINDS } = await import('../kinds/registry.ts');
    if (options.format === 'json') {
      const models = MODEL_KINDS.map(({ name, version, summary }) => ({ name, version, summary }));
      io.stdout.write(`${JSON.stringify(models, null, 2)}\n`);
      return EXIT.ok;
    }
    const width = Math.max(...MODEL_KINDS.map(({ name }) => name.length));
    for (const { name, version, summary } of MODEL_KINDS) {
      io.stdout.write(`${name.padEnd(width)}  ${version}: ${summary}\n`);
    }
    return EXIT.ok;
  },
};

export const modelCommand: CommandEntry = {
  name: 'model',
  summary: 'list the node models, put nodes or their brains behind gRPC, or check nodes',
  arguments: [],
  options: [],
  examples: [
    ['blast model list', 'which implementations are modelled'],
    ['blast model serve lnd', 'nodes of lnd behind the protocol of BLAST'],
  ],
  commands: [listCommand, modelServeCommand, modelHostCommand, modelCheckCommand],
  async run() {
    throw new CliError(EXIT.usage, 'say what to do: list, serve, host or check', 'blast model --help');
  },
};
