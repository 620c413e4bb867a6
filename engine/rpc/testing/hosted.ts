/** A process that has nodes, as `blast model serve` is one, without a process: served in here, on a clock that is handed in. */
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { lndKind } from '../../../models/lnd/index.ts';
import type { ModelKind } from '../../simulate/node-model.ts';
import { BlastService } from '../blast-service.ts';
import { ControlService } from '../control-service.ts';
import { NetworkHost } from '../network-host.ts';
import { serve } from '../serve.ts';
import { serverCredentials } from '../server-credentials.ts';

export interface HostedNodes {
  /** HOST:PORT. */
  readonly address: string;
  /** Calls so far, with the sentence that answered them where they failed. */
  readonly calls: readonly (readonly [name: string, failure: string | null])[];
  /** Networks that were saved. */
  readonly saves: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

export interface HostedNodesOptions {
  readonly model?: ModelKind;
  /** Models that nodes of the control plane may have, too. */
  readonly others?: readonly ModelKind[];
  /** ms. */
  readonly clock: { now(): number };
  readonly saves?: ReadonlyMap<string, string>;
  /** Puts other answers in the place of some. */
  readonly instead?: (own: UntypedServiceImplementation) => UntypedServiceImplementation;
}

/** Blocks come as BLAST's core has them: ten every five seconds. */
export async function hostedNodes(options: HostedNodesOptions): Promise<HostedNodes> {
  const calls: [string, string | null][] = [];
  const saves = new Map(options.saves ?? []);
  const model = options.model ?? lndKind;
  const host = new NetworkHost({
    models: [model, ...(options.others ?? [])],
    defaultModel: model.name,
    walletSat: 100_000_000,
    mining: { blocks: 10, everyUs: 5_000_000 },
    height: 100,
    feeratePerKw: 250,
    nowUs: () => Math.floor(options.clock.now() * 1000),
    sleep: null,
    folder: {
      read: (name) => saves.get(name) ?? null,
      write: (name, text) => void saves.set(name, text),
      list: () => [...saves.keys()],
    },
    stopped: () => {},
    called: (name, failure) => void calls.push([name, failure]),
  });
  const own = new BlastService(host).service();
  const control = new ControlService(host, {
    software: 'test',
    wallClock: true,
    checkOptions: async () => [],
  }).service();
  const instead = options.instead ?? ((implementation) => implementation);
  const server = await serve({ host: '127.0.0.1', port: 0 }, serverCredentials(null), [
    { ...own, implementation: instead(own.implementation) },
    { ...control, implementation: instead(control.implementation) },
  ]);
  return { address: `127.0.0.1:${server.address.port}`, calls, saves, stop: () => server.stop() };
}
