/** A connection over TCP at which this thread waits. */
import { readSync, writeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Wire } from './waiting-client.ts';

export interface WaitingWire extends Wire {
  close(): void;
}

/**
 * Connects.
 * @returns null where a thread cannot wait at a connection, as with Windows
 * @throws Error that says why nobody is there
 */
export async function waitingWire(address: string): Promise<WaitingWire | null> {
  const socket = await connected(address);
  const descriptor = waitingDescriptor(socket);
  if (descriptor === null) {
    socket.destroy();
    return null;
  }
  return {
    write: (bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    },
    read: (into, at) => readSync(descriptor, into, at, into.length - at, null),
    close: () => void socket.destroy(),
  };
}

/** A connection of which Node itself reads nothing. */
function connected(address: string): Promise<Socket> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), noDelay: true });
    socket.pause();
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // What is wrong with it, reads and writes say.
      socket.on('error', () => {});
      socket.unref();
      resolve(socket);
    });
  });
}

/** What libuv has of a connection, which Node does not document. */
interface Handle {
  readonly fd: number;
  /** Answers 0, or what is wrong. */
  setBlocking(isBlocking: boolean): number;
}

/** The descriptor of a connection, at which reads and writes wait from now on; null where there is no such thing. */
function waitingDescriptor(socket: Socket): number | null {
  const { _handle: handle } = socket as unknown as { readonly _handle: Partial<Handle> | null };
  if (handle?.fd === undefined || handle.fd < 0) return null;
  return handle.setBlocking?.(true) === 0 ? handle.fd : null;
}
