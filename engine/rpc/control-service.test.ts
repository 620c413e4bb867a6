/** The control plane over a real connection, each call and its errors; beside it BLAST's protocol on the same network. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Client, credentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTROL_SERVICE } from './control-service.ts';
import { type Message, type Refusal, SECOND, ServedHost } from './testing/served-host.ts';

let served: ServedHost;

beforeEach(async () => {
  served = await new ServedHost().start();
});

afterEach(async () => {
  expect(served.host.network?.check() ?? null).toBeNull();
  await served.stop();
});

const call = (name: string, request: object = {}): Promise<Message> => served.control(name, request);
const refusal = (name: string, request: object = {}): Promise<Refusal> => served.refusal(name, request);

/** Lets time pass, in steps, so that what one instant leads to happens in the next. */
const pass = (seconds: number): Promise<Message> => served.pass(seconds);

const only = (message: Message, field: string): Message => {
  const list = message[field] as readonly Message[];
  expect(list).toHaveLength(1);
  return list[0] as Message;
};

const line = (): Promise<void> => served.line();

describe('the server', () => {
  it('says what it is and what its nodes can be', async () => {
    const server = await call('GetServer');
    expect(server).toMatchObject({ protocol: 1, software: 'blast test', default_model: 'lnd', wall_clock: true });
    const [cln, lnd] = server.models as readonly Message[];
    expect(cln).toMatchObject({ name: 'cln', payment_options: expect.not.arrayContaining(['amp']) });
    expect(lnd).toMatchObject({
      name: 'lnd',
      payment_options: ['max_cltv_blocks', 'outgoing_channel_ids', 'last_hop', 'amp'],
    });
    expect(JSON.parse(String(lnd?.options_schema))).toMatchObject({ type: 'object' });
  });

  it('has names in its protocol that the simulation plane does not use, and documents every one', () => {
    const read = (name: string): string => readFileSync(`proto/blast/v1/${name}.proto`, 'utf8');
    const root = new protobuf.Root();
    for (const [file, text] of Object.entries(protobuf.common))
      if (file.includes('struct')) root.addJSON((text as { nested: object }).nested as never);
    protobuf.parse(read('model'), root, { keepCase: true });
    protobuf.parse(read('control'), root, { keepCase: true });
    root.resolveAll();
    const names = Object.keys((root.lookup('blast.v1') as protobuf.Namespace).nested ?? {});
    expect(new Set(names).size).toBe(names.length);
    for (const field of read('control').matchAll(
      /^ {2,}(?:optional |repeated )?(?:u?int64|sint64|u?int32|double) (\w+) =/gm,
    )) {
      expect(field[1], 'a number whose name says no unit').toMatch(
        /_(?:sat|msat|us|ppm|per_kw|blocks|height|index|id|ids|hop|made|offered|refused|weight|earned_msat)$|^(?:height|blocks|nodes|channels|forwards|parts|protocol|revision|max_nodes|max_parts|mempool|transactions|sequence|attempt|port|weight)$/,
      );
    }
  });

  it('is found by health checks and by reflection, beside the service of BLAST', async () => {
    const raw = new Client(served.address, credentials.createInsecure());
    const same = (value: Buffer): Buffer => value;
    const reflect = async (request: Buffer): Promise<string> => {
      const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
      const stream = raw.makeBidiStreamRequest(path, same, same);
      stream.write(request);
      const [answer] = (await once(stream, 'data')) as [Buffer];
      stream.end();
      return answer.toString('latin1');
    };
    const services = await reflect(Buffer.from([0x3a, 0x00]));
    expect(services).toContain('blast_proto.BlastRpc');
    expect(services).toContain('blast.v1.Control');
    // file_containing_symbol (field 4): the description of the service, with what it imports.
    const symbol = Buffer.from('blast.v1.Control');
    const description = await reflect(Buffer.concat([Buffer.from([0x22, symbol.length]), symbol]));
    for (const part of ['ErrorDetail', 'AdvanceTime', 'google.protobuf']) expect(description).toContain(part);
    raw.close();
  });
});

