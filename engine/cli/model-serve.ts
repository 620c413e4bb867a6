/** `blast model serve`: hosts simulated nodes behind the protocol of BLAST and that of the control plane. */
import { InvalidArgumentError } from 'commander';
import { ENGINE_VERSION } from '../base/version.ts';
import { parseAmount, parseDuration } from '../spec/units.ts';
import { CliError, EXIT } from './exit-codes.ts';
import type { CliIo } from './io.ts';
import { nodeOptionProblems } from './node-options.ts';
import { type CommandEntry, OPTION } from './options.ts';
import { serveUntilEnd } from './serving.ts';
import { LISTEN_OPTIONS, listenSettings, UNTIL_INPUT_ENDS } from './tls-options.ts';

/** Blocks of a server that has nobody to mine for it: as BLAST's core mines, ten every five seconds. */
const BLOCK_EVERY = '5s';
const BLOCKS = '10';

export const modelServeCommand: CommandEntry = {
  name: 'serve',
  summary: 'host simulated nodes that another program drives over gRPC',
  details:
    'Speaks the protocol of BLAST (proto/blast.proto), so that its core can drive the nodes, and the control plane ' +
    '(proto/blast/v1/control.proto) with structured messages, on one network. Without TLS only this machine may ' +
    'connect. Ends with Ctrl-C, or when StopModel is called.',
  arguments: [{ syntax: '<model>', summary: 'implementation of nodes for which none is named; see blast model list' }],
  options: [
    { flags: '--nodes <number>', summary: 'start so many nodes at once (default: StartNodes does)', parse: parseCount },
    {
      flags: '--name <name>',
      summary: "begins the nodes' names, NAME-0000: for BLAST's core, the name in model.json (default: the model's)",
      parse: parseName,
    },
    { flags: '--wallet <amount>', summary: 'coins of each node', defaultValue: '1 BTC', parse: parseSat },
    { flags: '--block-every <duration>', summary: 'time between blocks', defaultValue: BLOCK_EVERY, parse: parseUs },
    { flags: '--blocks <number>', summary: 'blocks each time', defaultValue: BLOCKS, parse: parseCount },
    {
      flags: '--clock <clock>',
      summary: 'wall: time goes on with the clock; manual: only as the control plane says (AdvanceTime)',
      choices: ['wall', 'manual'],
      defaultValue: 'wall',
    },
    { flags: '--saves <folder>', summary: 'where Save writes and Load reads', defaultValue: 'blast-saves' },
    ...LISTEN_OPTIONS,
    UNTIL_INPUT_ENDS,
    OPTION.quiet,
  ],
  examples: [
    ['blast model serve lnd --name blast_lnd --listen 127.0.0.1:5050', "where BLAST's core looks for lnd's nodes"],
    ['blast model serve ldk --nodes 100', 'a hundred nodes, on an unused port that is printed'],
    ['blast model serve lnd --clock manual', 'for tests: the same calls give the same answers'],
  ],
  async run({ io, engine }, [name = ''], options) {
    const { MODEL_KINDS } = await import('../kinds/registry.ts');
    const model = MODEL_KINDS.find((kind) => kind.name === name);
    if (model === undefined) {
      const names = MODEL_KINDS.map((kind) => kind.name).join(', ');
      throw new CliError(EXIT.usage, `there is no model called '${name}'`, `models: ${names}`);
    }
    const { BlastService } = await import('../rpc/blast-service.ts');
    const { ControlService } = await import('../rpc/control-service.ts');
    const { NetworkHost } = await import('../rpc/network-host.ts');
    const settings = await listenSettings(io, options);
    const say = (text: string): void => {
      if (options.quiet !== true) io.stderr.write(`${text}\n`);
    };
    const originMs = io.clock.now();
    const wallClock = options.clock !== 'manual';
    await serveUntilEnd(io, model.version, settings, (end) => {
      const host = new NetworkHost({
        models: MODEL_KINDS,
        defaultModel: model.name,
        ...(options.name === undefined ? {} : { namePrefix: options.name as string }),
        walletSat: options.wallet as number,
        mining: { blocks: options.blocks as number, everyUs: options.blockEvery as number },
        height: 100,
        feeratePerKw: 250,
        nowUs: wallClock ? () => Math.floor((io.clock.now() - originMs) * 1000) : () => 0,
        sleep: wallClock ? (ms) => io.clock.sleep(ms) : null,
        folder: saves(io, String(options.saves)),
        stopped: end,
        called: (call, failure) => say(failure === null ? call : `${call}: ${failure}`),
      });
      if (options.untilInputEnds === true) io.onInputEnd(end);
      const blast = new BlastService(host);
      const control = new ControlService(host, {
        software: `blast ${ENGINE_VERSION}`,
        wallClock,
        checkOptions: (node) => nodeOptionProblems(engine, node),
      });
      if (options.nodes !== undefined) blast.start(options.nodes as number);
      const ended = (): void => {
        host.end();
        control.end();
      };
      return { services: [blast.service(), control.service()], ended };
    });
    return EXIT.ok;
  },
};

/** The folder of saved networks, made when the first one is written. */
function saves(io: CliIo, folder: string) {
  return {
    read: (name: string) => io.files.read(`${folder}/${name}`),
    list: () => io.files.list(folder),
    write: (name: string, text: string) => {
      io.files.makeFolder(folder);
      const file = `${folder}/${name}`;
      const writing = io.files.open(`${file}.tmp`);
      writing.write(text);
      writing.close();
      io.files.rename(`${file}.tmp`, file);
    },
  };
}

/** BLAST's core takes what stands before the first `-` of a node's name for the name of its model. */
function parseName(text: string): string {
  if (!/^[A-Za-z0-9_.]{1,90}$/.test(text)) {
    throw new InvalidArgumentError('Write 1 to 90 letters, digits and any of . and _, for example blast_lnd.');
  }
  return text;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 10_000)
    throw new InvalidArgumentError('Write a number from 1 to 10000.');
  return count;
}

function parseSat(text: string): number {
  const parsed = parseAmount(text);
  if (!parsed.ok || parsed.value % 1000 !== 0) {
    throw new InvalidArgumentError('Write an amount of whole sat with its unit, for example 1 BTC or 50_000 sat.');
  }
  return parsed.value / 1000;
}

function parseUs(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok || parsed.value < 1000) {
    throw new InvalidArgumentError('Write a duration of at least 1ms with its unit, for example 5s.');
  }
  return parsed.value;
}
