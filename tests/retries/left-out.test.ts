/**
 * What each implementation leaves out of the next attempt, and which ways it tries then: by the failure and by who reports it.
 * Expected values are those of the sources that the files of models/NAME name.
 */
import { describe, expect, it } from 'vitest';
import { FAILURE } from '../../engine/simulate/failure.ts';
import { atRecipient, dearer, type Fault, NAMES, node, onward, Payer, SECOND } from './retry-play.ts';
import { type By, MAIN, NOT_A, NOT_AB, NOT_B, play, TWIN_1, TWIN_2, told, WAYS } from './ways.ts';

type Code = keyof typeof FAILURE;

/** What comes after the first attempt; where it was made several times, that first. */
const again = (...ways: string[]): By<string> => ({
  cln: ways[0]!,
  eclair: ways[1]!,
  ldk: ways[2]!,
  lnd: ways[3]!,
});

/** Who reports what, and the attempts after the first by implementation; all of them end in Success. */
interface Row {
  readonly name: string;
  readonly codes: readonly Code[];
  readonly fault: (code: Code) => Fault;
  readonly next: By<string>;
}

const NODE_PERMANENT: readonly Code[] = ['permanent_node_failure', 'required_node_feature_missing'];
const BAD_ONION: readonly Code[] = ['invalid_onion_version', 'invalid_onion_hmac', 'invalid_onion_key'];
/** Refusals by the policy, each with a channel_update. */
const POLICY: readonly Code[] = ['amount_below_minimum', 'fee_insufficient', 'incorrect_cltv_expiry'];

