/** The networks of these tests, their ways by name, and payments over them told in one line. */
import type { Json } from '../../engine/base/json.ts';
import { type Channels, type Name, type Order, Payer, type Story } from './retry-play.ts';

export type By<T> = Readonly<Record<Name, T>>;
export type Options = Readonly<Record<string, Json>>;

const large = { capacitySat: 10_000_000 };

/**
 * Ways from S to R, from the cheapest on: S A B R for nothing; a second channel from A to B, and from B to R; by G from B on; by
 * C from A on; by D to B; and by E and F, which shares nothing with the others. lnd takes parallel channels as one that charges
 * what the dearest does, so that its main way has the second ones.
 */
export const WAYS: Channels = (() => {
  const [S, A, B, G, C, D, E, F, R] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const free = { base: 0 };
  return {
    sa: { a: S, b: A, ...large },
    ab: { a: A, b: B, ...large, ab: free },
    br: { a: B, b: R, ...large, ab: free },
    ab2: { a: A, b: B, ...large, ab: { base: 20_000 } },
    br2: { a: B, b: R, ...large, ab: { base: 30_000 } },
    bg: { a: B, b: G, ...large, ab: { base: 500_000 } },
    gr: { a: G, b: R, ...large, ab: free },
    ac: { a: A, b: C, ...large, ab: { base: 1_000_000 } },
    cr: { a: C, b: R, ...large, ab: free },
    sd: { a: S, b: D, ...large },
    db: { a: D, b: B, ...large, ab: { base: 1_500_000 } },
    se: { a: S, b: E, ...large },
    ef: { a: E, b: F, ...large, ab: { base: 2_000_000 } },
    fr: { a: F, b: R, ...large, ab: free },
  };
})();

export const MAIN: By<string> = { cln: 'sa ab br', eclair: 'sa ab br', ldk: 'sa ab br', lnd: 'sa ab2 br2' };

/** The main way with the second channel from A to B, and from B to R; ways without A, without the pair A B, without B. */
export const TWIN_1 = 'sa ab2 br';
export const TWIN_2 = 'sa ab br2';
export const NOT_A = 'sd db br';
export const NOT_AB = 'sa ac cr';
export const NOT_B = 'sa ac cr';

/** As many ways as are wanted, each by a node of its own and a little dearer than the one before: s0 r0, s1 r1 … */
export function fan(ways: number, second: object | ((way: number) => object) = {}, first: object = {}): Channels {
  return Object.fromEntries(
    Array.from({ length: ways }, (_, i) => [
      [`s${i}`, { a: 0, b: i + 1, ...large, ...first }],
      [
        `r${i}`,
        {
          a: i + 1,
          b: ways + 1,
          ...large,
          ab: { base: 100 * i, ...(typeof second === 'function' ? second(i) : second) },
        },
      ],
    ]).flat(),
  );
}

/** Pays over channels, the node being new. */
export function play(name: Name, channels: Channels, order: Order = {}, options: Options = {}): Story {
  return new Payer(name, channels, options).pay(order);
}

/** A story in one line: its attempts, the same several times as `3 × sa ab br`, and how it ended. */
export function told({ tries, outcome }: Story): string {
  const parts: string[] = [];
  for (let i = 0; i < tries.length; ) {
    let times = 1;
    while (tries[i + times] === tries[i]) times++;
    parts.push(times > 1 ? `${times} × ${tries[i]}` : tries[i]!);
    i += times;
  }
  return [...parts, outcome].join(', ');
}
