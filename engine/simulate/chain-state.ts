/** Writes down the chain (state.ts), and takes it over again. */
import type { ChainOutput } from './chain.ts';
import type { Fees } from './fees.ts';
import type { Tx } from './mempool.ts';
import type { OnChain } from './onchain.ts';
import { TX, TX_NAMES, type TxKind } from './records.ts';
import type { BlockState, ChainState, TxState } from './state.ts';
import { weightOf } from './tx-weight.ts';
import type { UndoneBlock, UndoStep } from './undo-log.ts';
import type { World } from './world.ts';

export function chainState(w: World, fees: Fees): ChainState {
  const c = w.chain;
  const { backlog } = c.mempool;
  const reopened = new Set(c.undo.blocks.flatMap(({ steps }) => steps.map(outputOf)));
  return {
    abandoned_sat: c.abandonedSat,
    ...(backlog.present
      ? {
          backlog: {
            bands: backlog.bands.map(({ perKw, weight }) => [perKw, weight] as const),
            inflows: backlog.inflows.map((i) => [i.lowPerKw, i.highPerKw, i.weight, i.blocks] as const),
            minimum_per_kw: backlog.minimumPerKw,
          },
        }
      : {}),
    ...(c.undo.blocks.length === 0 ? {} : { blocks: c.undo.blocks.map(blockState) }),
    ...(c.blocksUndone === 0 ? {} : { blocks_undone: c.blocksUndone }),
    feerate_changes: fees.changes,
    feerate_per_kw: c.feeratePerKw,
    fees_sat: c.feesSat,
    height: c.height,
    mempool: c.mempool.waiting.map(txState),
    minted_sat: c.mintedSat,
    outputs: c.outputs.flatMap((output, index) =>
      output.spent && !reopened.has(index)
        ? []
        : [
            {
              channel: output.channel,
              htlc: output.htlc,
              index,
              kind: output.kind,
              mature_at: output.matureAt,
              owner: output.owner,
              spender: output.spender,
              ...(output.spent ? { spent: true as const } : {}),
              value_sat: output.valueSat,
            },
          ],
    ),
    outputs_made: c.outputs.length,
    transactions: c.transactions,
  };
}

/** Takes over a state's chain; channels and commitments are there already. */
export function restoreChain(w: World, onchain: OnChain, s: ChainState): void {
  const c = w.chain;
  c.height = s.height;
  c.feeratePerKw = s.feerate_per_kw;
  c.mintedSat = s.minted_sat;
  c.feesSat = s.fees_sat;
  c.abandonedSat = s.abandoned_sat;
  c.transactions = s.transactions;
  c.blocksUndone = s.blocks_undone ?? 0;
  for (const tx of s.mempool) c.mempool.insert(readTx(w, onchain, tx));
  if (s.backlog !== undefined) {
    c.mempool.backlog.restore(
      s.backlog.bands.map(([perKw, weight]) => ({ perKw, weight })),
      s.backlog.inflows.map(([lowPerKw, highPerKw, weight, blocks]) => ({ lowPerKw, highPerKw, weight, blocks })),
      s.backlog.minimum_per_kw,
    );
  }
  // Nobody looks at an output that is spent; only its place counts.
  for (let i = 0; i < s.outputs_made; i++) c.outputs.push(SPENT);
  for (const o of s.outputs) {
    c.outputs[o.index] = {
      channel: o.channel,
      kind: o.kind as ChainOutput['kind'],
      owner: o.owner,
      valueSat: o.value_sat,
      matureAt: o.mature_at,
      htlc: o.htlc,
      spender: o.spender,
      spent: o.spent === true,
    };
  }
  for (const block of s.blocks ?? []) c.undo.restore(readBlock(w, onchain, block));
}

/** Output that undoing a step makes unspent again, −1 for none. */
function outputOf(step: UndoStep): number {
  return typeof step === 'number' ? step : step.tx.output;
}

function blockState({ outputs, steps, strangers }: UndoneBlock): BlockState {
  return {
    outputs,
    steps: steps.map((step) => {
      if (typeof step === 'number') return step;
      const { tx, balanceMsat, close } = step;
      return {
        ...(balanceMsat === undefined ? {} : { balance_msat: balanceMsat }),
        ...(close === undefined ? {} : { close: [close.toSat[0], close.toSat[1], close.feeSat] as const }),
        tx: txState(tx),
      };
    }),
    ...(strangers.length === 0 ? {} : { strangers: strangers.map(({ perKw, weight }) => [perKw, weight] as const) }),
  };
}

function readBlock(w: World, onchain: OnChain, { outputs, steps, strangers = [] }: BlockState): UndoneBlock {
  return {
    outputs,
    steps: steps.map((step) => {
      if (typeof step === 'number') return step;
      const { balance_msat, close, tx } = step;
      return {
        tx: readTx(w, onchain, tx),
        ...(balance_msat === undefined ? {} : { balanceMsat: balance_msat }),
        ...(close === undefined ? {} : { close: { toSat: [close[0], close[1]] as const, feeSat: close[2] } }),
      };
    }),
    strangers: strangers.map(([perKw, weight]) => ({ perKw, weight })),
  };
}

const SPENT: ChainOutput = {
  channel: -1,
  kind: 'local',
  owner: -1,
  valueSat: 0,
  matureAt: 0,
  htlc: -1,
  spender: -1,
  spent: true,
};

function txState(tx: Tx): TxState {
  return {
    ...(tx.bid === undefined ? {} : { bid: [tx.bid.sinceHeight, tx.bid.startPerKw, tx.bid.bumpedAt] as const }),
    channel: tx.channel,
    fee_sat: tx.feeSat,
    id: tx.id,
    kind: TX_NAMES[tx.kind]!,
    node: tx.node,
    output: tx.output,
    value_sat: tx.valueSat,
    ...(tx.kind === TX.penalty ? { weight: tx.weight } : {}),
  };
}

function readTx(w: World, onchain: OnChain, tx: TxState): Tx {
  const kind = TX_NAMES.indexOf(tx.kind) as TxKind;
  const commitment = onchain.commitments.get(tx.channel);
  const secondLevel = tx.channel >= 0 && w.from(2 * tx.channel + w.channels.broadcaster[tx.channel]!) === tx.node;
  return {
    id: tx.id,
    kind,
    channel: tx.channel,
    node: tx.node,
    output: tx.output,
    feeSat: tx.fee_sat,
    valueSat: tx.value_sat,
    weight: tx.weight ?? weightOf(kind, commitment?.revoked?.length ?? commitment?.outputs.length ?? 0, secondLevel),
    ...(tx.bid === undefined ? {} : { bid: { sinceHeight: tx.bid[0], startPerKw: tx.bid[1], bumpedAt: tx.bid[2] } }),
  };
}