const rows: readonly Row[] = [
  {
    name: 'the own channel refuses with',
    codes: [
      'temporary_channel_failure',
      'unknown_next_peer',
      'channel_disabled',
      'expiry_too_soon',
      'temporary_node_failure',
    ],
    fault: (code) => onward(0, code),
    // lnd learns nothing from its own refusals: see “a refusal by lnd's own channel”.
    next: again(NOT_A, NOT_A, NOT_A, ''),
  },
  {
    name: 'the own channel refuses, the onion being bad:',
    codes: BAD_ONION,
    fault: (code) => onward(0, code),
    next: again(NOT_A, NOT_A, NOT_A, 'sd db br2'),
  },
  {
    name: 'the first node fails with',
    codes: ['temporary_node_failure', ...NODE_PERMANENT],
    fault: (code) => onward(1, code),
    next: again(TWIN_1, NOT_A, NOT_A, 'sd db br2'),
  },
  {
    name: 'the second node fails with',
    codes: ['temporary_node_failure'],
    fault: (code) => onward(2, code),
    // LDK leaves out the channel that leads to the node, and tries the other one that does.
    next: again(TWIN_2, NOT_B, `${TWIN_1}, ${NOT_B}`, NOT_B),
  },
  {
    name: 'the second node fails with',
    codes: NODE_PERMANENT,
    fault: (code) => onward(2, code),
    next: again(TWIN_2, NOT_B, NOT_B, NOT_B),
  },
  {
    name: 'a channel of the first node fails with',
    codes: ['temporary_channel_failure', 'permanent_channel_failure', 'unknown_next_peer', ...BAD_ONION],
    fault: (code) => onward(1, code),
    next: again(TWIN_1, TWIN_1, TWIN_1, NOT_AB),
  },
  {
    name: 'a channel of the first node fails, which charges more than is known:',
    codes: ['temporary_channel_failure'],
    fault: (code) => onward(1, code, { feeBaseMsat: 40_000 }),
    next: again(TWIN_1, TWIN_1, TWIN_1, NOT_AB),
  },
  {
    name: 'a channel of the second node fails with',
    codes: ['temporary_channel_failure', 'permanent_channel_failure', 'unknown_next_peer', ...BAD_ONION],
    fault: (code) => onward(2, code),
    next: again(TWIN_2, TWIN_2, TWIN_2, NOT_B),
  },
  {
    name: 'the first node’s policy, as it is known, refuses with',
    codes: POLICY,
    fault: (code) => onward(1, code),
    // lnd gives the pair a second chance, and then blames the node.
    next: again(TWIN_1, TWIN_1, TWIN_1, '2 ×, sd db br2'),
  },
  {
    name: 'the second node’s policy, as it is known, refuses with',
    codes: POLICY,
    fault: (code) => onward(2, code),
    // After the second chance lnd blames the pair before: A and B.
    next: again(TWIN_2, TWIN_2, TWIN_2, `2 ×, ${NOT_AB}`),
  },
  {
    name: 'a disabled channel of the first node:',
    codes: ['channel_disabled'],
    fault: (code) => onward(1, code),
    next: again(TWIN_1, TWIN_1, TWIN_1, `2 ×, ${NOT_AB}`),
  },
  {
    name: 'the first node refuses without an update:',
    codes: [...POLICY, 'channel_disabled', 'expiry_too_soon'],
    fault: (code) => onward(1, code, null),
    // lnd cannot decode that, and knows the node only.
    next: again(TWIN_1, TWIN_1, TWIN_1, 'sd db br2'),
  },
  {
    name: 'the first node refuses without the update that may be missing:',
    codes: ['temporary_channel_failure'],
    fault: (code) => onward(1, code, null),
    next: again(TWIN_1, TWIN_1, TWIN_1, NOT_AB),
  },
  {
    name: 'the first node finds the expiry too near:',
    codes: ['expiry_too_soon'],
    fault: (code) => onward(1, code),
    next: again(TWIN_1, TWIN_1, TWIN_1, 'sd db br2'),
  },
  {
    name: 'the second node finds the expiry too near:',
    codes: ['expiry_too_soon'],
    fault: (code) => onward(2, code),
    // lnd blames everybody up to there, of the second way, too.
    next: again(TWIN_2, TWIN_2, TWIN_2, 'sd db br2, se ef fr'),
  },
  {
    name: 'the first node answers without flags:',
    codes: ['expiry_too_far'],
    fault: (code) => onward(1, code),
    next: again(TWIN_1, TWIN_1, NOT_A, 'sd db br2'),
  },
  {
    name: 'the second node answers without flags:',
    codes: ['expiry_too_far'],
    fault: (code) => onward(2, code),
    next: again(TWIN_2, TWIN_2, NOT_B, NOT_B),
  },
  {
    name: 'a channel of the first node lacks a feature:',
    codes: ['required_channel_feature_missing', 'invalid_onion_payload'],
    fault: (code) => onward(1, code),
    next: again(TWIN_1, TWIN_1, TWIN_1, 'sd db br2'),
  },
  {
    name: 'all channels of the first node fail with',
    codes: ['temporary_channel_failure', 'unknown_next_peer'],
    fault: (code) => node('ab ab2 ac', code),
    next: again(
      `${TWIN_1}, ${NOT_AB}, ${NOT_A}`,
      `${TWIN_1}, ${NOT_AB}, ${NOT_A}`,
      `${TWIN_1}, ${NOT_AB}, ${NOT_A}`,
      `${NOT_AB}, sd db br2`,
    ),
  },
  {
    name: 'all channels of the second node fail with',
    codes: ['temporary_channel_failure', 'unknown_next_peer'],
    fault: (code) => node('br br2 bg', code),
    // lnd finds the way by G dearer than that by C: it has a hop more that may fail.
    next: again(
      `${TWIN_2}, sa ab bg gr, ${NOT_B}`,
      `${TWIN_2}, sa ab bg gr, ${NOT_B}`,
      `${TWIN_2}, sa ab bg gr, ${NOT_B}`,
      NOT_B,
    ),
  },
  {
    name: 'the first node asks for more than is known, and says so:',
    codes: ['fee_insufficient'],
    fault: () => dearer('ab ab2', 300_000),
    // Core Lightning and lnd pay it; LDK and Eclair do not use the update, and Eclair tries the same once more.
    next: again(`${TWIN_1}, ${MAIN.cln}`, `2 ×, ${TWIN_1}, ${NOT_AB}`, `${TWIN_1}, ${NOT_AB}`, '2 ×'),
  },
  {
    name: 'the second node asks for more than is known, and says so:',
    codes: ['fee_insufficient'],
    fault: () => dearer('br br2', 300_000),
    next: again(`${TWIN_2}, ${MAIN.cln}`, `2 ×, ${TWIN_2}, sa ab bg gr`, `${TWIN_2}, sa ab bg gr`, '2 ×'),
  },
];

