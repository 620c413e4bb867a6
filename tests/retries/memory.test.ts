/** What a payment still knows of the failures of an earlier one, by the sources that the files of models/NAME name. */
import { describe, expect, it } from 'vitest';
import type { FAILURE } from '../../engine/simulate/failure.ts';
import { type Name, onward, Payer, SECOND } from './retry-play.ts';
import { MAIN, NOT_A, NOT_AB, TWIN_1, WAYS } from './ways.ts';

type Code = keyof typeof FAILURE;

describe('what the next payment still knows', () => {
  /** Ways of a payment that begins so many seconds after the failure, and of its predecessor. */
  function later(name: Name, code: Code, seconds: number): string {
    const payer = new Payer(name, WAYS);
    payer.pay({ fault: onward(1, code) });
    // One second passed since the failure, for the attempt that arrived.
    payer.host.now += (seconds - 1) * SECOND;
    return payer.pay().tries.join(', ');
  }

  it('lnd: the pair, until its probability has recovered', () => {
    expect([1, 60, 1800].map((s) => later('lnd', 'temporary_channel_failure', s))).toEqual([NOT_AB, NOT_AB, NOT_AB]);
    expect(later('lnd', 'temporary_channel_failure', 7 * 86_400)).toBe(MAIN.lnd);
  });

  it('Core Lightning: what the channel does not carry for an hour, and of other failures nothing', () => {
    expect([1, 3600].map((s) => later('cln', 'temporary_channel_failure', s))).toEqual([TWIN_1, TWIN_1]);
    expect(later('cln', 'temporary_channel_failure', 3602)).toBe(MAIN.cln);
    expect(later('cln', 'unknown_next_peer', 1)).toBe(MAIN.cln);
  });

  it('Eclair: the channel that failed as it announces itself for a minute, and of other failures nothing', () => {
    expect([1, 59].map((s) => later('eclair', 'temporary_channel_failure', s))).toEqual([TWIN_1, TWIN_1]);
    expect(later('eclair', 'temporary_channel_failure', 60)).toBe(MAIN.eclair);
    expect(later('eclair', 'unknown_next_peer', 1)).toBe(MAIN.eclair);
    expect(later('eclair', 'temporary_node_failure', 1)).toBe(MAIN.eclair);
  });

  it('LDK: what the scorer has learnt, and for a week what left the graph', () => {
    expect(later('ldk', 'temporary_channel_failure', 1)).toBe(TWIN_1);
    expect([1, 6 * 86_400].map((s) => later('ldk', 'unknown_next_peer', s))).toEqual([TWIN_1, TWIN_1]);
    expect(later('ldk', 'unknown_next_peer', 8 * 86_400)).toBe(MAIN.ldk);
    expect([1, 6 * 86_400].map((s) => later('ldk', 'permanent_node_failure', s))).toEqual([NOT_A, NOT_A]);
    expect(later('ldk', 'permanent_node_failure', 8 * 86_400)).toBe(MAIN.ldk);
    expect(later('ldk', 'temporary_node_failure', 1)).toBe(MAIN.ldk);
  });
});
