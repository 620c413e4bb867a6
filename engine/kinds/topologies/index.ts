/** The topologies of `network.generate`. A topology is one file; adding one is one line here. */
import { barabasiAlbert } from './barabasi-albert.ts';
import { complete } from './complete.ts';
import { corePeriphery } from './core-periphery.ts';
import { erdosRenyi } from './erdos-renyi.ts';
import { grid } from './grid.ts';
import { line } from './line.ts';
import { mainnetLike } from './mainnet-like.ts';
import { ring } from './ring.ts';
import { star } from './star.ts';
import type { TopologyKind } from './topology.ts';
import { wattsStrogatz } from './watts-strogatz.ts';

export const TOPOLOGY_KINDS: readonly TopologyKind[] = [
  line,
  ring,
  star,
  complete,
  grid,
  barabasiAlbert,
  wattsStrogatz,
  erdosRenyi,
  corePeriphery,
  mainnetLike,
];