describe('what is left out of the next attempt, and the ways that are tried then', () => {
  for (const { name, codes, fault, next } of rows) {
    it.each(codes)(`${name} %s`, (code) => {
      for (const model of NAMES) {
        if (next[model] === '') continue;
        const story = play(model, WAYS, { fault: fault(code) });
        const first = next[model].startsWith('2 ×') ? `2 × ${MAIN[model]}` : MAIN[model];
        const rest = next[model].replace(/^2 ×(, )?/, '');
        expect(told(story), model).toBe([first, ...(rest === '' ? [] : [rest]), 'Success'].join(', '));
      }
    });
  }

  it('nothing, by a refusal by lnd’s own channel, until the time is over', () => {
    const story = play('lnd', WAYS, { fault: onward(0, 'temporary_channel_failure'), answerUs: 7 * SECOND });
    expect(told(story)).toBe(`9 × ${MAIN.lnd}, PaymentExpired`);
  });

  it('nothing by a failure of Eclair’s own channel on-chain, which ends the payment', () => {
    const story = play('eclair', WAYS, { fault: onward(0, 'permanent_channel_failure') });
    expect(told(story)).toBe(`${MAIN.eclair}, UnexpectedError`);
  });

  it('of a failure that nobody can read', () => {
    const fault: Fault = ({ number }) => (number === 0 ? { hop: -1, code: FAILURE.none } : null);
    const stories = NAMES.map((name) => play(name, WAYS, { fault }));
    const [cln, eclair, ldk, lnd] = stories.map(told);
    // One channel at random; all nodes but the first and the recipient; it counts as the recipient's; all pairs of the way.
    expect(cln).toMatch(/^sa ab br, (sd db br|sa ab2 br|sa ab br2), Success$/);
    expect(eclair).toBe(`${MAIN.eclair}, ${NOT_B}, Success`);
    expect(ldk).toBe(`${MAIN.ldk}, RecipientRejected`);
    expect(lnd).toBe(`${MAIN.lnd}, se ef fr, Success`);
  });
});

describe('what the recipient reports', () => {
  const all = [TWIN_2, 'sa ab bg gr', 'sa ac cr', 'se ef fr', 'RouteNotFound'].join(', ');
  const cases: readonly (readonly [readonly Code[], By<string>])[] = [
    [
      ['incorrect_or_unknown_payment_details'],
      again('IncorrectPaymentDetails', 'IncorrectPaymentDetails', 'RecipientRejected', 'IncorrectPaymentDetails'),
    ],
    [
      ['final_incorrect_cltv_expiry', 'final_incorrect_htlc_amount'],
      // Core Lightning, LDK and lnd blame the last channel or pair, of each way to the recipient.
      again(all, 'RecipientRejected', all, 'sa ac cr, sa ab2 bg gr, se ef fr, RouteNotFound'),
    ],
    [
      ['temporary_node_failure', 'temporary_channel_failure', 'fee_insufficient'],
      again(all, 'RecipientRejected', all, 'UnexpectedError'),
    ],
    [
      ['permanent_node_failure', 'unknown_next_peer', 'invalid_onion_payload', 'invalid_onion_hmac'],
      again(all, 'RecipientRejected', 'RecipientRejected', 'UnexpectedError'),
    ],
  ];
  for (const [codes, next] of cases) {
    it.each(codes)('%s', (code) => {
      for (const model of NAMES) {
        const story = play(model, WAYS, { fault: atRecipient(code) });
        expect(told(story), model).toBe(`${MAIN[model]}, ${next[model]}`);
      }
    });
  }

  it('mpp_timeout, which blames nobody', () => {
    const fault = atRecipient('mpp_timeout', 3);
    const [cln, eclair, ldk, lnd] = NAMES.map((name) => told(play(name, WAYS, { fault })));
    expect([cln, ldk]).toEqual(Array(2).fill(`4 × ${MAIN.cln}, Success`));
    expect(lnd).toBe(`4 × ${MAIN.lnd}, Success`);
    expect(eclair).toBe(`${MAIN.eclair}, RecipientRejected`);
  });

  it('mpp_timeout when it comes after two minutes: too late for all', () => {
    const order = { fault: atRecipient('mpp_timeout'), answerUs: 120 * SECOND };
    const outcomes = NAMES.map((name) => told(play(name, WAYS, order)).replace(/^sa ab2? br2?, /, ''));
    expect(outcomes).toEqual(['PaymentExpired', 'RecipientRejected', 'RetriesExhausted', 'PaymentExpired']);
  });

  it('that it does not know the payment, blocks after Core Lightning began: it tries again', () => {
    const payer = new Payer('cln', WAYS);
    const fault: Fault = ({ channels, number }) => {
      if (number < 2) payer.host.blocks++;
      return { hop: channels.length, code: FAILURE.incorrect_or_unknown_payment_details };
    };
    expect(told(payer.pay({ fault }))).toBe(`3 × ${MAIN.cln}, IncorrectPaymentDetails`);
  });
});
