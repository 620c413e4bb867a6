/**
 * Every ordered triple of implementations pays, and fails in every way that its forwarder and its recipient know. What
 * came back and what the sender did then is docs/interop-matrix.md; after an intended change `npx vitest run -u
 * tests/interop` writes it anew.
 */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../../engine/kinds/registry.ts';
import { FAILURE, failureName } from '../../engine/simulate/failure.ts';
import { brokenInvariant } from '../../engine/simulate/invariants.ts';
import { ROOT } from '../testing/command.ts';
import { documentOf, type Observation } from './document.ts';
import { playSituation, SITUATIONS } from './situations.ts';
import { AMOUNT_MSAT, R, S, type Story, Triple, type TripleSetting } from './triple.ts';

type Models = Pick<TripleSetting, 'sender' | 'forwarder' | 'recipient'>;

const names = MODEL_KINDS.map(({ name }) => name);
const TRIPLES: readonly Models[] = names.flatMap((sender) =>
  names.flatMap((forwarder) => names.map((recipient) => ({ sender, forwarder, recipient }))),
);

const ways: readonly (readonly [string, Partial<TripleSetting>])[] = [
  // Core Lightning's keysends to Eclair and LDK need luck (see docs/interop-matrix.md); with these payments' keys they have it.
  ['keysend', { profile: { method: 'keysend' } }],
  ['invoice in one part', { profile: { maxParts: 1 } }],
  ['invoice in several parts', { amountMsat: 3_200_000_000, channels: [{ balance0Msat: 2_500_000_000 }] }],
];

describe('a payment by every sender, over every forwarder, to every recipient', () => {
  it.each(ways)('arrives: %s', (name, setting) => {
    for (const models of TRIPLES) {
      const what = `${name}: ${Object.values(models).join(' → ')}`;
      const several = name.includes('several');
      // A sum that neither way carries alone: what is allowed in flight, and announced, must let it through.
      const channel = { capacitySat: 16_000_000, policy0: { minHtlcMsat: 1, maxHtlcMsat: 2_000_000_000 } };
      const wide = [0, 1, 2, 3].map(() => ({ ...channel, balance0Msat: 8_000_000_000 }));
      const triple = new Triple({ ...models, ...setting, ...(several ? { channels: wide } : {}) });
      const before = triple.balances();
      const story = triple.pay(0);
      expect([story.outcome, story.failures], what).toEqual(['Success', []]);
      const amount = setting.amountMsat ?? AMOUNT_MSAT;
      const after = triple.balances();
      expect(after[R]! - before[R]!, what).toBe(amount);
      expect(before[S]! - after[S]!, what).toBe(amount + story.feeMsat);
      expect(triple.resultOf(0)!.parts > 1, what).toBe(several);
      expect(brokenInvariant(triple.world), what).toBeNull();
      expect(triple.world.htlcs.live, what).toBe(0);
    }
  });
});

it('AMP arrives, whoever forwards it', () => {
  for (const forwarder of names) {
    const recipient = { options: { accept_amp: true } };
    const triple = new Triple({
      ...{ sender: 'lnd', forwarder, recipient: 'lnd' },
      profile: { method: 'amp' },
      nodes: { recipient },
    });
    expect(triple.pay(0), forwarder).toMatchObject({ outcome: 'Success', failures: [] });
    expect(triple.balances()[R]! - triple.initial[R]!).toBe(AMOUNT_MSAT);
  }
});

const observations: Observation[] = [];

describe.each(SITUATIONS.map((situation) => [situation.name, situation] as const))('%s', (_, situation) => {
  const { at, code: expected, onchain = false } = situation;

  it.each(names)('is answered by %s as its source has it', (name) => {
    for (const models of TRIPLES) {
      if (models[at] !== name || situation.senders?.includes(models.sender) === false) continue;
      const what = Object.values(models).join(' → ');
      const { triple, first, second } = playSituation(situation, models);
      const hop = at === 'forwarder' ? 1 : 2;
      const failures = first.failures.filter((failure) => failure.hop === hop);
      const code = failures[0] === undefined ? 'none' : failureName(failures[0].code);
      expect(code, what).toBe(expected[name]);
      expect([first.outcome, second.outcome], what).not.toContain('none');
      if (!onchain) moneyIsWhereItBelongs(triple, [first, second], what);
      expect(triple.running(0) || triple.running(1), what).toBe(false);
      const omitsUpdate = triple.world.modelOf(hop).omitsUpdates === true && hasUpdate(code);
      observations.push({ situation, models, code, omitsUpdate, first, second });
    }
  });
});

describe('docs/interop-matrix.md', () => {
  it('shows what the sender did, whoever else takes part', () => {
    const groups = new Map<string, string>();
    for (const { situation, models, code, omitsUpdate, first, second } of observations) {
      // Where nothing was noticed the story is that of another node.
      if (code === 'none') continue;
      const key = `${situation.name}, ${code}${omitsUpdate ? ' without update' : ''}: ${models.sender}`;
      const did = JSON.stringify([first.ways, first.outcome, second.ways, second.outcome]);
      expect(`${key}: ${did}`, Object.values(models).join(' → ')).toBe(`${key}: ${groups.get(key) ?? did}`);
      groups.set(key, did);
    }
    expect(groups.size).toBeGreaterThan(0);
  });

  it('is up to date', async () => {
    await expect(documentOf(names, observations)).toMatchFileSnapshot(path.join(ROOT, 'docs/interop-matrix.md'));
  });
});

function hasUpdate(code: string): boolean {
  const value = Object.entries(FAILURE).find(([name]) => name === code)?.[1] ?? 0;
  return (value & 0x1000) !== 0;
}

/** What did not arrive is back, to the millisatoshi; what arrived cost its fee. */
function moneyIsWhereItBelongs(triple: Triple, stories: readonly Story[], what: string): void {
  const paid = stories.filter(({ outcome }) => outcome === 'Success');
  const arrived = paid.length * triple.amountMsat;
  const after = triple.balances();
  expect(triple.initial[S]! - after[S]!, what).toBe(arrived + paid.reduce((sum, { feeMsat }) => sum + feeMsat, 0));
  expect(after[R]! - triple.initial[R]!, what).toBe(arrived);
}
