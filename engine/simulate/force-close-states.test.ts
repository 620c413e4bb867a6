/**
 * Force closes with an HTLC at every step of the commitment exchange (BOLT 2, "Normal Operation"): a direct payment is cut
 * after each event of its life, by either side, in either direction, settled, failed or held, with an output or without, on
 * every model. What the commitment holds is a table here, and the money is computed from it apart from the simulator.
 */
import { describe, expect, it } from 'vitest';
import { STATE } from './channel-lifecycle.ts';
import { LISTS_PER_EDGE } from './channels.ts';
import { HTLC } from './htlcs.ts';
import { LIST } from './links.ts';
import { OUTCOME, RECORD } from './records.ts';
import { TestRun } from './testing/network.ts';

const CAPACITY_SAT = 1_000_000;
const WALLET_SAT = 100_000;
/** Rounded up, at the going feerate of the tests. */
const fee = (weight: number): number => Math.ceil((weight * 250) / 1000);

/** Steps of an HTLC: on the commitment of its offerer, on that of its receiver. */
const STEPS = {
  // Added …
  'update_add_htlc not signed': [false, false],
  'commitment_signed under way': [false, false],
  'revoke_and_ack under way': [false, true],
  'commitment_signed back under way': [false, true],
  'last revoke_and_ack under way': [true, true],
  committed: [true, true],
  // … and removed by the receiver.
  'removal not signed': [true, true],
  'commitment_signed of the removal under way': [true, true],
  'revoke_and_ack of the removal under way': [false, true],
  'commitment_signed back of the removal under way': [false, true],
  'last revoke_and_ack of the removal under way': [false, false],
  gone: [false, false],
} as const;
type Step = keyof typeof STEPS;

/** Where the HTLC over `edge` is, read from the lists of links.ts. */
function stepOf(run: TestRun, edge: number): Step {
  const { channels: ch, htlcs } = run.simulation.world;
  const h = ch.firstHtlc[edge >> 1]!;
  if (h < 0) return 'gone';
  const other = edge ^ 1;
  const isIn = (e: number, list: number): boolean => ch.listHead[LISTS_PER_EDGE * e + list] === h;
  if (htlcs.state[h] === HTLC.committed) return 'committed';
  const adds = htlcs.state[h] === HTLC.offered;
  const [author, reader] = adds ? [edge, other] : [other, edge];
  const steps = Object.keys(STEPS) as Step[];
  const first = adds ? 0 : 6;
  if (isIn(author, LIST.ownPending)) return steps[first]!;
  if (isIn(author, LIST.ownSent)) return steps[first + 1]!;
  expect(isIn(reader, LIST.peerSent)).toBe(true);
  if (ch.signatureDelivered[reader] === 1) return steps[first + 4]!;
  return steps[first + (ch.awaitingRevocation[author] === 1 ? 2 : 3)]!;
}

interface Case {
  readonly model: string;
  readonly mode: 'settled' | 'failed' | 'held';
  readonly dust: boolean;
  /** Side that offers the HTLC; 0 opened the channel and pays for the commitment. */
  readonly offerer: number;
  readonly closer: number;
}

