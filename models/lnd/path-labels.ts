/** What a search of lnd's knows of nodes so far: a label each, and the queue of those that are not settled. */
import { DistanceHeap } from './distance-heap.ts';

// Records of labels here.
export const LABEL = 8;
/** Fees and time locks so far, msat. */
export const WEIGHT = 0;
/** Amount that the node must receive, inbound fee not included (netAmountReceived), and the fee it charges. */
export const AMOUNT = 1;
export const OUTBOUND_FEE = 2;
export const EXPIRY = 3;
export const PAYLOAD_BYTES = 4;
export const NEXT_EDGE = 5;
/** Time lock of the unified edge: the largest of the pair, not the next edge's own. */
export const NEXT_DELTA = 6;

export class PathLabels {
  /** By node: Infinity where it has no label. The recipient is not entered: its place is kept free for a payment to oneself. */
  readonly distance: Float64Array;
  readonly probability: Float64Array;
  /** The rest of the labels, a record a node. */
  readonly records: Float64Array;
  readonly heap: DistanceHeap;
  /** Nodes that were given a label. */
  protected readonly reached: Int32Array;
  protected reachedCount = 0;

  /** @param size nodes that there is room for */
  constructor(size: number) {
    this.distance = new Float64Array(size).fill(Infinity);
    this.probability = new Float64Array(size);
    this.records = new Float64Array(LABEL * size);
    this.reached = new Int32Array(size);
    this.heap = new DistanceHeap(this.distance, this.probability);
  }

  /** Nodes that there is room for. */
  get size(): number {
    return this.distance.length;
  }

  /** Gives a node a label, a better one than it had, and queues it. The caller writes its record afterwards. */
  enter(node: number, distance: number, probability: number): void {
    if (this.distance[node] === Infinity) this.reached[this.reachedCount++] = node;
    this.distance[node] = distance;
    this.probability[node] = probability;
    this.heap.pushOrFix(node);
  }

  /** Whether a pivot was settled before another one to which a label of the same worth leads. Here pivots come in their order. */
  isBefore(_pivot: number, _other: number): boolean {
    return false;
  }

  /** Takes all labels back. */
  forget(): void {
    for (let i = 0; i < this.reachedCount; i++) this.distance[this.reached[i]!] = Infinity;
    this.reachedCount = 0;
    this.heap.clear();
  }
}
