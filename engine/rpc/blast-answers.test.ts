import { describe, expect, it } from 'vitest';
import { channelIds, channelSat, namesPeer, saysItStarts, walletSat } from './blast-answers.ts';

describe('balances', () => {
  it.each<[what: string, text: string, wallet: number | null, local: number | null]>([
    ['plain', '100000000', 100_000_000, 100_000_000],
    ['nothing', '', 0, 0],
    ['lnd, with coins', 'total_balance:150  confirmed_balance:100 unconfirmed_balance:50', 100, null],
    ['lnd, other spaces', 'total_balance: 7  confirmed_balance:  7', 7, null],
    ['lnd, none confirmed', 'unconfirmed_balance:5', 0, null],
    ['lnd, channels', 'balance:29 local_balance:{sat:29 msat:29056} remote_balance:{}', null, 29],
    ['lnd, spaced', 'local_balance: {sat: 12  msat: 12001}', null, 12],
    ['lnd, all on the other side', 'local_balance:{} remote_balance:{sat:500 msat:500000}', null, 0],
    ['a word', 'plenty', null, null],
    ['a sentence', 'I have 5 coins', null, null],
    ['too large', '99999999999999999999', null, null],
    ['negative', '-5', null, null],
  ])('%s', (_, text, wallet, local) => {
    if (wallet !== null || local === null) expect(walletSat(text)).toBe(wallet);
    if (local !== null || wallet === null) expect(channelSat(text)).toBe(local);
  });
});

describe('channels', () => {
  it.each<[string, readonly number[] | null]>([
    ['', []],
    ['0: lnd-0000 -> lnd-0001', [0]],
    ['0: lnd-0000 -> lnd-0001, 7: lnd-0002 -> lnd-0001', [0, 7]],
    ['12: blast_lnd-0000 -> 02ab,3: blast_lnd-0001 -> 03cd,', [12, 3]],
    ['none', null],
    ['x: a -> b', null],
    ['1: a', null],
  ])('%j', (text, ids) => expect(channelIds(text)).toEqual(ids));
});

it('finds a peer in a list of lines and in protobuf text', () => {
  const key = `02${'ab'.repeat(32)}`;
  expect(namesPeer(`Pubkey: ${key}, Address: a:1`, key)).toBe(true);
  expect(namesPeer(`peers:{pub_key:"${key.toUpperCase()}"}`, key)).toBe(true);
  expect(namesPeer('', key)).toBe(false);
});

describe('refusals', () => {
  it.each<[text: string, starts: boolean]>([
    ['the RPC server is in the process of starting up, but not yet ready to accept calls', true],
    ['server is still in the process of starting', true],
    ['could not find node connection', false],
    ['already connected to peer: 02ab@127.0.0.1:9735', false],
  ])('%s', (text, starts) => {
    expect(saysItStarts(text)).toBe(starts);
  });
});