/** Plays a case with the close after so many events; the step at which it was. */
function play(c: Case, events: number): Step {
  const amountSat = c.dust ? 300 : 50_000;
  const run = new TestRun({
    nodes: [0, 1].map(() => ({ model: c.model, walletSat: WALLET_SAT })),
    channels: [{ node0: 0, node1: 1, capacitySat: CAPACITY_SAT, balance0Msat: 400_000_000 }],
    payments: [{ source: c.offerer, destination: c.offerer ^ 1, amountMsat: amountSat * 1000 }],
    profiles: [
      {
        method: 'invoice',
        holdUs: c.mode === 'held' ? -1 : 500_000,
        ...(c.mode === 'failed' ? { settles: false as const } : {}),
      },
    ],
  });
  const w = run.simulation.world;
  run.simulation.pay(0);
  // The first event is the offer, wherever the model makes it.
  for (let i = 0; i < events; i++) run.simulation.advance(60_000_000, true, 1);
  const step = stepOf(run, c.offerer);
  const h = w.channels.firstHtlc[0]!;
  const settling = h >= 0 && w.htlcs.state[h] === HTLC.fulfilling;
  const held = h >= 0 && w.payments.heldHtlc[0] === h;
  const told = h >= 0 && w.htlcs.settledUpstream[h] === 1;
  const gone = run.of(RECORD.htlcOffered).length > 0 && step === 'gone';
  const before = [w.channels.balanceMsat[0]! / 1000, w.channels.balanceMsat[1]! / 1000];
  run.simulation.closeChannel({ channel: 0, force: true, by: c.closer });
  for (let i = 0; i < 30 && (w.channels.state[0] !== STATE.closed || w.payments.running > 0); i++) {
    run.until(61 + 400 * i);
    for (let b = 0; b < 100; b++) run.simulation.mine(1);
  }
  const at = `${step}, ${JSON.stringify(c)}`;
  expect(w.channels.state[0], at).toBe(STATE.closed);
  expect(w.htlcs.live, at).toBe(0);
  expect(run.simulation.brokenInvariant(), at).toBeNull();

  // What the table says is on the commitment, and whose the money is.
  const on = STEPS[step][c.closer === c.offerer ? 0 : 1];
  const balance = [...before] as [number, number];
  const hasOutput = on && !c.dust;
  // A recipient that holds a payment gives the preimage when the time has come, on-chain, too.
  const claims = hasOutput && (settling || (c.mode === 'settled' && held));
  if (h >= 0 && !on) balance[settling ? c.offerer ^ 1 : c.offerer]! += amountSat;
  const commitmentFee = Math.floor(((1124 + (hasOutput ? 172 : 0)) * w.channels.feeratePerKw[0]!) / 1000);
  balance[0] -= commitmentFee + 660;
  const expected = [0, 1].map(
    (side) => WALLET_SAT + Math.floor(balance[side]!) - fee(side === c.closer ? 486 : 442),
  ) as [number, number];
  if (hasOutput) {
    const claimer = claims ? c.offerer ^ 1 : c.offerer;
    const own = claimer === c.closer;
    const weight = claims ? (own ? 1102 : 579) : own ? 1062 : 573;
    expected[claimer]! += amountSat - fee(weight) - (own ? fee(486) : 0);
  }
  expect([w.chain.walletSat[0], w.chain.walletSat[1]], at).toEqual(expected);

  // The payer hears of it: of a preimage it was told of or that is on-chain, else that it failed.
  const paid = c.mode === 'settled' && (gone || told || claims || (settling && !on));
  expect(run.results, at).toHaveLength(1);
  if (!(settling && !told && !hasOutput)) expect(run.results[0]!.outcome === OUTCOME.Success, at).toBe(paid);
  return step;
}

const SIDES = [0, 1] as const;

/** Eclair signs at once, so that these steps are over with the event that they begin with. */
const UNSIGNED: readonly Step[] = ['update_add_htlc not signed', 'removal not signed'];

describe.each(['lnd', 'cln', 'eclair', 'ldk'])('a force close among nodes of %s', (model) => {
  for (const mode of ['settled', 'failed', 'held'] as const) {
    for (const dust of [false, true]) {
      it(`with an HTLC that is ${mode}${dust ? ', without an output' : ''}, at every step`, () => {
        for (const offerer of SIDES) {
          for (const closer of SIDES) {
            const seen = new Set<Step>();
            for (let events = 0; events < 40; events++) {
              seen.add(play({ model, mode, dust, offerer, closer }, events));
              if (seen.has('last revoke_and_ack of the removal under way') && seen.has('gone')) break;
            }
            const steps = (Object.keys(STEPS) as Step[]).filter((_, i) => mode !== 'held' || i <= 5);
            const missing = steps.filter((step) => !seen.has(step));
            expect(missing.sort()).toEqual(
              steps.filter((step) => model === 'eclair' && UNSIGNED.includes(step)).sort(),
            );
          }
        }
      }, 120_000);
    }
  }
});
