/** Topology `grid`: nodes in rows and columns, numbered row by row, joined with their neighbours. */
import { property } from '../../spec/values.ts';
import {
  ChannelList,
  MOST_GENERATED_NODES,
  nodesSchema,
  numberOf,
  type TopologyKind,
  tooManyChannels,
  topologySchema,
} from './topology.ts';

export const grid: TopologyKind = {
  name: 'grid',
  summary: 'Rows and columns; each node has channels to its neighbours',
  schema: topologySchema(
    'Grid',
    'Nodes in rows and columns, numbered row by row. Each opens channels to its right and lower neighbours.',
    {
      rows: nodesSchema(1, [10], 'Number of rows.'),
      columns: nodesSchema(1, [10], 'Number of columns.'),
      wrap: {
        title: 'Wrap',
        description: 'Joins the last row with the first and the last column with the first (three or more of them).',
        type: 'boolean',
        default: false,
      },
    },
    ['rows', 'columns'],
    { rows: 10, columns: 10 },
  ),
  example: `grid: { rows: 10, columns: 10 }
capacity: 1_000_000 sat`,

  plan(context) {
    const rows = numberOf(context, 'rows', 1);
    const columns = numberOf(context, 'columns', 1);
    const wrap = property(context.args, 'wrap') === true;
    const nodes = rows * columns;
    if (nodes > MOST_GENERATED_NODES) {
      context.report('E303', 'rows', `a grid has at most ${MOST_GENERATED_NODES} nodes, got ${rows} × ${columns}`);
      return null;
    }
    if (nodes < 2) {
      context.report('E303', 'rows', 'a grid needs at least two nodes');
      return null;
    }
    if (tooManyChannels(context, 2 * nodes, 'rows')) return null;
    const channels = new ChannelList();
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const node = row * columns + column;
        if (column + 1 < columns) channels.push(node, node + 1);
        else if (wrap && columns > 2) channels.push(node, row * columns);
        if (row + 1 < rows) channels.push(node, node + columns);
        else if (wrap && rows > 2) channels.push(node, column);
      }
    }
    return { nodes, ...channels };
  },
};
