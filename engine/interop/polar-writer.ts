/**
 * Writes a network as the zip that Polar imports: `export.json` with the network and its picture. There are no volumes in
 * it, so that the nodes begin with empty wallets: Polar draws the channels until the nodes are started, and then only
 * those that the nodes have. A Bitcoin node that Polar needs stands behind all of them.
 */

import { sha256Text } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import { MSAT_PER_SAT, US_PER_SECOND } from '../base/numbers.ts';
import type { ExportChannel, ExportFormat, ExportInput, ExportOutcome } from './exported.ts';
import type { ImportedActivity } from './imported.ts';
import { uniqueName } from './names.ts';
import { POLAR_FILE } from './polar.ts';

type Fields = { readonly [key: string]: Json };

export const polarWriter: ExportFormat = {
  name: 'polar',
  summary: 'Zip that Polar imports, with the nodes, and the channels as its picture',
  write,
};

/** What Polar 4 calls an implementation, the newest version that it knows, and the first port of each of its kinds. */
const IMPLEMENTATIONS: ReadonlyMap<
  string,
  { readonly name: string; readonly version: string; readonly ports: Fields }
> = new Map([
  ['lnd', { name: 'LND', version: '0.20.0-beta', ports: { rest: 8081, grpc: 10001, p2p: 9735 } }],
  ['cln', { name: 'c-lightning', version: '25.12', ports: { rest: 8181, grpc: 11001, p2p: 9835 } }],
  ['eclair', { name: 'eclair', version: '0.13.1', ports: { rest: 8281, p2p: 9935 } }],
]);
const BACKEND = 'backend1';
const STOPPED = 3;
/** Places of the picture: columns of nodes, this far apart. */
const COLUMNS = 6;
const SPACE = { x: 250, y: 200 };

function write({ name, network, activities }: ExportInput): ExportOutcome {
  const nodeNames = network.nodes.map((node) => node.name);
  const taken = new Set<string>();
  const channelNames = network.channels.map((one) =>
    uniqueName(`${nodeNames[one.node0]}-${nodeNames[one.node1]}`, taken),
  );
  const docker = { image: '', command: '' };
  const backend = freeName(BACKEND, new Set(nodeNames));
  const lightning = network.nodes.map((node, id): Fields => {
    const { name: implementation, version, ports } = implementationOf(node.model);
    return {
      id,
      networkId: 1,
      name: node.name,
      type: 'lightning',
      implementation,
      version,
      status: STOPPED,
      backendName: backend,
      paths: {},
      ports: Object.fromEntries(Object.entries(ports).map(([key, port]) => [key, (port as number) + id])),
      docker,
    };
  });
  const bitcoin: Fields = {
    id: 0,
    networkId: 1,
    name: backend,
    type: 'bitcoin',
    implementation: 'bitcoind',
    version: '30.0',
    peers: [],
    status: STOPPED,
    ports: { rpc: 18443, p2p: 19444, zmqBlock: 28334, zmqTx: 29335 },
    docker,
  };
  const activity = activities.filter(isSaid).map(({ source, destination, intervalUs, amountMsat }, id) => ({
    id,
    source,
    destination,
    intervalSecs: intervalUs.low / US_PER_SECOND,
    amountMsat: amountMsat.low,
  }));
  const document = {
    network: {
      id: 1,
      name,
      description: 'Exported by BLAST.',
      status: STOPPED,
      path: '',
      autoMineMode: 0,
      manualMineCount: 6,
      nodes: { bitcoin: [bitcoin], lightning, tap: [] },
      ...(activity.length === 0 ? {} : { simulation: { activity, status: STOPPED } }),
    },
    chart: chartOf(nodeNames, lightning, network.channels, backend),
  };
  return {
    target: `${name}.polar.zip`,
    kind: 'archive',
    files: new Map([[POLAR_FILE, `${JSON.stringify(document)}\n`]]),
    nodeNames,
    channelNames,
    activities: activity.length,
    notes: ['Polar draws the channels until the nodes are started: open them there, the nodes begin empty'],
  };
}

