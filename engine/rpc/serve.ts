/** A gRPC server of ours: bound, and ended without leaving a call unanswered for long. */
import {
  logVerbosity,
  Server,
  type ServerCredentials,
  type ServiceDefinition,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { addressText, type ListenAddress } from './endpoint.ts';
import { fileDescriptors } from './file-descriptors.ts';

// What goes wrong is told by errors; the library would write it to standard error, too.
setLogVerbosity(logVerbosity.NONE);

/** Largest message, bytes: the first picture of a large network, or what all its nodes remember. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

/** How long calls in progress have when the server ends, ms. */
const SHUTDOWN_MS = 2000;

export interface ServedService {
  /** Full name: blast.v1.Model. */
  readonly name: string;
  /** The .proto file that it stands in, as protobufjs describes it. */
  readonly proto: object;
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

export interface RunningServer {
  readonly address: ListenAddress;
  /** Takes no further calls, and ends those that last too long. */
  stop(): Promise<void>;
}

/** @throws Error that says why the address cannot be used */
export async function serve(
  address: ListenAddress,
  credentials: ServerCredentials,
  services: readonly ServedService[],
): Promise<RunningServer> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    // A second server on the port would take half of the calls.
    'grpc.so_reuseport': 0,
  });
  for (const { definition, implementation } of services) server.addService(definition, implementation);
  addStandardServices(server, services);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(addressText(address), credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return {
    address: { host: address.host, port },
    stop: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.forceShutdown(), SHUTDOWN_MS);
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}

/** What tools expect of any server: the health of each service (grpc.health.v1) and their descriptions (reflection). */
function addStandardServices(server: Server, services: readonly ServedService[]): void {
  const healthy: Record<string, 'SERVING'> = { '': 'SERVING' };
  for (const { name } of services) healthy[name] = 'SERVING';
  new HealthImplementation(healthy).addToServer(server);
  // Of a package definition only these descriptions are read.
  const described = Object.fromEntries(
    services.map(({ name, proto }) => [name, { fileDescriptorProtos: fileDescriptors(proto) }]),
  );
  new ReflectionService(described as unknown as PackageDefinition).addToServer(server);
}
