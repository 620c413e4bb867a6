import { describe, expect, it } from 'vitest';
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import { MissionControl } from './mission-control.ts';
import { FINAL, Interpretation, type SentRoute } from './result-interpretation.ts';

/** Route 10 → 11 → 12 → 13 → 14 and what each pair carries. */
const NODES = [10, 11, 12, 13, 14];
const AMOUNTS = [1300, 1200, 1100, 1000];

/** The first `hops` hops of it. */
function route(hops: number): SentRoute {
  return { hops, node: (hop) => NODES[hop] as number, amountMsat: (hop) => AMOUNTS[hop] as number };
}

interface Result {
  pairs: Record<string, string>;
  node: number;
  final: number;
  policy: string;
}

/** Interprets a failure of the first `hops` hops' route; pairs as `11>12: 'ok 1200'` or `'fail 0'`. */
function interpret(hops: number, hop: number, code: FailureCode): Result {
  const i = new Interpretation();
  i.fail(route(hops), hop, code);
  return result(i);
}

function result(i: Interpretation): Result {
  const pairs: Record<string, string> = {};
  for (let k = 0; k < i.count; k++) {
    pairs[`${i.from[k]}>${i.to[k]}`] = `${i.success[k] === 1 ? 'ok' : 'fail'} ${i.amount[k]}`;
  }
  return {
    pairs,
    node: i.nodeFailure,
    final: i.final,
    policy: i.policyFrom < 0 ? '' : `${i.policyFrom}>${i.policyTo}`,
  };
}

const nothing = { node: -1, final: FINAL.none, policy: '' };
const ok = (...hops: number[]): Record<string, string> =>
  Object.fromEntries(hops.map((k) => [`${10 + k}>${11 + k}`, `ok ${AMOUNTS[k]}`]));
const bad = (...hops: number[]): Record<string, string> =>
  Object.fromEntries(
    hops.flatMap((k) => [
      [`${10 + k}>${11 + k}`, 'fail 0'],
      [`${11 + k}>${10 + k}`, 'fail 0'],
    ]),
  );

describe('a success', () => {
  it('speaks for every pair with its amount', () => {
    const i = new Interpretation();
    i.succeed(route(4));
    expect(result(i)).toEqual({ ...nothing, pairs: ok(0, 1, 2, 3) });
  });
});

describe('a failure of the sender', () => {
  it('teaches nothing', () => {
    expect(interpret(4, 0, FAILURE.temporary_channel_failure)).toEqual({ ...nothing, pairs: {} });
    expect(interpret(1, 0, FAILURE.amount_below_minimum)).toEqual({ ...nothing, pairs: {} });
  });

  it('is the peer’s fault when the onion came back malformed', () => {
    for (const code of [FAILURE.invalid_onion_version, FAILURE.invalid_onion_hmac, FAILURE.invalid_onion_key]) {
      expect(interpret(4, 0, code)).toEqual({ ...nothing, node: 11, pairs: bad(0, 1) });
      expect(interpret(1, 0, code)).toEqual({ ...nothing, node: 11, final: FINAL.error, pairs: bad(0) });
    }
  });
});

