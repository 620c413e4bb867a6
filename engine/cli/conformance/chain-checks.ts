/** What is expected of the chain and of wallets beyond channels. */
import type { CheckGroup } from './check-group.ts';

export const CHAIN_CHECKS: readonly CheckGroup[] = [
  {
    name: 'transfers',
    duration: '6s',
    body: `events:
  - { at: 1s, send_onchain: { from: carol, to: dave, amount: 100_000 sat } }
  - { at: 1s, send_onchain: { from: carol, to: dave, amount: 2 BTC } }
  - { at: 3s, mine: { blocks: 1 } }
`,
    checks: [
      { name: 'coins wait for a block', at: '2s', that: "node('dave').wallet == 0.0" },
      { name: 'and go from wallet to wallet, as many as there are', that: "node('dave').wallet == 100000.0" },
      { name: 'for a fee', that: "node('carol').wallet < 99900000.0 && node('carol').wallet > 99800000.0" },
    ],
  },
  {
    name: 'feerates',
    duration: '4s',
    body: `chain: { feerate: 2 sat/vB }
events:
  - { at: 1s, set_feerate: { feerate: 5 sat/vB } }
`,
    checks: [{ name: 'the feerate changes', that: 'chain.feerate == 5.0' }],
  },
  {
    name: 'congestion',
    duration: '4s',
    body: `events:
  - { at: 1s, congest_mempool: { backlog: 5 vMB, feerate: [20 sat/vB, 50 sat/vB] } }
`,
    checks: [
      { name: 'transactions of strangers wait', that: 'chain.backlog > 4.9 && chain.backlog < 5.1' },
      { name: 'and what is to come before them pays more', that: 'chain.feerate > 20.0' },
    ],
  },
  {
    name: 'reorgs',
    duration: '9s',
    body: `events:
  - { at: 1s, open_channel: { channel: ac, from: alice, to: carol, capacity: 500_000 sat } }
  - { at: 2s, mine: { blocks: 1 } }
  - { at: 4s, reorg: { depth: 1, blocks: 2, empty: true } }
  - { at: 6s, mine: { blocks: 10 } }
`,
    checks: [
      { name: 'blocks are replaced', at: '5s', that: 'chain.height == 202.0' },
      {
        name: 'what they confirmed waits again',
        at: '5s',
        that: 'chain.mempool == 1.0',
      },
      { name: 'and is confirmed by others', that: "chain.mempool == 0.0 && channel('ac').active" },
    ],
  },
];
