/** `blast model host`: this process decides for the nodes of runs that are played elsewhere. */
import { EXIT } from './exit-codes.ts';
import { type CommandEntry, OPTION } from './options.ts';
import { serveUntilEnd } from './serving.ts';
import { LISTEN_OPTIONS, listenSettings, UNTIL_INPUT_ENDS } from './tls-options.ts';

export const modelHostCommand: CommandEntry = {
  name: 'host',
  summary: 'be the brain of nodes that `blast run --models` plays elsewhere',
  details:
    'Answers the questions of proto/blast/v1/model.proto with the models of this command, for any number of runs, in their ' +
    'virtual time. Without TLS only this machine may connect. Ends with Ctrl-C.',
  arguments: [],
  options: [...LISTEN_OPTIONS, UNTIL_INPUT_ENDS, OPTION.quiet],
  examples: [['blast model host --listen 127.0.0.1:5051', 'then blast run scenario.yml --models 127.0.0.1:5051']],
  async run({ io }, _, options) {
    const { MODEL_KINDS } = await import('../kinds/registry.ts');
    const { modelService } = await import('../rpc/model-service.ts');
    const settings = await listenSettings(io, options);
    const say = (text: string): void => {
      if (options.quiet !== true) io.stderr.write(`${text}\n`);
    };
    const listener = {
      began: () => say('a run has begun'),
      ended: (problem: string | null) => say(problem === null ? 'a run has ended' : `a run was given up: ${problem}`),
    };
    const begin = (end: () => void) => {
      if (options.untilInputEnds === true) io.onInputEnd(end);
      return { services: [modelService(MODEL_KINDS, listener)] };
    };
    // What a run starts listens on a port that nobody else is told of.
    const forOneRun = options.untilInputEnds === true && settings.tls === null && settings.address.port === 0;
    await serveUntilEnd(io, 'blast.v1.Model', settings, begin, forOneRun);
    return EXIT.ok;
  },
};
