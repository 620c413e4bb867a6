/** The one command that runs a cell again, with the same digests. */
import { compareText } from '../base/order.ts';
import type { Cell } from './job.ts';
import type { SweepInfo } from './manifest.ts';

/** `blast run s.yml --param 'amount=2 sat' --seed 3`. */
export function reproduceCommand(
  info: Pick<SweepInfo, 'file' | 'fixed' | 'allowOutside' | 'backend' | 'models'>,
  cell: Cell,
): string {
  const params = Object.entries({ ...info.fixed, ...cell.params }).sort(([a], [b]) => compareText(a, b));
  return [
    'blast run',
    quoted(info.file),
    ...params.map(([name, text]) => `--param ${quoted(`${name}=${text}`)}`),
    `--seed ${cell.run_seed}`,
    ...(info.backend === undefined ? [] : [`--backend ${info.backend}`]),
    ...(info.models ?? []).map(quoted),
    ...(info.allowOutside ? ['--allow-outside'] : []),
  ].join(' ');
}

/** A word of a POSIX shell. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
