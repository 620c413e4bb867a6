/**
 * Connections between real nodes: the encrypted bytes of BOLT 8, with a delay. Bytes of one direction keep their order.
 * A node never hears of bytes while it is being called: they are put on the agenda first.
 */
import type { Agenda } from './agenda.ts';
import type { Binding, Ldk } from './binding.ts';
import type { RealNode } from './real-node.ts';
import { concat } from './transaction.ts';

interface End {
  readonly node: RealNode;
  readonly peers: Ldk.PeerManager;
  socket: Ldk.SocketDescriptor;
  /** Whether this node believes in the connection. */
  open: boolean;
  /** When what was sent last arrives, and bytes that arrive then. */
  arrivesUs: number;
  sent: Uint8Array[];
}

export interface Connection {
  readonly a: number;
  readonly b: number;
  readonly ends: readonly [End, End];
  /** Nothing gets through, and nobody is told. */
  silent: boolean;
}

export interface WiresWorld {
  readonly binding: Binding;
  readonly agenda: Agenda;
  nowUs(): number;
  /** One-way delay between two nodes, µs. */
  delayUs(a: number, b: number): number;
  /** A node was called and has something to work off. */
  touch(node: RealNode): void;
  /** An end has heard that the connection is gone. */
  gone(connection: Connection, node: RealNode): void;
}

export class Wires {
  readonly #world: WiresWorld;
  readonly #all: Map<string, Connection> = new Map();
  #sockets = 0n;
  /** Bytes sent so far. */
  bytes = 0;

  constructor(world: WiresWorld) {
    this.#world = world;
  }

  between(a: number, b: number): Connection | undefined {
    return this.#all.get(pairOf(a, b));
  }

  /** Connections of a node, in the order of the other node. */
  of(node: number): readonly Connection[] {
    return [...this.#all.values()]
      .filter(({ a, b }) => a === node || b === node)
      .sort((x, y) => x.a + x.b - (y.a + y.b));
  }

  /** Both ends are called; the handshake begins. */
  connect(from: RealNode, to: RealNode): void {
    const { binding } = this.#world;
    const { ldk } = binding;
    const connection: Connection = {
      a: from.index,
      b: to.index,
      ends: [this.#end(from), this.#end(to)],
      silent: false,
    };
    for (const side of [0, 1] as const) {
      connection.ends[side].socket = binding.keep(() => this.#socket(connection, side));
    }
    this.#all.set(pairOf(from.index, to.index), connection);
    const [here, there] = connection.ends;
    const none = ldk.Option_SocketAddressZ.constructor_none();
    binding.must(there.peers.new_inbound_connection(there.socket, none), 'a connection');
    const first = here.peers.new_outbound_connection(to.id, here.socket, none);
    this.#send(connection, 0, binding.must<Uint8Array>(first, 'a connection'));
    this.#world.touch(from);
    this.#world.touch(to);
  }

  /** Ends a connection; `told` are the nodes that know at once, the others hear nothing. */
  cut(connection: Connection, told: readonly number[]): void {
    connection.silent = true;
    if (this.#all.get(pairOf(connection.a, connection.b)) === connection) {
      this.#all.delete(pairOf(connection.a, connection.b));
    }
    for (const end of connection.ends) {
      if (!told.includes(end.node.index) || !end.open) continue;
      end.open = false;
      end.peers.socket_disconnected(end.socket);
      this.#world.touch(end.node);
      this.#world.gone(connection, end.node);
    }
  }

  #end(node: RealNode): End {
    return {
      node,
      peers: node.peers,
      socket: null as unknown as Ldk.SocketDescriptor,
      open: true,
      arrivesUs: -1,
      sent: [],
    };
  }

  #socket(connection: Connection, side: 0 | 1): Ldk.SocketDescriptor {
    const id = this.#sockets++;
    const end = connection.ends[side];
    return this.#world.binding.ldk.SocketDescriptor.new_impl({
      send_data: (data, _resume) => {
        if (end.open) this.#send(connection, side, data);
        return data.length;
      },
      disconnect_socket: () => this.#closed(connection, side),
      eq: (other) => other.hash() === id,
      hash: () => id,
    });
  }

  #send(connection: Connection, side: 0 | 1, data: Uint8Array): void {
    const { agenda } = this.#world;
    const end = connection.ends[side];
    this.bytes += data.length;
    if (connection.silent) return;
    const delay = this.#world.delayUs(connection.a, connection.b);
    const atUs = Math.max(this.#world.nowUs() + delay, end.arrivesUs);
    if (atUs === end.arrivesUs && end.sent.length > 0) {
      end.sent.push(data);
      return;
    }
    const sent = [data];
    end.sent = sent;
    end.arrivesUs = atUs;
    agenda.add(atUs, () => {
      if (end.sent === sent) end.sent = [];
      this.#arrive(connection, side === 0 ? 1 : 0, concat(...sent));
    });
  }

  #arrive(connection: Connection, side: 0 | 1, data: Uint8Array): void {
    const end = connection.ends[side];
    if (connection.silent || !end.open) return;
    const read = end.peers.read_event(end.socket, data);
    this.#world.binding.forget(end.peers);
    if (!read.is_ok()) this.#closed(connection, side);
    this.#world.touch(end.node);
  }

  /** LDK has given up a connection; the other end hears of it after the delay, unless nothing gets through. */
  #closed(connection: Connection, side: 0 | 1): void {
    const { agenda } = this.#world;
    const end = connection.ends[side];
    const other = connection.ends[side === 0 ? 1 : 0];
    if (!end.open) return;
    end.open = false;
    if (this.#all.get(pairOf(connection.a, connection.b)) === connection) {
      this.#all.delete(pairOf(connection.a, connection.b));
    }
    const delay = this.#world.delayUs(connection.a, connection.b);
    agenda.add(this.#world.nowUs(), () => this.#world.gone(connection, end.node));
    if (connection.silent) return;
    agenda.add(Math.max(this.#world.nowUs() + delay, end.arrivesUs), () => {
      if (!other.open || !other.node.running) return;
      other.open = false;
      other.peers.socket_disconnected(other.socket);
      this.#world.touch(other.node);
      this.#world.gone(connection, other.node);
    });
  }
}

function pairOf(a: number, b: number): string {
  return a < b ? `${a}:${b}` : `${b}:${a}`;
}