describe('nodes', () => {
  it('are made with a model, options, an alias and coins, all or none', async () => {
    const answer = await call('CreateNodes', {
      nodes: [
        {
          name: 'alice',
          alias: 'Alice ⚡',
          model: 'lnd',
          options: { fields: { fee_base_msat: { numberValue: 7 }, accept_amp: { boolValue: true } } },
          wallet_sat: 5,
        },
        { model: 'cln' },
        {},
      ],
    });
    const [alice, cln, lnd] = answer.nodes as readonly [Message, Message, Message];
    expect(alice).toMatchObject({ name: 'alice', alias: 'Alice ⚡', model: 'lnd', running: true, wallet_sat: '5' });
    expect((alice.options as Message).fields).toMatchObject({
      fee_base_msat: { numberValue: 7 },
      accept_amp: { boolValue: true },
    });
    expect((alice.public_key as Buffer).toString('hex')).toMatch(/^0[23][0-9a-f]{64}$/);
    expect(cln).toMatchObject({ name: 'cln-0001', alias: 'cln-0001', model: 'cln', wallet_sat: '100000000' });
    expect(lnd).toMatchObject({ name: 'lnd-0002', model: 'lnd' });
    expect(await refusal('CreateNodes', { nodes: [{ name: 'new' }, { name: 'alice' }] })).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'ERROR_NODE_EXISTS',
      field: 'nodes[1].name',
      subject: 'alice',
    });
    expect((await call('ListNodes')).nodes).toHaveLength(3);
    expect(only(await call('ListNodes', { names: ['cln-0001'] }), 'nodes')).toMatchObject({ name: 'cln-0001' });
  });

  it('may be added to a network in which something happens', async () => {
    await line();
    const before = (await call('ListChannels')).channels;
    await call('CreateNodes', { nodes: [{ name: 'dave', model: 'cln' }] });
    expect((await call('ListChannels')).channels).toEqual(before);
    await call('OpenChannel', { node: 'carol', peer: 'dave', capacity_sat: 200_000 });
    await call('MineBlocks', { blocks: 6 });
    await pass(60);
    const paid = await call('Pay', {
      node: 'alice',
      destination: 'dave',
      amount_msat: 1_000_000,
      return_at_once: true,
    });
    await pass(10);
    expect(await call('GetPayment', { payment_id: paid.payment_id })).toMatchObject({ state: 'PAYMENT_SUCCEEDED' });
  });

  it.each([
    [{ name: '../../etc/passwd' }, 'nodes[0].name', 'ERROR_INVALID_VALUE'],
    [{ name: 'a b' }, 'nodes[0].name', 'ERROR_INVALID_VALUE'],
    [{ name: 'x'.repeat(101) }, 'nodes[0].name', 'ERROR_INVALID_VALUE'],
    [{ name: 'a\u0000' }, 'nodes[0].name', 'ERROR_INVALID_VALUE'],
    [{ alias: 'x'.repeat(33) }, 'nodes[0].alias', 'ERROR_INVALID_VALUE'],
    [{ alias: 'a\u001b[2J' }, 'nodes[0].alias', 'ERROR_INVALID_VALUE'],
    [{ options: { fields: { wrong: { numberValue: 1 } } } }, 'nodes[0].options', 'ERROR_INVALID_VALUE'],
    [{ options: { fields: { x: { numberValue: Number.NaN } } } }, 'nodes[0].options', 'ERROR_INVALID_VALUE'],
    [{ options: nested(40) }, 'nodes[0].options', 'ERROR_INVALID_VALUE'],
    [{ wallet_sat: -1 }, 'nodes[0].wallet_sat', 'ERROR_INVALID_VALUE'],
    [{ wallet_sat: '9223372036854775807' }, 'nodes[0].wallet_sat', 'ERROR_INVALID_VALUE'],
  ])('are not %j', async (node, field, reason) => {
    const refused = await refusal('CreateNodes', { nodes: [node] });
    expect(refused).toMatchObject({ code: 'INVALID_ARGUMENT', reason, field });
    expect((await call('ListNodes')).nodes).toEqual([]);
  });

  it('are not of a model that is not there, not without end, and do not make coins without end', async () => {
    expect(await refusal('CreateNodes', { nodes: [{ model: '../lnd' }] })).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'ERROR_UNKNOWN_MODEL',
      field: 'nodes[0].model',
    });
    const many = Array.from({ length: 10_001 }, () => ({}));
    expect(await refusal('CreateNodes', { nodes: many })).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'nodes' });
    await call('CreateNodes', { nodes: [{ wallet_sat: 2_100_000_000_000_000 }] });
    expect(await refusal('CreateNodes', { nodes: [{ wallet_sat: 1 }] })).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'ERROR_LIMIT',
    });
    expect(await refusal('FundNode', { node: 'lnd-0000', amount_sat: 1 })).toMatchObject({ reason: 'ERROR_LIMIT' });
  });

  it('stop, start, get coins and send them', async () => {
    await call('CreateNodes', { nodes: [{ name: 'alice' }, { name: 'bob', wallet_sat: 0 }] });
    expect(await call('StopNode', { node: 'bob' })).toMatchObject({ running: false });
    expect(await refusal('SendCoins', { node: 'bob', destination: 'alice', amount_sat: 1 })).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'ERROR_NODE_STOPPED',
      subject: 'bob',
    });
    expect(await call('StartNode', { node: 'bob' })).toMatchObject({ running: true });
    expect(await call('FundNode', { node: 'bob', amount_sat: 1_000 })).toMatchObject({ wallet_sat: '1000' });
    await call('SendCoins', { node: 'alice', destination: 'bob', amount_sat: 50_000 });
    await call('MineBlocks', { blocks: 1 });
    expect(only(await call('ListNodes', { names: ['bob'] }), 'nodes')).toMatchObject({ wallet_sat: '51000' });
    expect(await refusal('SendCoins', { node: 'bob', destination: 'alice', amount_sat: 90_000 })).toMatchObject({
      reason: 'ERROR_REFUSED',
      message: expect.stringMatching(/^could not send the coins: /),
    });
    expect(await refusal('FundNode', { node: 'bob', amount_sat: -5 })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'amount_sat',
      subject: '-5',
    });
    for (const name of ['StartNode', 'StopNode', 'FundNode', 'ListPeers', 'CreateInvoice', 'Pay', 'OpenChannel']) {
      expect(await refusal(name, { node: 'mallory', amount_sat: 1, capacity_sat: 20_000 })).toMatchObject({
        code: 'NOT_FOUND',
        reason: 'ERROR_UNKNOWN_NODE',
        field: 'node',
        subject: 'mallory',
      });
    }
    expect(await refusal('ListNodes', { names: ['bob', 'eve'] })).toMatchObject({ field: 'names[1]', subject: 'eve' });
  });
});

