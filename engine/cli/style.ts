/** Colours: only on a terminal, and never with NO_COLOR (https://no-color.org). */
import { Chalk, type ChalkInstance } from 'chalk';
import type { CliIo, OutStream } from './io.ts';

/** Chalk for one stream; without colours it answers texts as they are. */
export function styleFor(io: CliIo, stream: OutStream): ChalkInstance {
  const noColor = io.env.NO_COLOR !== undefined && io.env.NO_COLOR !== '';
  return new Chalk({ level: stream.isTty && !noColor && io.env.TERM !== 'dumb' ? 1 : 0 });
}
