/** Streams of what happens in the network of a host (Watch of the control plane). */
import type { ServerWritableStream } from '@grpc/grpc-js';
import { controlFailure } from './control-errors.ts';
import { type ControlMessage, eventMessage } from './control-messages.ts';
import { type ControlRequest, list } from './control-requests.ts';
import { HostError, within } from './host-error.ts';
import type { HostEvent, NetworkHost } from './network-host.ts';

type Stream = ServerWritableStream<ControlRequest, ControlMessage>;

const EVENT_KINDS: ReadonlySet<string> = new Set([
  'EVENT_BLOCK',
  'EVENT_TRANSACTION',
  'EVENT_NODE',
  'EVENT_PEERS',
  'EVENT_CHANNEL',
  'EVENT_POLICY',
  'EVENT_PAYMENT',
  'EVENT_HTLC',
  'EVENT_INVOICE',
  'EVENT_NETWORK',
]);

export class ControlEvents {
  readonly #host: NetworkHost;
  readonly #mostWaiting: number;
  /** Streams that go on. */
  readonly #watching = new Set<Stream>();

  /** @param mostWaiting events that may wait for a client */
  constructor(host: NetworkHost, mostWaiting: number) {
    this.#host = host;
    this.#mostWaiting = mostWaiting;
  }

  /** Ends all streams. */
  end(): void {
    for (const call of this.#watching) call.end();
  }

  /** Tells a client what happens from now on, as it asks for. Whatever is wrong ends the stream. */
  watch(call: Stream): void {
    const { called } = this.#host.options;
    let sequence = 0;
    let release = (): void => {};
    const fail = (error: unknown): void => {
      release();
      called('Watch', (error as Error).message);
      call.emit('error', controlFailure(error));
    };
    const send = (what: ControlMessage, timeUs: number): void => {
      call.write({ sequence: ++sequence, time_us: timeUs, ...what });
    };
    try {
      const network = this.#host.open();
      this.#host.catchUp();
      const kinds = new Set(list(call.request, 'kinds').map((kind) => knownKind(String(kind))));
      const names = new Set(list(call.request, 'nodes').map(String));
      for (const [i, name] of [...names].entries()) within(`nodes[${i}]`, () => network.nodes.named(name));
      const wants = (event: HostEvent): boolean => kinds.size === 0 || kinds.has(`EVENT_${event.kind.toUpperCase()}`);
      release = this.#host.listen((event, timeUs) => {
        if (!wants(event)) return;
        const now = this.#host.open();
        const { what, nodes } = eventMessage(now, event);
        if (names.size > 0 && nodes !== null && !nodes.some((node) => names.has(now.nodes.name(node)))) return;
        if (call.writableLength >= this.#mostWaiting) {
          fail(new HostError('too many events wait for the client', 'watcher_slow'));
          return;
        }
        send(what, timeUs);
      });
      const over = (): void => {
        release();
        this.#watching.delete(call);
      };
      this.#watching.add(call);
      call.on('cancelled', over);
      call.on('close', over);
      called('Watch', null);
      send({ began: { height: network.chain().height } }, network.timeUs);
    } catch (error) {
      fail(error);
    }
  }
}

function knownKind(kind: string): string {
  if (EVENT_KINDS.has(kind)) return kind;
  throw new HostError(`there is no kind of events ${kind}`, 'invalid_value', { field: 'kinds', subject: kind });
}
