import { describe, expect, it } from 'vitest';
import { FAILURE, type FailureCode } from '../../engine/simulate/failure.ts';
import { reactionTo } from './failure-reaction.ts';

const names = Object.keys(FAILURE) as (keyof typeof FAILURE)[];

/** Reaction to a code that `hop` of a route of four channels reported, as text. */
function reaction(hop: number, name: keyof typeof FAILURE): string {
  const { avoid, removeChannel, removeNode, final } = reactionTo(hop, 4, FAILURE[name] as FailureCode);
  const parts = [
    avoid >= 0 ? `avoid ${avoid}` : '',
    removeChannel >= 0 ? `channel ${removeChannel}` : '',
    removeNode >= 0 ? `node ${removeNode}` : '',
    final ? 'final' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

describe('a failure of a router', () => {
  it.each([
    ['temporary_node_failure', 'avoid 1'],
    ['permanent_node_failure', 'avoid 1, node 2'],
    ['required_node_feature_missing', 'avoid 1, node 2'],
    ['invalid_onion_version', 'channel 2'],
    ['invalid_onion_hmac', 'channel 2'],
    ['invalid_onion_blinding', 'channel 2'],
    ['temporary_channel_failure', 'avoid 2'],
    ['permanent_channel_failure', 'avoid 2, channel 2'],
    ['required_channel_feature_missing', 'avoid 2, channel 2'],
    ['unknown_next_peer', 'avoid 2, channel 2'],
    ['amount_below_minimum', 'avoid 2'],
    ['fee_insufficient', 'avoid 2'],
    ['incorrect_cltv_expiry', 'avoid 2'],
    ['expiry_too_soon', 'avoid 2'],
    ['channel_disabled', 'avoid 2'],
    ['invalid_onion_payload', 'avoid 2, channel 2'],
    ['expiry_too_far', 'avoid 1, node 2'],
    ['incorrect_or_unknown_payment_details', 'avoid 2, channel 2'],
    ['mpp_timeout', 'avoid 1, node 2'],
  ] as const)('%s: %s', (name, expected) => {
    expect(reaction(2, name)).toBe(expected);
  });
});

describe('a failure of the recipient', () => {
  it.each([
    ['incorrect_or_unknown_payment_details', 'final'],
    ['final_incorrect_cltv_expiry', 'avoid 3'],
    ['final_incorrect_htlc_amount', 'avoid 3'],
    ['mpp_timeout', ''],
    ['permanent_node_failure', 'avoid 3, node 4, final'],
    ['temporary_node_failure', 'avoid 3'],
    ['invalid_onion_payload', 'avoid 3, channel 3, final'],
  ] as const)('%s: %s', (name, expected) => {
    expect(reaction(4, name)).toBe(expected);
  });
});

describe('other failures', () => {
  it('of the own channel only shut it out, those of nobody end the payment', () => {
    for (const name of names) {
      expect(reaction(0, name)).toBe('avoid 0');
      expect(reaction(-1, name)).toBe('final');
    }
  });
});
