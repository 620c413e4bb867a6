/**
 * What requests read of public edges, side by side and in the order of OutEdges, with Core Lightning's rounding applied once
 * and not with each request. Follows the graph edge by edge.
 */
import type { GraphView } from '../../engine/simulate/node-model.ts';
import { GraphFollower } from '../shared/graph-follower.ts';
import { roundedDown, roundedUp } from './fp16.ts';
import { OutEdges } from './out-edges.ts';
import { representable, type SenderNetwork } from './sender-network.ts';

export class PublicEdges extends OutEdges {
  /** Capacity, exact and as bound of what an edge carries, msat. */
  capacityMsat: Float64Array = new Float64Array(0);
  mostMsat: Float64Array = new Float64Array(0);
  /** Least amount, rounded down; and most, rounded up (or as it is, where it is beyond what rounding can tell); −1 where disabled. */
  minHtlcMsat: Float64Array = new Float64Array(0);
  maxHtlcMsat: Float64Array = new Float64Array(0);
  feeBaseMsat: Float64Array = new Float64Array(0);
  feeRatePpm: Float64Array = new Float64Array(0);
  cltvDelta: Int32Array = new Int32Array(0);
  /** Place of an edge in these columns, −1 where it has none. */
  place: Int32Array = new Int32Array(0);

  readonly #network: SenderNetwork;
  readonly #follower = new GraphFollower({
    layOut: (graph) => this.#resize(graph),
    write: (graph, edge) => this.#write(graph, edge),
  });

  constructor(network: SenderNetwork) {
    super();
    this.#network = network;
  }

  /** Catches up with the graph. */
  follow(): void {
    const { graph } = this.#network;
    this.refresh(graph);
    this.#follower.follow(graph);
  }

  #resize(graph: GraphView): void {
    const count = this.edge.length;
    this.capacityMsat = new Float64Array(count);
    this.mostMsat = new Float64Array(count);
    this.minHtlcMsat = new Float64Array(count);
    this.maxHtlcMsat = new Float64Array(count);
    this.feeBaseMsat = new Float64Array(count);
    this.feeRatePpm = new Float64Array(count);
    this.cltvDelta = new Int32Array(count);
    this.place = new Int32Array(graph.known.length).fill(-1);
    for (let i = 0; i < count; i++) this.place[this.edge[i]!] = i;
  }

  #write(graph: GraphView, edge: number): void {
    const i = this.place[edge] ?? -1;
    if (i < 0) return;
    const base = graph.feeBaseMsat[edge]!;
    const ppm = graph.feeRatePpm[edge]!;
    const most = graph.maxHtlcMsat[edge]!;
    const enabled = graph.disabled[edge] === 0 && representable(base, ppm);
    this.capacityMsat[i] = graph.capacityMsat[edge >> 1]!;
    this.mostMsat[i] = this.#network.publicMost(edge);
    this.minHtlcMsat[i] = roundedDown(graph.minHtlcMsat[edge]!);
    this.maxHtlcMsat[i] = enabled ? Math.max(most, roundedUp(most)) : -1;
    this.feeBaseMsat[i] = base;
    this.feeRatePpm[i] = ppm;
    this.cltvDelta[i] = graph.cltvDelta[edge]!;
  }
}
