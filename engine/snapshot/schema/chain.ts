/** What a snapshot says of the chain and its mempool. */
import { TX_NAMES } from '../../simulate/records.ts';
import { count, enumOf, list, object, orNone, pair, positive, type Schema, said, tuple } from './words.ts';

const transaction = object(
  {
    bid: said(tuple(count, count, count), 'Height and feerate of its node’s first bid, height of the latest.'),
    channel: orNone,
    fee_sat: count,
    id: count,
    kind: enumOf(TX_NAMES),
    node: count,
    output: orNone,
    value_sat: count,
    weight: count,
  },
  ['bid', 'weight'],
);

const block = object(
  {
    outputs: said(count, 'Outputs that there were before it.'),
    steps: list({
      oneOf: [
        said(count, 'An output that was given up before the next block.'),
        object({ balance_msat: pair(count), close: tuple(count, count, count), tx: transaction }, [
          'balance_msat',
          'close',
        ]),
      ],
    }),
    strangers: said(list(tuple(positive, positive)), '[feerate, weight] of strangers’ transactions in it.'),
  },
  ['strangers'],
);

export const chain: Schema = object(
  {
    abandoned_sat: count,
    backlog: said(
      object({
        bands: list(tuple(positive, positive)),
        inflows: list(tuple(positive, positive, positive, positive)),
        minimum_per_kw: count,
      }),
      'Strangers in the mempool: [feerate, weight] from the highest feerate on; [lowest and highest feerate, weight with each block, blocks that it lasts]. Feerates sat per 1000 weight units.',
    ),
    blocks: said(list(block), 'The last blocks, the latest last, as far as a reorganisation may undo them.'),
    blocks_undone: count,
    feerate_changes: count,
    feerate_per_kw: count,
    fees_sat: count,
    height: count,
    mempool: list(transaction),
    minted_sat: count,
    outputs: list(
      object(
        {
          channel: count,
          htlc: orNone,
          index: count,
          kind: { enum: ['local', 'remote', 'htlc', 'delayed', 'revoked'] },
          mature_at: count,
          owner: count,
          spender: orNone,
          spent: { const: true },
          value_sat: count,
        },
        ['spent'],
      ),
    ),
    outputs_made: count,
    transactions: count,
  },
  ['backlog', 'blocks', 'blocks_undone'],
);
