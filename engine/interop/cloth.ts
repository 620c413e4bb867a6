/**
 * Networks of the CLoTH simulator: a folder with nodes_ln.csv, channels_ln.csv and edges_ln.csv.
 *
 * Node 17 is called `n17`, channel 4 `c4`. Amounts of the files are msat, balances are those of the edges. A channel's
 * first node is the one of its column node1_id. CLoTH knows no htlc_maximum, so that is decided by the node's model.
 */
import { MSAT_PER_SAT } from '../base/numbers.ts';
import type { PolicyPlan } from '../timeline/network.ts';
import { type IntegerTable, readIntegerTable } from './csv.ts';
import type { ImportedChannel, ImportFormat, ImportInput, ImportOutcome } from './imported.ts';
import { ImportProblems } from './problems.ts';

/** The three files of the folder. */
export const CLOTH_FILES = ['nodes_ln.csv', 'channels_ln.csv', 'edges_ln.csv'] as const;

export const cloth: ImportFormat = {
  name: 'cloth',
  summary: 'Folder of the CLoTH simulator: nodes_ln.csv, channels_ln.csv, edges_ln.csv',
  members: CLOTH_FILES,
  recognise(files) {
    return CLOTH_FILES.every((name) => [...files.keys()].some((path) => path === name || path.endsWith(`/${name}`)));
  },
  parse,
};

interface Opened {
  readonly table: IntegerTable;
  readonly problems: ImportProblems;
}

function parse(input: ImportInput): ImportOutcome {
  const all: ImportProblems[] = [];
  const open = (name: string, wanted: readonly string[]): Opened | null => {
    const path = [...input.files.keys()].find((key) => key === name || key.endsWith(`/${name}`));
    const text = path === undefined ? undefined : input.files.get(path);
    const problems = new ImportProblems(path ?? name, text ?? '');
    all.push(problems);
    if (text === undefined) {
      problems.atLine('E701', 1, `${name} is missing; a CLoTH network has ${CLOTH_FILES.join(', ')}`);
      return null;
    }
    const table = readIntegerTable(text, wanted, problems);
    return table === null ? null : { table, problems };
  };
  const nodes = open('nodes_ln.csv', ['id']);
  const channels = open('channels_ln.csv', ['id', 'edge1_id', 'edge2_id', 'node1_id', 'node2_id', 'capacity']);
  const edges = open('edges_ln.csv', [
    'id',
    'channel_id',
    'from_node_id',
    'to_node_id',
    'balance',
    'fee_base',
    'fee_proportional',
    'min_htlc',
    'timelock',
  ]);
  const failure = (): ImportOutcome => ({ ok: false, diagnostics: all.flatMap((problems) => problems.list()) });
  if (nodes === null || channels === null || edges === null) return failure();

  const nodeRow = indexById(nodes);
  const edgeRow = indexById(edges);
  const network = readChannels(channels, edges, nodeRow, edgeRow);
  if (all.some((problems) => problems.failed)) return failure();
  const ids = nodes.table.columns[0] as Float64Array;
  return {
    ok: true,
    network: { nodes: Array.from(ids, (id) => ({ name: `n${id}`, labels: {} })), channels: network },
    traffic: { kind: 'none' },
    warnings: all.flatMap((problems) => problems.list()),
  };
}

function indexById({ table, problems }: Opened): Map<number, number> {
  const rows = new Map<number, number>();
  const ids = table.columns[0] as Float64Array;
  for (let row = 0; row < table.length && !problems.full; row++) {
    const id = ids[row] as number;
    if (rows.has(id)) problems.atLine('E704', table.line(row), `id ${id} stands twice in this file`);
    rows.set(id, row);
  }
  return rows;
}

function readChannels(
  channels: Opened,
  edges: Opened,
  nodeRow: ReadonlyMap<number, number>,
  edgeRow: ReadonlyMap<number, number>,
): ImportedChannel[] {
  const { table, problems } = channels;
  const [ids, edge1, edge2, node1, node2, capacities] = table.columns as Float64Array[] as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [, channelOf, from, to, balances] = edges.table.columns as unknown as Float64Array[];
  const cell = (column: Float64Array | undefined, row: number): number => column?.[row] as number;
  const out: ImportedChannel[] = [];
  const seen = new Set<number>();
  for (let row = 0; row < table.length && !problems.full; row++) {
    const id = ids[row] as number;
    const fail = (message: string): void => problems.atLine('E704', table.line(row), message);
    if (seen.has(id)) problems.atLine('E704', table.line(row), `id ${id} stands twice in this file`);
    seen.add(id);
    const ends = [node1[row] as number, node2[row] as number] as const;
    const rows = [edgeRow.get(edge1[row] as number), edgeRow.get(edge2[row] as number)] as const;
    const unknown = ends.find((node) => !nodeRow.has(node));
    if (unknown !== undefined) {
      fail(`node ${unknown} of channel ${id} is not in nodes_ln.csv`);
      continue;
    }
    if (ends[0] === ends[1]) {
      fail(`channel ${id} joins node ${ends[0]} with itself`);
      continue;
    }
    if (rows[0] === undefined || rows[1] === undefined) {
      fail(`edge ${rows[0] === undefined ? edge1[row] : edge2[row]} of channel ${id} is not in edges_ln.csv`);
      continue;
    }
    // Which of the two edges leaves node1 is said by the edge, not by its column.
    const swapped = cell(from, rows[0]) !== ends[0];
    const forward = swapped ? rows[1] : rows[0];
    const backward = swapped ? rows[0] : rows[1];
    const fits = (edge: number, a: number, b: number): boolean =>
      cell(channelOf, edge) === id && cell(from, edge) === a && cell(to, edge) === b;
    if (!fits(forward, ends[0], ends[1]) || !fits(backward, ends[1], ends[0])) {
      fail(`the edges of channel ${id} lead between other nodes than the channel`);
      continue;
    }
    const capacityMsat = capacities[row] as number;
    const balance = cell(balances, forward);
    if (balance + cell(balances, backward) !== capacityMsat) {
      fail(`the balances of channel ${id} do not add up to its capacity`);
      continue;
    }
    const capacitySat = Math.floor(capacityMsat / MSAT_PER_SAT);
    out.push({
      name: `c${id}`,
      node0: nodeRow.get(ends[0]) as number,
      node1: nodeRow.get(ends[1]) as number,
      capacitySat,
      balance0Msat: Math.min(balance, capacitySat * MSAT_PER_SAT),
      announced: true,
      policy0: policyOf(edges.table, forward),
      policy1: policyOf(edges.table, backward),
    });
  }
  return out;
}

function policyOf(edges: IntegerTable, row: number): PolicyPlan {
  const at = (column: number): number => (edges.columns[column] as Float64Array)[row] as number;
  return { feeBaseMsat: at(5), feeRatePpm: at(6), minHtlcMsat: at(7), cltvDelta: at(8) };
}