describe('peers', () => {
  it('connect, and are kept apart', async () => {
    await call('CreateNodes', { nodes: [{ name: 'alice' }, { name: 'bob' }] });
    await call('ConnectPeer', { node: 'alice', peer: 'bob' });
    expect(await call('ListPeers', { node: 'bob' })).toEqual({ peers: ['alice'] });
    await call('DisconnectPeer', { node: 'bob', peer: 'alice' });
    expect(await call('ListPeers', { node: 'bob' })).toEqual({ peers: [] });
    expect(await refusal('DisconnectPeer', { node: 'bob', peer: 'alice' })).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'ERROR_NOT_CONNECTED',
    });
    expect(await refusal('OpenChannel', { node: 'bob', peer: 'alice', capacity_sat: 30_000 })).toMatchObject({
      reason: 'ERROR_REFUSED',
      message: 'could not open the channel: the peer cannot be reached',
    });
    expect(await refusal('ConnectPeer', { node: 'bob', peer: 'bob' })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'peer',
    });
  });
});

describe('channels', () => {
  it('have two ends, an outpoint, a state and policies', async () => {
    await call('CreateNodes', { nodes: [{ name: 'alice' }, { name: 'bob', model: 'cln' }] });
    const opening = {
      node: 'alice',
      peer: 'bob',
      capacity_sat: 1_000_000,
      push_msat: 250_000,
      policy: { fee_base_msat: 5, cltv_expiry_delta_blocks: 42 },
      peer_policy: { fee_rate_ppm: 77 },
    };
    const pending = await call('OpenChannel', opening);
    expect(pending).toMatchObject({ channel_id: '0', state: 'CHANNEL_PENDING', active: false, short_channel_id: '0' });
    await call('MineBlocks', { blocks: 6 });
    await pass(60);
    const open = only(await call('ListChannels', { node: 'bob' }), 'channels');
    expect(open).toMatchObject({ state: 'CHANNEL_OPEN', active: true, announced: true, capacity_sat: '1000000' });
    expect(open.channel_point).toEqual(pending.channel_point);
    expect(BigInt(String(open.short_channel_id)) >> 40n).toBe(101n);
    const [one, two] = open.ends as readonly Message[];
    expect(one).toMatchObject({ node: 'alice', balance_msat: '999750000' });
    expect(one?.policy).toMatchObject({ fee_base_msat: '5', cltv_expiry_delta_blocks: 42 });
    expect(two).toMatchObject({ node: 'bob', balance_msat: '250000' });
    expect(two?.policy).toMatchObject({ fee_rate_ppm: '77' });
    const figures = only(await call('ListNodes', { names: ['bob'] }), 'nodes');
    expect(figures).toMatchObject({ channels: 1, local_balance_msat: '250000', remote_balance_msat: '999750000' });
  });

  it('close, cooperatively or by force, and their numbers may be used again', async () => {
    await line();
    expect(await call('CloseChannel', { channel_id: 1 })).toMatchObject({ state: 'CHANNEL_CLOSING' });
    expect(await call('CloseChannel', { channel_id: 2, node: 'carol', force: true })).toMatchObject({
      state: 'CHANNEL_FORCE_CLOSING',
    });
    await pass(5);
    await call('MineBlocks', { blocks: 6 });
    expect(await call('ListChannels')).toMatchObject({ channels: [{ channel_id: '2', state: 'CHANNEL_RESOLVING' }] });
    await call('MineBlocks', { blocks: 2_000 });
    expect(await call('ListChannels')).toEqual({ channels: [] });
    expect(await refusal('CloseChannel', { channel_id: 1 })).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'ERROR_REFUSED',
    });
    await call('OpenChannel', { node: 'carol', peer: 'alice', channel_id: 1, capacity_sat: 50_000 });
    const all = (await call('ListChannels', { include_closed: true })).channels as readonly Message[];
    expect(all.map(({ channel_id, state }) => [channel_id, state])).toEqual([
      ['1', 'CHANNEL_CLOSED'],
      ['2', 'CHANNEL_CLOSED'],
      ['1', 'CHANNEL_PENDING'],
    ]);
    expect(new Set(all.map(({ channel_point }) => JSON.stringify(channel_point))).size).toBe(3);
  });

  it.each([
    [{ capacity_sat: 0 }, 'INVALID_ARGUMENT', 'ERROR_INVALID_VALUE', 'capacity_sat'],
    [{ capacity_sat: -1 }, 'INVALID_ARGUMENT', 'ERROR_INVALID_VALUE', 'capacity_sat'],
    [{ capacity_sat: '9223372036854775807' }, 'INVALID_ARGUMENT', 'ERROR_INVALID_VALUE', 'capacity_sat'],
    [{ push_msat: -1 }, 'INVALID_ARGUMENT', 'ERROR_INVALID_VALUE', 'push_msat'],
    [{ push_msat: 30_000_001 }, 'INVALID_ARGUMENT', 'ERROR_INVALID_VALUE', 'push_msat'],
    [{ peer: 'alice' }, 'INVALID_ARGUMENT', 'ERROR_INVALID_VALUE', 'peer'],
    [{ channel_id: 1 }, 'ALREADY_EXISTS', 'ERROR_CHANNEL_EXISTS', 'channel_id'],
    [{ channel_id: '18446744073709551615' }, 'INVALID_ARGUMENT', 'ERROR_INVALID_VALUE', 'channel_id'],
    [{ latency_us: -1 }, 'INVALID_ARGUMENT', 'ERROR_INVALID_VALUE', 'latency_us'],
    [{ policy: { fee_base_msat: -1 } }, 'INVALID_ARGUMENT', 'ERROR_INVALID_VALUE', 'policy.fee_base_msat'],
    [
      { peer_policy: { cltv_expiry_delta_blocks: 70_000 } },
      'INVALID_ARGUMENT',
      'ERROR_INVALID_VALUE',
      'peer_policy.cltv_expiry_delta_blocks',
    ],
    [{ capacity_sat: 10_000 }, 'FAILED_PRECONDITION', 'ERROR_REFUSED', ''],
  ])('do not open with %j', async (more, code, reason, field) => {
    await line();
    const opening = { node: 'alice', peer: 'bob', capacity_sat: 30_000, ...more };
    expect(await refusal('OpenChannel', opening)).toMatchObject({ code, reason, field });
    expect((await call('ListChannels', { include_closed: true })).channels).toHaveLength(2);
  });

  it('are asked about by number and by node', async () => {
    await line();
    expect(only(await call('ListChannels', { channel_id: 2 }), 'channels')).toMatchObject({ channel_id: '2' });
    for (const [name, request] of [
      ['ListChannels', { channel_id: 9 }],
      ['CloseChannel', { channel_id: 9 }],
      ['GetPolicy', { channel_id: 9, node: 'bob' }],
      ['SetPolicy', { channel_id: 9, node: 'bob' }],
    ] as const) {
      expect(await refusal(name, request)).toMatchObject({
        code: 'NOT_FOUND',
        reason: 'ERROR_UNKNOWN_CHANNEL',
        field: 'channel_id',
        subject: '9',
      });
    }
    expect(await refusal('CloseChannel', { channel_id: 1, node: 'carol' })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'node',
      subject: 'carol',
    });
  });

  it('change their policies at once for the node, and after a while for all others', async () => {
    await line();
    const change = { fee_base_msat: 123, disabled: true, inbound_fee_base_msat: -5 };
    const answer = await call('SetPolicy', { channel_id: 2, node: 'bob', change });
    expect(answer.in_force).toMatchObject({ fee_base_msat: '123', disabled: true, inbound_fee_base_msat: '-5' });
    expect(answer.known).toMatchObject({ fee_base_msat: '1000', disabled: false });
    await pass(60);
    const later = await call('GetPolicy', { channel_id: 2, node: 'bob' });
    expect(later.known).toEqual(later.in_force);
    expect(
      await refusal('SetPolicy', { channel_id: 2, node: 'bob', change: { htlc_maximum_msat: 1_000_000_001 } }),
    ).toMatchObject({ code: 'INVALID_ARGUMENT', field: 'change.htlc_maximum_msat' });
    expect(await refusal('SetPolicy', { channel_id: 2, node: 'alice', change })).toMatchObject({ field: 'node' });
    await call('CloseChannel', { channel_id: 2 });
    expect(await refusal('SetPolicy', { channel_id: 2, node: 'bob', change })).toMatchObject({
      reason: 'ERROR_REFUSED',
    });
  });
});

