/** Whatever a client of the control plane sends: it gets an answer or a refusal with a reason, and the network stays sound. */
import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { expect, it } from 'vitest';
import { clnKind } from '../../models/cln/index.ts';
import { ldkKind } from '../../models/ldk/index.ts';
import { lndKind } from '../../models/lnd/index.ts';
import { CONTROL_PROTO } from './control-proto.ts';
import type { ControlRequest } from './control-requests.ts';
import { CONTROL_SERVICE, ControlService } from './control-service.ts';
import type { HostedNetworkState } from './hosted-network.ts';
import { NetworkHost } from './network-host.ts';

const root = protobuf.Root.fromJSON(CONTROL_PROTO as protobuf.INamespace).resolveAll();
const methods = (root.lookup('blast.v1.Control') as protobuf.Service).methodsArray.filter(
  ({ responseStream }) => responseStream !== true,
);

interface Called {
  readonly name: string;
  readonly request: ControlRequest;
}

/** Texts: often names that there are. */
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('alice', 'bob', 'carol') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '..', '../x', 'a/b', '__proto__', 'constructor', 'METHOD_AMP', 'x'.repeat(200)),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 8, unit: 'binary' }) },
);

/** 64-bit integers as text: often small, sometimes at a bound. */
const integer = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }).map(String) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 2_000_000 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '-1',
      '9007199254740991',
      '9223372036854775807',
      '-9223372036854775808',
      '18446744073709551615',
    ),
  },
);

function contentOf(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const { type, resolvedType } = field;
  const one: fc.Arbitrary<unknown> =
    type === 'google.protobuf.Struct'
      ? fc.constantFrom(null, { fields: {} }, { fields: { accept_amp: { boolValue: true } } })
      : resolvedType instanceof protobuf.Enum
        ? fc.constantFrom(...Object.keys(resolvedType.values), 99)
        : resolvedType instanceof protobuf.Type
          ? requestOf(resolvedType, depth + 1)
          : type === 'string'
            ? text
            : type === 'bool'
              ? fc.boolean()
              : type.endsWith('32')
                ? integer.map(Number)
                : integer;
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one;
}

/** A message, of which any field may be absent. */
function requestOf(type: protobuf.Type, depth = 0): fc.Arbitrary<ControlRequest> {
  const fields = Object.fromEntries(
    type.fieldsArray.map((field) => [field.name, fc.option(contentOf(field, depth), { nil: undefined, freq: 4 })]),
  );
  return fc.record(fields) as fc.Arbitrary<ControlRequest>;
}

const hostile: fc.Arbitrary<Called> = fc.oneof(
  ...methods.map((method) =>
    requestOf(root.lookupType(`blast.v1.${method.requestType}`)).map((request) => ({ name: method.name, request })),
  ),
);

const node = fc.constantFrom('alice', 'bob', 'carol');
const upTo = (most: number): fc.Arbitrary<string> => fc.integer({ min: 1, max: most }).map(String);
const sensible = (name: string, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Called> =>
  fc.record(fields).map((request) => ({ name, request: request as ControlRequest }));

/** Calls that mostly can be done, so that there is something for the others to break. */
const usual = fc.oneof(
  sensible('Pay', {
    node,
    destination: node,
    amount_msat: upTo(300_000_000),
    method: fc.constantFrom('METHOD_KEYSEND', 'METHOD_INVOICE'),
    hold_us: fc.constantFrom('0', '5000000'),
    return_at_once: fc.boolean(),
  }),
  sensible('Pay', { node, invoice_id: upTo(4), return_at_once: fc.constant(true) }),
  sensible('Pay', { node: fc.constant('alice'), invoice_id: upTo(2), return_at_once: fc.constant(true) }),
  sensible('CreateInvoice', { node, amount_msat: upTo(1_000_000), hold: fc.boolean() }),
  sensible('CreateInvoice', { node: fc.constant('bob'), amount_msat: upTo(1_000_000), hold: fc.constant(true) }),
  sensible('SettleInvoice', { invoice_id: upTo(2) }),
  sensible('CancelInvoice', { invoice_id: upTo(4) }),
  sensible('OpenChannel', { node, peer: node, capacity_sat: upTo(1_000_000), unannounced: fc.boolean() }),
  sensible('CloseChannel', { channel_id: upTo(4), force: fc.boolean() }),
  sensible('SetPolicy', {
    channel_id: fc.constantFrom('0', '1'),
    node: fc.constant('alice'),
    change: fc.constant({ fee_base_msat: '7' }),
  }),
  sensible('AdvanceTime', { duration_us: fc.oneof(upTo(300_000), upTo(60_000_000)) }),
  sensible('MineBlocks', { blocks: fc.integer({ min: 1, max: 10 }) }),
  sensible('CreateNodes', { nodes: fc.constantFrom([{}], [{ model: 'cln' }, { model: 'ldk' }]) }),
  sensible('StopNode', { node: fc.constant('carol'), crash: fc.boolean() }),
  sensible('StartNode', { node }),
  sensible('StartNode', { node }),
);

const calls = fc.array(fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: hostile }), {
  minLength: 5,
  maxLength: 80,
  size: 'max',
});

