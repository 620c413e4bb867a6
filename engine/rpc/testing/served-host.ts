/** A host behind a real server on an unused port, in a time that the test sets, and clients of both of its protocols. */
import {
  type Client,
  type ClientReadableStream,
  credentials,
  makeClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { clnKind } from '../../../models/cln/index.ts';
import { lndKind } from '../../../models/lnd/index.ts';
import { BLAST_SERVICE, BlastService } from '../blast-service.ts';
import { errorDetail } from '../control-errors.ts';
import { CONTROL_SERVICE, ControlService } from '../control-service.ts';
import { NetworkHost } from '../network-host.ts';
import { type RunningServer, serve } from '../serve.ts';
import { serverCredentials } from '../server-credentials.ts';

export const SECOND = 1_000_000;

export type Message = Record<string, unknown>;

/** How a call was refused. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly field: string;
  readonly subject: string;
  readonly message: string;
}

export class ServedHost {
  /** Time of the clock, µs. */
  nowUs = 0;
  readonly files: Map<string, string>;
  readonly host: NetworkHost;
  readonly calls: [name: string, failure: string | null][] = [];
  #server: RunningServer | null = null;
  #control: Client | null = null;
  #blast: Client | null = null;
  #service: ControlService | null = null;

  constructor(files: Map<string, string> = new Map()) {
    this.files = files;
    this.host = new NetworkHost({
      models: [clnKind, lndKind],
      defaultModel: 'lnd',
      walletSat: 100_000_000,
      mining: { blocks: 0, everyUs: 0 },
      height: 100,
      feeratePerKw: 250,
      nowUs: () => this.nowUs,
      sleep: null,
      folder: {
        read: (name) => files.get(name) ?? null,
        write: (name, text) => void files.set(name, text),
        list: () => [...files.keys()],
      },
      stopped: () => {},
      called: (name, failure) => void this.calls.push([name, failure]),
    });
  }

  get address(): string {
    return `127.0.0.1:${this.#server?.address.port}`;
  }

  async start(): Promise<this> {
    this.#service = new ControlService(this.host, {
      software: 'blast test',
      wallClock: true,
      maxWaitingEvents: 5_000,
      checkOptions: async ({ options }) =>
        JSON.stringify(options).includes('wrong') ? ['wrong: there is no such option'] : [],
    });
    this.#server = await serve({ host: '127.0.0.1', port: 0 }, serverCredentials(null), [
      new BlastService(this.host).service(),
      this.#service.service(),
    ]);
    const make = (service: typeof CONTROL_SERVICE): Client =>
      new (makeClientConstructor(service, 'S'))(this.address, credentials.createInsecure());
    this.#control = make(CONTROL_SERVICE);
    this.#blast = make(BLAST_SERVICE);
    return this;
  }

  async stop(): Promise<void> {
    this.host.end();
    this.#service?.end();
    this.#control?.close();
    this.#blast?.close();
    await this.#server?.stop();
  }

  control(name: string, request: object = {}): Promise<Message> {
    return unary(this.#control, name, request);
  }

  blast(name: string, request: object = {}): Promise<Message> {
    return unary(this.#blast, name, request);
  }

  /** How a call of the control plane is refused. */
  async refusal(name: string, request: object = {}): Promise<Refusal> {
    const answer: unknown = await this.control(name, request).catch((error: unknown) => error);
    if (!(answer instanceof Error)) throw new Error(`${name} was answered: ${JSON.stringify(answer)}`);
    return refusalOf(answer as ServiceError);
  }

  /** Lets virtual time pass. */
  pass(seconds: number): Promise<Message> {
    return this.control('AdvanceTime', { duration_us: seconds * SECOND });
  }

  /** Nodes alice, bob and carol in a line of channels 1 and 2 of a million sat, half of them at each end, known to all. */
  async line(): Promise<void> {
    await this.control('CreateNodes', { nodes: ['alice', 'bob', 'carol'].map((name) => ({ name })) });
    const channel = { capacity_sat: 1_000_000, push_msat: 500_000_000 };
    await this.control('OpenChannel', { node: 'alice', peer: 'bob', channel_id: 1, ...channel });
    await this.control('OpenChannel', { node: 'bob', peer: 'carol', channel_id: 2, ...channel });
    await this.control('MineBlocks', { blocks: 6 });
    await this.pass(60);
  }

  /** The server has begun all calls so far: it takes them in the order in which they come. */
  async begun(): Promise<void> {
    await this.control('GetServer');
  }

  /** Events of the control plane as they come; the first one is `began`. */
  watch(request: object = {}): ClientReadableStream<Message> {
    const method = (this.#control as unknown as Record<string, (request: object) => ClientReadableStream<Message>>)
      .Watch;
    return (method as (request: object) => ClientReadableStream<Message>).call(this.#control, request);
  }
}

export function refusalOf(error: ServiceError): Refusal {
  const detail = errorDetail(error);
  return {
    code: status[error.code],
    reason: detail?.reason ?? '',
    field: detail?.field ?? '',
    subject: detail?.subject ?? '',
    message: error.details,
  };
}

function unary(client: Client | null, name: string, request: object): Promise<Message> {
  return new Promise((resolve, reject) => {
    const method = (client as unknown as Record<string, (...args: unknown[]) => void>)[name];
    if (method === undefined) throw new Error(`there is no call ${name}`);
    method.call(client, request, (error: ServiceError | null, answer: Message) =>
      error === null ? resolve(answer) : reject(error),
    );
  });
}