describe('payments', () => {
  it('are answered when they have ended, with route, fee and attempts', async () => {
    await line();
    const paying = call('Pay', { node: 'alice', destination: 'carol', amount_msat: 1_000_000 });
    await served.begun();
    await pass(10);
    const payment = await paying;
    expect(payment).toMatchObject({
      payment_id: '1',
      state: 'PAYMENT_SUCCEEDED',
      failure: 'FAILURE_NONE',
      method: 'METHOD_KEYSEND',
      amount_msat: '1000000',
      fee_msat: '1001',
      attempts_made: 1,
      parts: 1,
      route: [
        { channel_id: '1', from: 'alice', to: 'bob' },
        { channel_id: '2', from: 'bob', to: 'carol' },
      ],
    });
    expect(payment.failure_code).toBeUndefined();
    const attempt = only(payment, 'attempts');
    expect(attempt).toMatchObject({ state: 'PAYMENT_SUCCEEDED', attempt: '0' });
    expect(attempt.hops).toMatchObject([
      { channel_id: '1', amount_msat: '1001001' },
      { channel_id: '2', amount_msat: '1000000' },
    ]);
    expect(payment.payment_hash).toHaveLength(32);
    expect(only(await call('ListNodes', { names: ['bob'] }), 'nodes')).toMatchObject({
      forwards: '1',
      fees_earned_msat: '1001',
    });
    expect(await call('GetPayment', { payment_id: 1, wait: true })).toEqual(payment);
  });

  it('fail with a reason, the last failure message and the hop that sent it', async () => {
    await line();
    await call('SetPolicy', { channel_id: 2, node: 'bob', change: { fee_base_msat: 50_000 } });
    const { payment_id } = await call('Pay', {
      node: 'alice',
      destination: 'carol',
      amount_msat: 1_000_000,
      fee_limit_msat: 5_000,
      return_at_once: true,
    });
    expect(await call('GetPayment', { payment_id })).toMatchObject({ state: 'PAYMENT_IN_FLIGHT' });
    await pass(70);
    const payment = await call('GetPayment', { payment_id, wait: true });
    expect(payment).toMatchObject({
      state: 'PAYMENT_FAILED',
      failure_code: 'CODE_FEE_INSUFFICIENT',
      failure_hop: 1,
      fee_msat: '0',
      parts: 0,
    });
    expect(['FAILURE_ROUTE_NOT_FOUND', 'FAILURE_RETRIES_EXHAUSTED']).toContain(payment.failure);
    const attempts = payment.attempts as readonly Message[];
    expect(attempts).toHaveLength(Number(payment.attempts_made));
    expect(attempts[0]).toMatchObject({
      state: 'PAYMENT_FAILED',
      failure_code: 'CODE_FEE_INSUFFICIENT',
      failure_hop: 1,
    });
  });

  it('of a payer that is stopped are not dispatched', async () => {
    await line();
    await call('StopNode', { node: 'alice' });
    expect(await call('Pay', { node: 'alice', destination: 'carol', amount_msat: 1_000 })).toMatchObject({
      state: 'PAYMENT_FAILED',
      failure: 'FAILURE_NOT_DISPATCHED',
      attempts_made: 0,
    });
  });

  it('take the options that the implementation has', async () => {
    await line();
    const pay = { node: 'alice', destination: 'carol', amount_msat: 1_000_000, return_at_once: true };
    await call('OpenChannel', { node: 'alice', peer: 'bob', channel_id: 3, capacity_sat: 500_000 });
    await call('MineBlocks', { blocks: 6 });
    await pass(60);
    const options = {
      outgoing_channel_ids: [3],
      last_hop: 'bob',
      max_cltv_blocks: 1_000,
      max_parts: 1,
      timeout_us: SECOND,
    };
    const { payment_id } = await call('Pay', { ...pay, ...options });
    const routed = await call('Pay', { ...pay, route_channel_ids: [1, 2] });
    const amp = await call('Pay', { ...pay, method: 'METHOD_AMP' });
    const probe = await call('Pay', { ...pay, probe: true });
    await pass(10);
    const route = async (id: unknown): Promise<unknown> =>
      ((await call('GetPayment', { payment_id: id })).route as readonly Message[]).map(({ channel_id }) => channel_id);
    expect(await route(payment_id)).toEqual(['3', '2']);
    expect(await route(routed.payment_id)).toEqual(['1', '2']);
    // Its recipient takes no AMP.
    expect(await call('GetPayment', { payment_id: amp.payment_id })).toMatchObject({
      state: 'PAYMENT_FAILED',
      method: 'METHOD_AMP',
    });
    expect(await call('GetPayment', { payment_id: probe.payment_id })).toMatchObject({
      state: 'PAYMENT_FAILED',
      failure_code: 'CODE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS',
      failure_hop: 2,
    });
    await call('CreateNodes', { nodes: [{ name: 'dave', model: 'cln' }] });
    expect(await refusal('Pay', { ...pay, node: 'dave', method: 'METHOD_AMP' })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'ERROR_UNSUPPORTED',
      field: 'method',
      subject: 'cln',
    });
  });

  it.each([
    [{ amount_msat: 0 }, 'amount_msat'],
    [{ amount_msat: -1 }, 'amount_msat'],
    [{ amount_msat: '9223372036854775807' }, 'amount_msat'],
    [{ destination: 'alice' }, 'destination'],
    [{ fee_limit_msat: -1 }, 'fee_limit_msat'],
    [{ timeout_us: '9000000000000000' }, 'timeout_us'],
    [{ max_parts: 0 }, 'max_parts'],
    [{ hold_us: -1 }, 'hold_us'],
    [{ max_cltv_blocks: 4_000_000_000 }, 'max_cltv_blocks'],
    [{ method: 77 }, 'method'],
  ])('are not started with %j', async (more, field) => {
    await line();
    const pay = { node: 'alice', destination: 'carol', amount_msat: 1_000, ...more };
    expect(await refusal('Pay', pay)).toMatchObject({ code: 'INVALID_ARGUMENT', field });
  });

  it('that nobody knows are not found', async () => {
    await line();
    for (const [name, request, reason, field] of [
      ['GetPayment', { payment_id: 1 }, 'ERROR_UNKNOWN_PAYMENT', 'payment_id'],
      ['Pay', { node: 'alice', invoice_id: 5 }, 'ERROR_UNKNOWN_INVOICE', 'invoice_id'],
      ['Pay', { node: 'alice', destination: 'eve', amount_msat: 1 }, 'ERROR_UNKNOWN_NODE', 'destination'],
      [
        'Pay',
        { node: 'alice', destination: 'bob', amount_msat: 1, outgoing_channel_ids: [1, 7] },
        'ERROR_UNKNOWN_CHANNEL',
        'outgoing_channel_ids[1]',
      ],
      ['GetInvoice', { invoice_id: 1 }, 'ERROR_UNKNOWN_INVOICE', 'invoice_id'],
      ['SettleInvoice', { invoice_id: '4294967296' }, 'ERROR_UNKNOWN_INVOICE', 'invoice_id'],
    ] as const) {
      expect(await refusal(name, request)).toMatchObject({ code: 'NOT_FOUND', reason, field });
    }
    expect(await refusal('GetInvoice', { invoice_id: 0 })).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('make room as they come', async () => {
    await line();
    for (let i = 0; i < 300; i++) {
      await call('Pay', { node: 'alice', destination: 'bob', amount_msat: 1_000, return_at_once: true });
    }
    await pass(60);
    const last = await call('GetPayment', { payment_id: 300 });
    expect(last).toMatchObject({ state: 'PAYMENT_SUCCEEDED' });
    expect(await call('GetPayment', { payment_id: 1 })).toMatchObject({ state: 'PAYMENT_SUCCEEDED' });
  });
});

describe('invoices', () => {
  it('are paid once, and tell who did', async () => {
    await line();
    const made = await call('CreateInvoice', { node: 'carol', amount_msat: 5_000, expiry_us: 60 * SECOND });
    expect(made).toMatchObject({
      invoice_id: '1',
      node: 'carol',
      state: 'INVOICE_OPEN',
      amount_msat: '5000',
      payer: '',
    });
    expect(Number(made.expires_us) - Number(made.created_us)).toBe(60 * SECOND);
    const pay = { node: 'alice', invoice_id: 1, return_at_once: true };
    const { payment_id } = await call('Pay', pay);
    await pass(5);
    const paid = await call('GetPayment', { payment_id });
    expect(paid).toMatchObject({
      state: 'PAYMENT_SUCCEEDED',
      destination: 'carol',
      invoice_id: '1',
      method: 'METHOD_INVOICE',
    });
    expect(paid.payment_hash).toEqual(made.payment_hash);
    expect(await call('GetInvoice', { invoice_id: 1 })).toMatchObject({ state: 'INVOICE_SETTLED', payer: 'alice' });
    const again = await call('Pay', pay);
    await pass(5);
    expect(await call('GetPayment', { payment_id: again.payment_id })).toMatchObject({ state: 'PAYMENT_FAILED' });
    expect(await refusal('CancelInvoice', { invoice_id: 1 })).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'ERROR_INVOICE_STATE',
      subject: '1',
    });
    await pass(60);
    await call('CreateInvoice', { node: 'carol', amount_msat: 5_000, expiry_us: 1 });
    await pass(1);
    expect(await call('GetInvoice', { invoice_id: 2 })).toMatchObject({ state: 'INVOICE_EXPIRED' });
  });

  it('are held until they are settled or cancelled', async () => {
    await line();
    for (const end of ['SettleInvoice', 'CancelInvoice'] as const) {
      const { invoice_id } = await call('CreateInvoice', { node: 'carol', hold: true });
      expect(await refusal('SettleInvoice', { invoice_id })).toMatchObject({ reason: 'ERROR_INVOICE_STATE' });
      const { payment_id } = await call('Pay', { node: 'alice', invoice_id, amount_msat: 7_000, return_at_once: true });
      await pass(5);
      expect(await call('GetInvoice', { invoice_id })).toMatchObject({ state: 'INVOICE_HELD', payer: 'alice' });
      expect(await call('GetPayment', { payment_id })).toMatchObject({ state: 'PAYMENT_IN_FLIGHT' });
      await call(end, { invoice_id });
      await pass(5);
      const settled = end === 'SettleInvoice';
      expect(await call('GetInvoice', { invoice_id })).toMatchObject({
        state: settled ? 'INVOICE_SETTLED' : 'INVOICE_CANCELLED',
      });
      expect(await call('GetPayment', { payment_id })).toMatchObject({
        state: settled ? 'PAYMENT_SUCCEEDED' : 'PAYMENT_FAILED',
      });
    }
  });

  it('are paid by what they ask for', async () => {
    await line();
    await call('CreateInvoice', { node: 'carol', amount_msat: 5_000 });
    await call('CreateInvoice', { node: 'carol' });
    const refused = [
      [{ invoice_id: 1, amount_msat: 6_000 }, 'amount_msat'],
      [{ invoice_id: 2 }, 'amount_msat'],
      [{ invoice_id: 1, destination: 'bob' }, 'destination'],
      [{ invoice_id: 1, method: 'METHOD_KEYSEND' }, 'method'],
    ] as const;
    for (const [more, field] of refused) {
      expect(await refusal('Pay', { node: 'alice', ...more })).toMatchObject({ code: 'INVALID_ARGUMENT', field });
    }
    expect(await refusal('CreateInvoice', { node: 'carol', amount_msat: -1 })).toMatchObject({ field: 'amount_msat' });
    expect(await refusal('CreateInvoice', { node: 'carol', expiry_us: 0 })).toMatchObject({ field: 'expiry_us' });
    await call('StopNode', { node: 'carol' });
    expect(await refusal('CreateInvoice', { node: 'carol' })).toMatchObject({ reason: 'ERROR_NODE_STOPPED' });
  });

  it('make room as they come', async () => {
    await line();
    for (let i = 0; i < 300; i++) await call('CreateInvoice', { node: 'carol', amount_msat: 1_000 + i });
    await call('Pay', { node: 'alice', invoice_id: 3, return_at_once: true });
    const { payment_id } = await call('Pay', { node: 'alice', invoice_id: 299, return_at_once: true });
    await pass(5);
    expect(await call('GetPayment', { payment_id })).toMatchObject({ state: 'PAYMENT_SUCCEEDED', amount_msat: '1298' });
    expect(await call('GetInvoice', { invoice_id: 3 })).toMatchObject({
      state: 'INVOICE_SETTLED',
      amount_msat: '1002',
    });
  });
});