/** Polar knows a whole number of seconds and an amount, and nothing that changes or ends. */
function isSaid({ intervalUs, amountMsat, startUs, count }: ImportedActivity): boolean {
  const isPlain = intervalUs.low === intervalUs.high && amountMsat.low === amountMsat.high;
  const later = startUs !== undefined && startUs !== intervalUs.low;
  return (
    isPlain && !later && count === undefined && intervalUs.low >= US_PER_SECOND && intervalUs.low % US_PER_SECOND === 0
  );
}

function implementationOf(model: string): { readonly name: string; readonly version: string; readonly ports: Fields } {
  return (IMPLEMENTATIONS.get(model) ?? IMPLEMENTATIONS.get('lnd')) as { name: string; version: string; ports: Fields };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? freeName(`${name}-bitcoin`, taken) : name;
}

function chartOf(
  names: readonly string[],
  lightning: readonly Fields[],
  channels: readonly ExportChannel[],
  backend: string,
): Fields {
  const ids = channels.map((_, c) => sha256Text(`blast/polar/v1:${c}`));
  const ports = names.map((_, n): { [key: string]: Json } => ({
    'empty-left': { id: 'empty-left', type: 'left' },
    'empty-right': { id: 'empty-right', type: 'right' },
    backend: { id: 'backend', type: 'bottom' },
    ...(lightning[n]?.implementation === 'LND' ? { lndbackend: { id: 'lndbackend', type: 'top' } } : {}),
  }));
  const links: { [key: string]: Json } = {};
  names.forEach((name) => {
    const id = `${name}-${backend}`;
    links[id] = {
      id,
      from: { nodeId: name, portId: 'backend' },
      to: { nodeId: backend, portId: 'backend' },
      properties: { type: 'backend' },
    };
  });
  channels.forEach(({ node0, node1, capacitySat, balance0Msat, announced }, c) => {
    const funding = ids[c] as string;
    // As Polar: the end of the funding transaction’s id, with a letter, so that no key looks like a number.
    const id = `c${funding.slice(-12)}`;
    const toRight = node0 < node1;
    const port = (nodeId: string, initiator: boolean, type: string): Json => ({
      id,
      type,
      properties: { nodeId, initiator, hasAssets: false },
    });
    const [from, to] = [names[node0] as string, names[node1] as string];
    (ports[node0] as { [key: string]: Json })[id] = port(from, true, toRight ? 'right' : 'left');
    (ports[node1] as { [key: string]: Json })[id] = port(to, false, toRight ? 'left' : 'right');
    const toSat = Math.floor((capacitySat * MSAT_PER_SAT - balance0Msat) / MSAT_PER_SAT);
    links[id] = {
      id,
      from: { nodeId: from, portId: id },
      to: { nodeId: to, portId: id },
      properties: {
        type: 'open-channel',
        channelPoint: `${funding}:0`,
        capacity: String(capacitySat),
        fromBalance: String(capacitySat - toSat),
        toBalance: String(toSat),
        direction: toRight ? 'ltr' : 'rtl',
        status: 'Open',
        isPrivate: !announced,
      },
    };
  });
  const nodes = Object.fromEntries(
    names.map((name, n): [string, Json] => {
      const position = { x: 50 + (n % COLUMNS) * SPACE.x, y: 100 + Math.floor(n / COLUMNS) * SPACE.y };
      const size = { width: 200, height: 36 };
      return [
        name,
        { id: name, type: 'lightning', position, ports: ports[n] as Json, size, properties: { status: STOPPED } },
      ];
    }),
  );
  const rows = Math.ceil(names.length / COLUMNS);
  nodes[backend] = {
    id: backend,
    type: 'bitcoin',
    position: { x: SPACE.x, y: 100 + rows * SPACE.y },
    ports: {
      backend: { id: 'backend', type: 'top' },
      'peer-left': { id: 'peer-left', type: 'left' },
      'peer-right': { id: 'peer-right', type: 'right' },
    },
    size: { width: 200, height: 36 },
    properties: { status: STOPPED },
  };
  return { offset: { x: 0, y: 0 }, nodes, links, selected: {}, hovered: {}, scale: 1 };
}
