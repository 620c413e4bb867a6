/** `blast model check --record FILE` and `recording:FILE`: the suite with a process whose answers are kept, or with what was kept. */
import type { BitcoindTarget, LinkTarget } from '../../rpc/contract.ts';
import { AtomicWriter } from '../../run/files.ts';
import { CliError, EXIT } from '../exit-codes.ts';
import type { CommandContext, OptionValues } from '../options.ts';
import type { Where } from '../rpc-option.ts';
import type { CheckResult } from './run-suite.ts';

/** What stands in the place of the target, and what is done when the suite has been played. */
export interface Substitute {
  readonly context: CommandContext;
  readonly where: Where & { readonly model: string };
  readonly options: OptionValues;
  /** Answers a further check, where there is one. */
  end(): Promise<readonly CheckResult[]>;
}

const RECORDING = 'recording:';

const ABOUT = 'The conformance suite of blast model check, over the protocol of BLAST.';

/** The file of a target `recording:FILE`; null for other targets. */
export function recordingFile(target: string): string | null {
  return target.startsWith(RECORDING) ? target.slice(RECORDING.length) : null;
}

/** Options of the stand-in's own connection, which is of this machine. */
function locally(options: OptionValues, chain: BitcoindTarget | null): OptionValues {
  const { rpcCa: _ca, rpcCert: _cert, rpcKey: _key, rpcBitcoind: _chain, ...others } = options;
  return chain === null ? others : { ...others, rpcBitcoind: chain };
}

/** Keeps what is asked of a process and of its chain, and what they answer. */
export async function recording(
  context: CommandContext,
  { model, target, file, callMs }: { model: string; target: LinkTarget; file: string; callMs: number },
  options: OptionValues,
): Promise<Substitute> {
  const { recordingProxy } = await import('../../rpc/recording-servers.ts');
  const { recordingText } = await import('../../rpc/recording.ts');
  const chain = (options.rpcBitcoind as BitcoindTarget | undefined) ?? null;
  const proxy = await recordingProxy(target, chain, callMs);
  return {
    context,
    where: { model, address: proxy.address },
    options: locally(options, proxy.chain),
    async end() {
      await proxy.stop();
      const text = recordingText({ recording: 1, about: ABOUT, model, calls: proxy.calls });
      const writer = new AtomicWriter(context.io.files, file);
      writer.write(text);
      writer.commit();
      return [];
    },
  };
}

/** Answers as it was recorded, on a clock that need not wait. @throws CliError */
export async function replaying(context: CommandContext, file: string, options: OptionValues): Promise<Substitute> {
  const { parseRecording, RecordingError } = await import('../../rpc/recording.ts');
  const { replayServer } = await import('../../rpc/recording-servers.ts');
  const unfit = (why: string): CliError => new CliError(EXIT.invalid, `E814 ${file}: ${why}`);
  const text = context.io.files.read(file);
  if (text === null) throw unfit('there is no such file');
  let kept: ReturnType<typeof parseRecording>;
  try {
    kept = parseRecording(text);
  } catch (error) {
    if (error instanceof RecordingError) throw unfit(error.message);
    throw error;
  }
  const { model } = kept;
  const server = await replayServer(kept);
  return {
    context: { ...context, io: { ...context.io, clock: jumpingClock() } },
    where: { model, address: server.address },
    options: locally(options, server.chain),
    async end() {
      await server.stop();
      const { difference } = server.replay;
      const status = difference === null ? 'passed' : 'failed';
      return [
        { model, group: 'record', name: 'the calls are those that were recorded', status, reason: difference ?? '' },
      ];
    },
  };
}

/** Nobody waits for a recording: its clock goes on by each pause. */
function jumpingClock(): CommandContext['io']['clock'] {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