describe('the chain', () => {
  it('grows when it is told to, by itself, and with the time that passes', async () => {
    expect(await call('GetChain')).toMatchObject({ height: 100, time_us: '0', feerate_per_kw: 250 });
    expect(await call('MineBlocks', { blocks: 3 })).toMatchObject({ height: 103 });
    await call('SetMining', { mining: { blocks: 2, interval_us: 10 * SECOND } });
    expect(await pass(25)).toMatchObject({ height: 107, time_us: String(25 * SECOND) });
    served.nowUs += 5 * SECOND;
    expect(await call('GetChain')).toMatchObject({ height: 109, time_us: String(30 * SECOND) });
    await call('SetMining');
    expect(await pass(100)).toMatchObject({ height: 109, mining: { blocks: 0, interval_us: '0' } });
    expect(await call('SetFeerate', { feerate_per_kw: 5_000 })).toMatchObject({ feerate_per_kw: 5_000 });
  });

  it.each([
    ['MineBlocks', { blocks: 0 }, 'blocks'],
    ['MineBlocks', { blocks: 4_294_967_295 }, 'blocks'],
    ['SetMining', { mining: { blocks: 1, interval_us: 1 } }, 'mining.interval_us'],
    ['SetMining', { mining: { blocks: 0, interval_us: SECOND } }, 'mining.blocks'],
    ['SetFeerate', { feerate_per_kw: 0 }, 'feerate_per_kw'],
    ['AdvanceTime', { duration_us: -1 }, 'duration_us'],
    ['AdvanceTime', { duration_us: '9223372036854775807' }, 'duration_us'],
    ['NewNetwork', { height: 0 }, 'height'],
    ['NewNetwork', { gossip_us: -1 }, 'gossip_us'],
  ])('%s refuses %j', async (name, request, field) => {
    expect(await refusal(name, request)).toMatchObject({ code: 'INVALID_ARGUMENT', field });
  });

  it('does not grow without end in one call', async () => {
    await call('SetMining', { mining: { blocks: 10_000, interval_us: 1_000 } });
    expect(await refusal('AdvanceTime', { duration_us: SECOND })).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'ERROR_LIMIT',
      field: 'duration_us',
    });
    expect(await call('GetChain')).toMatchObject({ height: 100 });
  });
});

