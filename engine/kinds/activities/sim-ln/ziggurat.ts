/**
 * Standard exponential and standard normal numbers, draw for draw those of the library that sim-ln uses (rand_distr 0.4):
 * a ziggurat of 256 layers whose number comes from the low 8 bits and whose place from the upper 52 bits of one draw.
 *
 * One draw in about a hundred needs an exponential or a logarithm to decide. There, and only in its last bit, the result
 * may depend on the mathematical library that sim-ln runs on; here it is engine/base/math.ts.
 */
import { exp, log } from '../../../base/math.ts';
import type { ChaCha8 } from './chacha8.ts';
import { DENSITIES as EXP_DENSITIES, EDGES as EXP_EDGES, TAIL as EXP_TAIL } from './ziggurat-exponential.ts';
import { DENSITIES as NORMAL_DENSITIES, EDGES as NORMAL_EDGES, TAIL as NORMAL_TAIL } from './ziggurat-normal.ts';

const TWO_20 = 1048576;
const TWO_M52 = 2.220446049250313e-16;
const TWO_M53 = 1.1102230246251565e-16;

/** Exponential with mean 1. */
export function standardExponential(random: ChaCha8): number {
  for (;;) {
    random.next();
    const layer = random.low & 0xff;
    const u = ((random.high >>> 0) * TWO_20 + (random.low >>> 12)) * TWO_M52 + TWO_M53;
    const x = u * (EXP_EDGES[layer] as number);
    if (x < (EXP_EDGES[layer + 1] as number)) return x;
    if (layer === 0) return EXP_TAIL - log(random.unit());
    const below = EXP_DENSITIES[layer + 1] as number;
    if (below + ((EXP_DENSITIES[layer] as number) - below) * random.unit() < exp(-x)) return x;
  }
}

/** Normal with mean 0 and standard deviation 1. */
export function standardNormal(random: ChaCha8): number {
  for (;;) {
    random.next();
    const layer = random.low & 0xff;
    const u = ((random.high >>> 0) * TWO_20 + (random.low >>> 12)) * 2 * TWO_M52 - 1;
    const x = u * (NORMAL_EDGES[layer] as number);
    if (Math.abs(x) < (NORMAL_EDGES[layer + 1] as number)) return x;
    if (layer === 0) return normalTail(random, u < 0);
    const below = NORMAL_DENSITIES[layer + 1] as number;
    if (below + ((NORMAL_DENSITIES[layer] as number) - below) * random.unit() < exp((-x * x) / 2)) return x;
  }
}

function normalTail(random: ChaCha8, negative: boolean): number {
  for (;;) {
    const x = log(random.open()) / NORMAL_TAIL;
    const y = log(random.open());
    if (-2 * y >= x * x) return negative ? x - NORMAL_TAIL : NORMAL_TAIL - x;
  }
}
