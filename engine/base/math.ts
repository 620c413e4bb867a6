/**
 * exp, log and 2^x from additions, multiplications and divisions only.
 *
 * ECMA-262 leaves Math.exp and Math.log to the engine, and engines differ. Everything that reaches a decision goes
 * through these instead, so that it is the same number everywhere. The method is the usual one (argument reduction
 * and a minimax polynomial, as in the freely distributed fdlibm of Sun Microsystems); the error is below one unit in
 * the last place, which the tests check against Math.exp and Math.log.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INVERSE_LN2 = 1.4426950408889634;
const LN2 = 0.6931471805599453;

const scratch = new DataView(new ArrayBuffer(8));

/** Powers of two that are normal numbers, 2^-1022 to 2^1023; each is twice the one before, exactly. */
const LEAST_POWER = -1022;
const POWERS = new Float64Array(2046).fill(2.2250738585072014e-308);
for (let i = 1; i < POWERS.length; i++) POWERS[i] = 2 * (POWERS[i - 1] as number);

/** x · 2^n for an integer n; results below the smallest normal number are rounded once. */
function scale(x: number, n: number): number {
  let y = x;
  let k = n;
  while (k > 1023) {
    y *= 8.98846567431158e307; // 2^1023
    k -= 1023;
  }
  while (k < -1022) {
    y *= 2.2250738585072014e-308; // 2^-1022
    k += 1022;
  }
  return y * (POWERS[k - LEAST_POWER] as number);
}

/** e^x. Overflows to Infinity above 709.78…, underflows to 0 below −745.13…. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  const k = Math.floor(INVERSE_LN2 * x + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  return scale(1 - (low - (r * c) / (2 - c) - high), k);
}

/** Natural logarithm. −Infinity at 0, NaN below 0. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return x;
  let k = 0;
  let m = x;
  if (m < 2.2250738585072014e-308) {
    m *= 18014398509481984; // 2^54
    k = -54;
  }
  scratch.setFloat64(0, m);
  let hx = scratch.getUint32(0);
  k += (hx >>> 20) - 1023;
  hx &= 0xfffff;
  const i = (hx + 0x95f64) & 0x100000;
  scratch.setUint32(0, hx | (i ^ 0x3ff00000)); // m in [sqrt(2)/2, sqrt(2))
  k += i >>> 20;
  const f = scratch.getFloat64(0) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const t1 = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const t2 = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const half = 0.5 * f * f;
  const tail = s * (half + t1 + t2);
  if (k === 0) return f - (half - tail);
  return k * LN2_HIGH - (half - (tail + k * LN2_LOW) - f);
}

/** 2^x. */
export function exp2(x: number): number {
  const k = Math.floor(x + 0.5);
  if (k > 1100) return Infinity;
  if (k < -1100) return 0;
  return scale(exp((x - k) * LN2), k);
}