describe('networks', () => {
  it('begin with settings of their own', async () => {
    await call('CreateNodes', { nodes: [{}] });
    expect(await refusal('NewNetwork', {})).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'ERROR_NETWORK_IN_USE',
      field: 'replace',
    });
    await call('NewNetwork', { replace: true, height: 5, feerate_per_kw: 1_000, gossip_us: 0 });
    expect(await call('GetChain')).toMatchObject({ height: 5, feerate_per_kw: 1_000 });
    expect(await call('ListNodes')).toEqual({ nodes: [] });
  });

  it('go on where they were saved, with payments in flight, invoices and peers', async () => {
    await line();
    await call('CreateInvoice', { node: 'carol', hold: true, amount_msat: 9_000 });
    const { payment_id } = await call('Pay', { node: 'alice', invoice_id: 1, return_at_once: true });
    await pass(5);
    await call('SaveNetwork', { name: 'held' });
    const all = ['ListNodes', 'ListChannels', 'GetChain'] as const;
    const before = await Promise.all(all.map((name) => call(name)));
    await call('SettleInvoice', { invoice_id: 1 });
    await pass(5);
    const after = await Promise.all(all.map((name) => call(name)));

    const { files } = served;
    await served.stop();
    served = await new ServedHost(files).start();
    expect(await call('ListNetworks')).toEqual({ names: ['held'] });
    expect(await call('LoadNetwork', { name: 'held' })).toMatchObject({ nodes: 3 });
    expect(await Promise.all(all.map((name) => call(name)))).toEqual(before);
    expect(await call('GetPayment', { payment_id })).toMatchObject({
      state: 'PAYMENT_IN_FLIGHT',
      invoice_id: '1',
      attempts_made: 1,
      attempts: [],
    });
    await call('SettleInvoice', { invoice_id: 1 });
    await pass(5);
    expect(await Promise.all(all.map((name) => call(name)))).toEqual(after);
    expect(await call('GetPayment', { payment_id })).toMatchObject({ state: 'PAYMENT_SUCCEEDED', parts: 1 });
    const next = await call('Pay', { node: 'alice', destination: 'bob', amount_msat: 1_000, return_at_once: true });
    expect(next.payment_id).toBe('2');
  });

  it('know which names of channels were taken by openings that were refused', async () => {
    await line();
    await refusal('OpenChannel', { node: 'alice', peer: 'carol', capacity_sat: 10_000 });
    await call('SaveNetwork', { name: 'one' });
    const opening = { node: 'alice', peer: 'carol', capacity_sat: 50_000 };
    const undisturbed = await call('OpenChannel', opening);
    await call('LoadNetwork', { name: 'one', replace: true });
    expect(await call('OpenChannel', opening)).toEqual(undisturbed);
  });

  it('that go end the calls that wait for their payments', async () => {
    await line();
    const paying = served.refusal('Pay', { node: 'alice', destination: 'carol', amount_msat: 1_000 });
    await served.begun();
    await call('NewNetwork', { replace: true });
    expect(await paying).toMatchObject({ code: 'ABORTED', reason: 'ERROR_NETWORK_REPLACED' });
  });

  it.each(['', '..', '.', '../x', '/etc/passwd', 'a/b', 'a\\b', '.x', 'x\u0000', 'é', 'x'.repeat(101)])(
    'have no name like %j',
    async (name) => {
      for (const method of ['SaveNetwork', 'LoadNetwork']) {
        expect(await refusal(method, { name })).toMatchObject({
          code: 'INVALID_ARGUMENT',
          reason: 'ERROR_INVALID_VALUE',
          field: 'name',
        });
      }
      expect(served.files.size).toBe(0);
    },
  );

  it('are not loaded when they are missing, damaged, foreign, or nodes are in the way', async () => {
    await call('CreateNodes', { nodes: [{ model: 'cln' }] });
    await call('SaveNetwork', { name: 'one' });
    expect(await refusal('LoadNetwork', { name: 'one' })).toMatchObject({ reason: 'ERROR_NETWORK_IN_USE' });
    const text = served.files.get('one.json') as string;
    for (const [damaged, code, reason] of [
      [text.slice(0, 50), 'DATA_LOSS', 'ERROR_NETWORK_DAMAGED'],
      [text.replace('"payments":0', '"payments":9'), 'DATA_LOSS', 'ERROR_NETWORK_DAMAGED'],
      [text.replace('blast-host/2', 'blast-host/3'), 'FAILED_PRECONDITION', 'ERROR_NETWORK_FOREIGN'],
      ['[]', 'FAILED_PRECONDITION', 'ERROR_NETWORK_FOREIGN'],
    ] as const) {
      served.files.set('one.json', damaged);
      expect(await refusal('LoadNetwork', { name: 'one', replace: true })).toMatchObject({
        code,
        reason,
        field: 'name',
      });
    }
    expect(await refusal('LoadNetwork', { name: 'two', replace: true })).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'ERROR_UNKNOWN_NETWORK',
      subject: 'two',
    });
    expect((await call('ListNodes')).nodes).toHaveLength(1);
  });

  it('of the former format go on', async () => {
    served.files.set('former.json', readFileSync('tests/fixtures/versions/host.v1.json', 'utf8'));
    expect(await call('LoadNetwork', { name: 'former' })).toMatchObject({ nodes: 3, time_us: '11120000' });
    expect(await call('ListPeers', { node: 'lnd-0000' })).toEqual({ peers: ['lnd-0001', 'lnd-0002'] });
    const channels = (await call('ListChannels')).channels as readonly Message[];
    expect(channels.map(({ channel_id, state }) => [channel_id, state])).toEqual([
      ['7', 'CHANNEL_OPEN'],
      ['8', 'CHANNEL_PENDING'],
    ]);
    await call('Pay', { node: 'lnd-0000', destination: 'lnd-0001', amount_msat: 1_000, return_at_once: true });
    await pass(2);
    expect(await call('GetPayment', { payment_id: 1 })).toMatchObject({ state: 'PAYMENT_SUCCEEDED' });
  });
});

