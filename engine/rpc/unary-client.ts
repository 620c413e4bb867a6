/**
 * Unary calls on a process that hosts nodes, for drivers: a deadline on each, and whatever goes wrong told apart as the
 * driver's contract has it (DriverRefusal, DriverFailure).
 */
import {
  ChannelCredentials,
  type ClientUnaryCall,
  credentials,
  logVerbosity,
  makeClientConstructor,
  type ServiceDefinition,
  type ServiceError,
  setLogVerbosity,
  status,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { DriverFailure, type DriverFault, DriverRefusal } from '../backends/rpc/driver.ts';
import type { LinkTarget } from './contract.ts';
import { errorDetail } from './control-errors.ts';

// What goes wrong is told by errors; the library would write it to standard error, too.
setLogVerbosity(logVerbosity.NONE);

/** Largest message, bytes: a list of all channels of a large network. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Pauses between attempts to connect to a process that does not listen yet, ms. */
const RECONNECT_MS = { first: 50, most: 500 };

/** How soon it is noticed that nobody waits for a connection any more, ms. */
const LOOK_MS = 200;

/** Health: SERVING (grpc.health.v1). */
const SERVING = 1;

export type Message = Readonly<Record<string, unknown>>;

/** Who a call is about, for messages. */
export interface CallSubject {
  readonly call: string;
  readonly node: string;
}

/** What a status says about the process; absent: the process has answered with a sentence. */
const FAULTS: Readonly<Partial<Record<status, DriverFault>>> = {
  [status.CANCELLED]: 'unreachable',
  [status.UNAVAILABLE]: 'unreachable',
  [status.DEADLINE_EXCEEDED]: 'late',
  [status.UNIMPLEMENTED]: 'unknown-call',
  [status.INTERNAL]: 'nonsense',
  [status.DATA_LOSS]: 'nonsense',
  [status.RESOURCE_EXHAUSTED]: 'nonsense',
};

type Method = (
  request: object,
  options: { readonly deadline: number },
  answer: (error: ServiceError | null, value?: Message) => void,
) => ClientUnaryCall;

export class UnaryClient {
  readonly #client: InstanceType<ReturnType<typeof makeClientConstructor>>;
  readonly #health: InstanceType<ReturnType<typeof makeClientConstructor>>;
  readonly #callMs: number;
  #closed = false;

  /** @param callMs how long a call may take */
  constructor(service: ServiceDefinition, target: LinkTarget, callMs: number) {
    const access = accessOf(target);
    const options = {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.initial_reconnect_backoff_ms': RECONNECT_MS.first,
      'grpc.min_reconnect_backoff_ms': RECONNECT_MS.first,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MS.most,
    };
    this.#client = new (makeClientConstructor(service, 'nodes'))(target.address, access, options);
    // Over the same connection.
    const channelOverride = this.#client.getChannel();
    this.#health = new (makeClientConstructor(healthService, 'health'))(target.address, access, { channelOverride });
    this.#callMs = callMs;
  }

  /**
   * Waits until the process listens and says that it is well; one without the health service is taken as it is.
   * @throws DriverFailure
   */
  async ready(ms: number): Promise<void> {
    const deadline = Date.now() + ms;
    const subject = { call: 'Health', node: '' };
    while (!(await this.#isConnected(Math.min(Date.now() + LOOK_MS, deadline)))) {
      if (this.#closed || Date.now() >= deadline) {
        throw new DriverFailure('unreachable', subject, `nobody answers there within ${seconds(ms)}`);
      }
    }
    try {
      const { status: health } = await invoke(this.#health, 'check', { service: '' }, deadline);
      if (health !== SERVING && health !== 'SERVING') {
        throw new DriverFailure('unreachable', subject, 'it says of itself that it is not well');
      }
    } catch (error) {
      if (error instanceof DriverFailure) throw error;
      const { code } = error as ServiceError;
      if (code !== status.UNIMPLEMENTED) throw failureOf(error as ServiceError, subject, ms);
    }
  }

  #isConnected(deadline: number): Promise<boolean> {
    return new Promise((resolve) => this.#client.waitForReady(deadline, (error) => resolve(error === undefined)));
  }

  /** @throws DriverRefusal, DriverFailure */
  async call(subject: CallSubject, request: object, ms: number = this.#callMs): Promise<Message> {
    try {
      return await invoke(this.#client, subject.call, request, Date.now() + ms);
    } catch (error) {
      throw failureOf(error as ServiceError, subject, ms);
    }
  }

  close(): void {
    this.#closed = true;
    this.#health.close();
    this.#client.close();
  }
}

function invoke(client: object, name: string, request: object, deadline: number): Promise<Message> {
  return new Promise((resolve, reject) => {
    const method = (client as Record<string, Method | undefined>)[name];
    method?.call(client, request, { deadline }, (error, value) => {
      if (error !== null) reject(error);
      else resolve(value ?? {});
    });
  });
}

function failureOf(error: ServiceError, subject: CallSubject, ms: number): DriverFailure | DriverRefusal {
  // A process that says why is well, unless it says that it is not.
  const detail = errorDetail(error);
  const isRefusal = detail !== null && detail.reason !== 'ERROR_INTERNAL';
  const fault = isRefusal ? undefined : FAULTS[error.code];
  if (fault === undefined) return new DriverRefusal(error.details || error.message);
  return new DriverFailure(fault, subject, reasonOf(fault, error, ms));
}

function reasonOf(fault: DriverFault, error: ServiceError, ms: number): string {
  switch (fault) {
    case 'late':
      return `it did not answer within ${seconds(ms)}`;
    case 'unreachable':
      return `it is not there (any more): ${error.details}`;
    case 'unknown-call':
      return 'it does not know this call';
    case 'nonsense':
      return `its answer cannot be read: ${error.details}`;
  }
}

const seconds = (ms: number): string => `${ms / 1000} s`;

export function accessOf({ tls }: LinkTarget): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  return ChannelCredentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert));
}
