/** What a model keeps of its nodes, by node index. Holds and hands out; decides nothing. */

export class NodeTable<State> {
  readonly #implementation: string;
  /** Null for nodes of another implementation. */
  readonly #nodes: (State | null)[] = [];

  /** @param implementation name with its article, for the message of a mistake: `an lnd node` */
  constructor(implementation: string) {
    this.#implementation = implementation;
  }

  add(node: number, state: State): void {
    while (this.#nodes.length <= node) this.#nodes.push(null);
    this.#nodes[node] = state;
  }

  /** @throws Error when the node was never added: the simulator asked the wrong model. */
  of(node: number): State {
    const state = this.#nodes[node];
    if (state === undefined || state === null) throw new Error(`node ${node} is not ${this.#implementation}`);
    return state;
  }
}