describe('both protocols', () => {
  it('see one network', async () => {
    await served.blast('StartNodes', { num_nodes: 2 });
    expect(await served.control('ListNodes')).toMatchObject({ nodes: [{ name: 'lnd-0000' }, { name: 'lnd-0001' }] });
    await call('OpenChannel', { node: 'lnd-0000', peer: 'lnd-0001', channel_id: 7, capacity_sat: 30_000 });
    await call('MineBlocks', { blocks: 6 });
    await pass(1);
    expect(await served.blast('GetModelChannels')).toEqual({ channels: '7: lnd-0000 -> lnd-0001' });
    await call('Pay', { node: 'lnd-0000', destination: 'lnd-0001', amount_msat: 2_000_000, return_at_once: true });
    await pass(5);
    expect(await served.blast('ChannelBalance', { node: 'lnd-0001' })).toEqual({ balance: '2000' });
    await served.blast('CloseChannel', { node: 'lnd-0001', channel_id: 7 });
    expect(only(await call('ListChannels'), 'channels')).toMatchObject({ state: 'CHANNEL_CLOSING' });
    await served.blast('StopModel');
    expect(await call('ListNodes')).toEqual({ nodes: [] });
  });

  it('load what the other one saved', async () => {
    await served.blast('StartNodes', { num_nodes: 2 });
    await served.blast('Save', { sim: 'by-blast' });
    await call('LoadNetwork', { name: 'by-blast', replace: true });
    expect((await call('ListNodes')).nodes).toHaveLength(2);
    await call('NewNetwork', { replace: true });
    await call('CreateNodes', { nodes: [{ name: 'alice' }, { name: 'bob' }] });
    await call('OpenChannel', { node: 'alice', peer: 'bob', capacity_sat: 30_000, channel_id: 3 });
    await call('SaveNetwork', { name: 'by-control' });
    await call('NewNetwork', { replace: true });
    await served.blast('Load', { sim: 'by-control' });
    await call('MineBlocks', { blocks: 6 });
    await pass(1);
    expect(await served.blast('GetModelChannels')).toEqual({ channels: '3: alice -> bob' });
    await call('CreateNodes', { nodes: [{ model: 'cln' }] });
    await call('SaveNetwork', { name: 'mixed' });
    await call('NewNetwork', { replace: true });
    await expect(served.blast('Load', { sim: 'mixed' })).rejects.toThrow(
      'the saved network mixed is of cln, not of lnd',
    );
  });
});

it('every call is tested here', () => {
  const files = ['control-service', 'control-additions'].map((name) => `engine/rpc/${name}.test.ts`);
  const text = files.map((file) => readFileSync(file, 'utf8')).join('');
  for (const name of Object.keys(CONTROL_SERVICE)) {
    expect(text.includes(`'${name}'`) || name === 'Watch', name).toBe(true);
  }
});

/** Options that are nested so deeply. */
function nested(depth: number): object {
  let value: object = { numberValue: 1 };
  for (let i = 0; i < depth; i++) value = { structValue: { fields: { x: value } } };
  return { fields: { x: value } };
}
