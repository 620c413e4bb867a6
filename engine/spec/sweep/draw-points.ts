/**
 * Points drawn from the ranges of a sweep. Each parameter draws from a stream of its own name, so that adding, removing
 * or moving another one changes nothing of it.
 */
import { RandomStream } from '../../base/random.ts';

export interface SampleSettings {
  readonly method: 'latin-hypercube' | 'random';
  readonly n: number;
  readonly seed: number;
}

/** Shares of a range, 0 ≤ share < 1: one for each point. */
export function drawShares(name: string, { method, n, seed }: SampleSettings): Float64Array {
  const shares = new Float64Array(n);
  if (method === 'random') {
    // The first points stay what they are when there are to be more.
    const stream = RandomStream.named(seed, 'sweep', name, 'random');
    for (let i = 0; i < n; i++) shares[i] = stream.unit();
    return shares;
  }
  const order = RandomStream.named(seed, 'sweep', name, 'latin-hypercube order');
  const within = RandomStream.named(seed, 'sweep', name, 'latin-hypercube place');
  const parts = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = order.integer(0, i);
    const part = parts[i] as number;
    parts[i] = parts[j] as number;
    parts[j] = part;
  }
  for (let i = 0; i < n; i++) shares[i] = ((parts[i] as number) + within.unit()) / n;
  return shares;
}