describe('a failure of a forwarder', () => {
  it('temporary_channel_failure fails the pair for the amount, one way', () => {
    expect(interpret(4, 2, FAILURE.temporary_channel_failure)).toEqual({
      ...nothing,
      pairs: { '12>13': 'fail 1100', ...ok(0, 1) },
    });
    expect(interpret(4, 1, FAILURE.temporary_channel_failure)).toEqual({
      ...nothing,
      pairs: { '11>12': 'fail 1200', ...ok(0) },
    });
  });

  it('unknown peers, permanent failures and broken onions fail the pair both ways', () => {
    const codes = [
      FAILURE.unknown_next_peer,
      FAILURE.permanent_channel_failure,
      FAILURE.invalid_onion_version,
      FAILURE.invalid_onion_hmac,
      FAILURE.invalid_onion_key,
    ];
    for (const code of codes) expect(interpret(4, 2, code)).toEqual({ ...nothing, pairs: bad(2) });
  });

  it('channel_disabled does so too, with a second chance and credit to those before', () => {
    expect(interpret(4, 2, FAILURE.channel_disabled)).toEqual({
      ...nothing,
      policy: '12>13',
      pairs: { ...bad(2), ...ok(0, 1) },
    });
  });

  it('policy failures have a second chance and speak against the incoming pair', () => {
    for (const code of [FAILURE.amount_below_minimum, FAILURE.fee_insufficient, FAILURE.incorrect_cltv_expiry]) {
      expect(interpret(4, 3, code)).toEqual({ ...nothing, policy: '13>14', pairs: { ...bad(2), ...ok(0, 1) } });
      expect(interpret(4, 2, code)).toEqual({ ...nothing, policy: '12>13', pairs: { ...bad(1), ...ok(0) } });
      expect(interpret(4, 1, code)).toEqual({ ...nothing, policy: '11>12', node: 11, pairs: bad(0, 1) });
    }
  });

  it('expiry_too_soon may be any hop’s delay', () => {
    expect(interpret(4, 3, FAILURE.expiry_too_soon)).toEqual({ ...nothing, pairs: bad(0, 1, 2) });
    expect(interpret(4, 1, FAILURE.expiry_too_soon)).toEqual({ ...nothing, node: 11, pairs: bad(0, 1) });
  });

  it('invalid_onion_payload fails the node, with credit to those before', () => {
    expect(interpret(4, 3, FAILURE.invalid_onion_payload)).toEqual({
      ...nothing,
      node: 13,
      pairs: { ...bad(2, 3), ...ok(0, 1) },
    });
    expect(interpret(4, 1, FAILURE.invalid_onion_payload)).toEqual({ ...nothing, node: 11, pairs: bad(0, 1) });
  });

  it('anything else fails the node', () => {
    for (const code of [FAILURE.temporary_node_failure, FAILURE.expiry_too_far, FAILURE.mpp_timeout]) {
      expect(interpret(4, 2, code)).toEqual({ ...nothing, node: 12, pairs: bad(1, 2) });
    }
  });
});

describe('a failure of the recipient', () => {
  it('incorrect_or_unknown_payment_details ends the payment, and the route was good', () => {
    expect(interpret(4, 4, FAILURE.incorrect_or_unknown_payment_details)).toEqual({
      ...nothing,
      final: FINAL.incorrectDetails,
      pairs: ok(0, 1, 2, 3),
    });
  });

  it('mpp_timeout goes on, and the route was good', () => {
    expect(interpret(4, 4, FAILURE.mpp_timeout)).toEqual({ ...nothing, pairs: ok(0, 1, 2, 3) });
  });

  it('a wrong amount or expiry is the last pair’s fault, or the only peer’s', () => {
    for (const code of [FAILURE.final_incorrect_cltv_expiry, FAILURE.final_incorrect_htlc_amount]) {
      expect(interpret(4, 4, code)).toEqual({ ...nothing, pairs: { ...bad(3), ...ok(0, 1, 2) } });
      expect(interpret(1, 1, code)).toEqual({ ...nothing, node: 11, final: FINAL.error, pairs: bad(0) });
    }
  });

  it('anything else ends the payment and fails the node', () => {
    expect(interpret(4, 4, FAILURE.temporary_node_failure)).toEqual({
      ...nothing,
      node: 14,
      final: FINAL.error,
      pairs: { ...bad(3), ...ok(0, 1, 2) },
    });
    expect(interpret(1, 1, FAILURE.temporary_node_failure)).toEqual({
      ...nothing,
      node: 11,
      final: FINAL.error,
      pairs: bad(0),
    });
  });
});

describe('an unreadable failure', () => {
  it('speaks against every pair, or the only peer', () => {
    expect(interpret(4, -1, FAILURE.none)).toEqual({ ...nothing, pairs: bad(0, 1, 2, 3) });
    expect(interpret(1, -1, FAILURE.none)).toEqual({ ...nothing, node: 11, final: FINAL.error, pairs: bad(0) });
  });
});

describe('entering a result', () => {
  it('discards the first policy failure of a pair in a minute as a whole', () => {
    const control = new MissionControl();
    const i = new Interpretation();
    i.fail(route(4), 2, FAILURE.fee_insufficient);
    expect(i.apply(control, 1000)).toBe(FINAL.none);
    expect(control.count).toBe(0);
    i.fail(route(4), 2, FAILURE.fee_insufficient);
    i.apply(control, 2000);
    expect(control.failTime[control.find(11, 12)]).toBe(2000);
    expect(control.successAmount[control.find(10, 11)]).toBe(1300);
  });

  it('fails the node’s known pairs before the route’s', () => {
    const control = new MissionControl();
    control.succeed(12, 99, 5, 1);
    const i = new Interpretation();
    i.fail(route(4), 2, FAILURE.temporary_node_failure);
    i.apply(control, 50);
    expect(control.successAmount[control.find(12, 99)]).toBe(0);
    expect(control.failTime[control.find(12, 99)]).toBe(50);
    expect(control.failTime[control.find(13, 12)]).toBe(50);
  });
});
