/**
 * What is expected of nodes, whatever has them: short scenarios and what must be true in them. A backend that cannot play one
 * (BackendLimits) skips its checks, and so does a model that has no such payments. Times leave room for processes that live
 * by the clock.
 */
import { BASIC_CHECKS } from './basic-checks.ts';
import { CHAIN_CHECKS } from './chain-checks.ts';
import type { CheckGroup } from './check-group.ts';
import { PAYMENT_CHECKS } from './payment-checks.ts';

export const SUITE: readonly CheckGroup[] = [...BASIC_CHECKS, ...PAYMENT_CHECKS, ...CHAIN_CHECKS];

/** A group as a scenario file whose nodes are of this model. */
export function checkScenario(
  { name, duration, options = {}, channels = '', body, checks }: CheckGroup,
  model: string,
): string {
  const given = options[model] === undefined ? '' : `, options: ${options[model]}`;
  const node = `{ model: ${model}, wallet: 1 BTC${given} }`;
  const dave = `${channels}${body}`.includes('dave') ? `\n  dave: { model: ${model} }` : '';
  const expect = checks.map(
    ({ at, that, name: message }) => `  - ${JSON.stringify({ ...(at === undefined ? {} : { at }), that, message })}`,
  );
  return `version: 1
name: ${name}
duration: ${duration}
${/\b(mine|reorg)\b/.test(body) ? 'chain: { height: 200 }\n' : ''}nodes:
  alice: ${node}
  bob: ${node}
  carol: ${node}${dave}
channels:
  ab: { from: alice, to: bob, capacity: 1_000_000 sat }
  bc: { from: bob, to: carol, capacity: 1_000_000 sat }
${channels}${body}expect:
${expect.join('\n')}
`;
}