/** What a server that got the request from a connection would make of it. */
function overTheWire(name: string, request: ControlRequest): unknown {
  const method = CONTROL_SERVICE[name];
  if (method === undefined) throw new Error(`there is no call ${name}`);
  // What does not fit a field cannot be sent, but for what the field cuts off.
  return method.requestDeserialize(method.requestSerialize(request));
}

/** A run makes all calls three times, on networks of models that think: a tenth, as they cost more than ten plain ones. */
const runs = Math.max(100, Math.ceil(Number(process.env.BLAST_PROPERTY_RUNS ?? 400) / 10));

interface Answered {
  readonly error: { readonly code: number; readonly details: string } | null;
  readonly value: unknown;
}

/** A network of three nodes on which the calls are made, one after the other. */
async function served(
  requests: readonly Called[],
  reloadAt = -1,
): Promise<{ readonly answers: readonly Answered[]; readonly end: HostedNetworkState }> {
  const files = new Map<string, string>();
  const host = new NetworkHost({
    models: [clnKind, ldkKind, lndKind],
    defaultModel: 'lnd',
    walletSat: 100_000_000,
    mining: { blocks: 1, everyUs: 60_000_000 },
    height: 100,
    feeratePerKw: 250,
    nowUs: () => 0,
    sleep: null,
    folder: {
      read: (name) => files.get(name) ?? null,
      write: (name, content) => void files.set(name, content),
      list: () => [...files.keys()],
    },
    stopped: () => {},
    called: () => {},
  });
  const service = new ControlService(host, { software: 'test', wallClock: false, checkOptions: async () => [] });
  const implementation = service.implementation();
  const call = (name: string, request: ControlRequest): Promise<Answered> =>
    new Promise((resolve) => {
      const method = implementation[name] as (call: unknown, callback: (...answer: unknown[]) => void) => void;
      method({ request: overTheWire(name, request) }, (error, value) =>
        resolve({ error: error as Answered['error'], value }),
      );
    });
  await call('CreateNodes', { nodes: ['alice', 'bob', 'carol'].map((name) => ({ name })) });
  const channel = { node: 'alice', capacity_sat: '1000000', push_msat: '400000000' };
  await call('OpenChannel', { ...channel, peer: 'bob' });
  await call('OpenChannel', { ...channel, peer: 'carol' });
  await call('MineBlocks', { blocks: 6 });
  await call('AdvanceTime', { duration_us: '60000000' });
  const calling: Promise<Answered>[] = [];
  for (const [i, { name, request }] of requests.entries()) {
    if (i === reloadAt) {
      await call('SaveNetwork', { name: 'kept' });
      expect(await call('LoadNetwork', { name: 'kept', replace: true })).toMatchObject({ error: null });
      files.delete('kept.json');
    }
    const answer = call(name, request);
    calling.push(answer);
    // Payments may be waited for while other calls are made.
    await Promise.race([answer, new Promise((resolve) => setImmediate(resolve))]);
    expect(host.network?.check() ?? null).toBeNull();
  }
  const end = host.open().capture();
  host.end();
  const answers = await Promise.all(calling);
  for (const name of files.keys()) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.json$/);
  return { answers, end };
}

it(
  'no request breaks the server, the same ones are answered alike, and saving and loading in between changes nothing',
  async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.nat({ max: 80 }), async (requests, at) => {
        const whole = await served(requests);
        for (const { error } of whole.answers) {
          if (error !== null) expect([status.INTERNAL, status.UNKNOWN], error.details).not.toContain(error.code);
        }
        const again = await served(requests);
        expect(again.answers.map(comparable)).toEqual(whole.answers.map(comparable));
        expect((await served(requests, at)).end).toEqual(whole.end);
      }),
      { numRuns: runs, endOnFailure: true },
    );
  },
  60_000 + 4_000 * runs,
);

function comparable({ error, value }: Answered): unknown {
  return error === null ? value : [error.code, error.details];
}
