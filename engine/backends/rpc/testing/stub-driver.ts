/** A process for tests of one part of the backend: calls that are not given are not to be made. */
import type { Driver } from '../driver.ts';

const unexpected = (): never => {
  throw new Error('the driver is not to be asked this');
};

export function stubDriver(calls: Partial<Driver>): Driver {
  return {
    target: 'fake at nowhere:1',
    start: unexpected,
    connect: unexpected,
    disconnect: unexpected,
    connected: unexpected,
    openChannel: unexpected,
    closeChannel: unexpected,
    channels: unexpected,
    figures: unexpected,
    save: unexpected,
    stop: unexpected,
    close: unexpected,
    ...calls,
  };
}
