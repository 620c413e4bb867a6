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
import { NetworkHost } from './network-host.ts';

const root = protobuf.Root.fromJSON(CONTROL_PROTO as protobuf.INamespace).resolveAll();
const methods = (root.lookup('blast.v1.Control') as protobuf.Service).methodsArray.filter(
  ({ responseStream }) => responseStream !== true,
);

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

const calls = fc.array(
  fc.oneof(
    ...methods.map((method) =>
      requestOf(root.lookupType(`blast.v1.${method.requestType}`)).map((request) => ({ name: method.name, request })),
    ),
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

/** What a server that got the request from a connection would make of it. */
function overTheWire(name: string, request: ControlRequest): unknown {
  const method = CONTROL_SERVICE[name];
  if (method === undefined) throw new Error(`there is no call ${name}`);
  // What does not fit a field cannot be sent, but for what the field cuts off.
  return method.requestDeserialize(method.requestSerialize(request));
}

const runs = Math.ceil(Number(process.env.BLAST_PROPERTY_RUNS ?? 400) / 4);

it(
  'no request breaks the server',
  async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (requests) => {
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
        const call = (name: string, request: ControlRequest): Promise<unknown> =>
          new Promise((resolve) => {
            (implementation[name] as (call: unknown, callback: (error: unknown) => void) => void)(
              { request: overTheWire(name, request) },
              resolve,
            );
          });
        await call('CreateNodes', { nodes: ['alice', 'bob', 'carol'].map((name) => ({ name })) });
        const channel = { node: 'alice', capacity_sat: '1000000', push_msat: '400000000' };
        await call('OpenChannel', { ...channel, peer: 'bob' });
        await call('OpenChannel', { ...channel, peer: 'carol' });
        await call('MineBlocks', { blocks: 6 });
        await call('AdvanceTime', { duration_us: '60000000' });
        const answers: Promise<unknown>[] = [];
        for (const { name, request } of requests) {
          const answer = call(name, request);
          answers.push(answer);
          // Payments may be waited for while other calls are made.
          await Promise.race([answer, new Promise((resolve) => setImmediate(resolve))]);
          expect(host.network?.check() ?? null).toBeNull();
        }
        // Whoever still waits hears that the network is gone.
        await call('NewNetwork', { replace: true });
        for (const error of await Promise.all(answers)) {
          if (error === null) continue;
          const { code, details } = error as { code: number; details: string };
          expect([status.INTERNAL, status.UNKNOWN], details).not.toContain(code);
        }
        for (const name of files.keys()) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.json$/);
      }),
      { numRuns: runs, endOnFailure: true },
    );
  },
  60_000 + 1_000 * runs,
);
