/** The suite with what BLAST's own lnd model has answered, and recordings of other processes. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { SUITE } from '../engine/cli/conformance/suite.ts';
import { parseRecording, type RecordedCall, type Recording, recordingText } from '../engine/rpc/recording.ts';
import { type HostedNodes, hostedNodes } from '../engine/rpc/testing/hosted.ts';
import { blast, jumpingClock, ROOT, temporaryFolder } from './testing/command.ts';

const KEPT = path.join(ROOT, 'tests/fixtures/blast-lnd.recording.json');
const GOLDEN = path.join(ROOT, 'engine/backends/golden');
const folder = temporaryFolder();
const served: HostedNodes[] = [];

afterEach(async () => {
  for (const one of served.splice(0)) await one.stop();
});

interface Report {
  readonly code: number;
  readonly err: string;
  readonly passed: readonly string[];
  readonly failed: readonly (readonly [name: string, reason: string])[];
  /** Of the group that the protocol of BLAST can play. */
  readonly notOffered: readonly (readonly [name: string, reason: string])[];
}

async function check(...args: string[]): Promise<Report> {
  const { code, out, err } = await blast(['model', 'check', ...args, '--format', 'json'], {
    clock: jumpingClock(),
    cwd: folder,
  });
  const { checks } = (out === '' ? { checks: [] } : JSON.parse(out)) as {
    readonly checks: readonly {
      readonly group: string;
      readonly name: string;
      readonly status: string;
      readonly reason: string;
    }[];
  };
  const withReasons = (which: string, among = checks): readonly (readonly [string, string])[] =>
    among.filter(({ status }) => status === which).map(({ name, reason }) => [name, reason] as const);
  return {
    code,
    err,
    passed: checks.filter(({ status }) => status === 'passed').map(({ name }) => name),
    failed: withReasons('failed'),
    notOffered: withReasons(
      'not_offered',
      checks.filter(({ group }) => group === SUITE[0]!.name),
    ),
  };
}

const SAME = 'the calls are those that were recorded';
const TINY = 'a channel that is too small is refused';
const names = SUITE[0]!.checks.map(({ name }) => name);

/** What was recorded of BLAST, changed. */
function changed(change: (calls: RecordedCall[]) => void): string {
  const kept = parseRecording(readFileSync(KEPT, 'utf8'));
  const calls = [...kept.calls];
  change(calls);
  const file = path.join(folder, 'changed.json');
  writeFileSync(file, recordingText({ ...kept, calls }));
  return file;
}

describe('BLAST’s lnd model, as it was recorded', () => {
  it('passes what its protocol offers, which has no word for an opening that lnd refuses', async () => {
    const { code, passed, failed, notOffered } = await check(`recording:${KEPT}`);
    expect(passed).toEqual([...names.filter((name) => name !== TINY), SAME]);
    expect(failed).toEqual([]);
    expect(notOffered).toEqual([
      [
        TINY,
        expect.stringMatching(/^channel\('tiny'\)\.state = 'pending' \(expected == 'none'\); the protocol of BLAST /),
      ],
      ['the same scenario gives the same digest again', 'its nodes live by the clock'],
    ]);
    expect(code).toBe(0);
  }, 60_000);

  it('fails where the opening that lnd refuses comes to be a channel after all', async () => {
    const file = changed((calls) => {
      const opening = calls.findLastIndex(({ call }) => call === 'OpenChannel');
      const { request } = calls[opening]! as { readonly request: { readonly [key: string]: string } };
      const listed = calls.findIndex(({ call }, at) => at > opening && call === 'GetModelChannels');
      const channels = `${request.channel_id}: ${request.node} -> ${request.peer_pub_key}`;
      calls[listed] = { ...calls[listed]!, answer: { channels } } as RecordedCall;
    });
    const { code, failed, notOffered } = await check(`recording:${file}`);
    expect(failed.map(([name]) => name)).toContain('and never comes to be');
    expect(notOffered[0]).toEqual([TINY, expect.stringContaining("channel('tiny').state = 'open'")]);
    expect(code).toBe(4);
  }, 60_000);

  it('is written as it was read', () => {
    const text = readFileSync(KEPT, 'utf8');
    expect(recordingText(parseRecording(text))).toBe(text);
  });

  it.each<[what: string, change: (calls: RecordedCall[]) => void, reason: RegExp]>([
    [
      'another amount than was asked',
      (calls) => {
        const at = calls.findIndex(({ call }) => call === 'OpenChannel');
        const { request } = calls[at]!;
        calls[at] = { ...calls[at]!, request: { ...(request as object), amount: '1000001' } };
      },
      /^OpenChannel .*"amount":"1000000".* was asked where the recording goes on with OpenChannel .*"amount":"1000001"/,
    ],
    [
      'a call that is not made',
      (calls) =>
        calls.splice(calls.findIndex(({ call }) => call === 'DisconnectPeer') + 1, 0, {
          to: 'model',
          call: 'Save',
          request: { sim: 'kept' },
          answer: { success: true },
        }),
      /was asked where the recording goes on with Save \{"sim":"kept"\}/,
    ],
    [
      'a call too few',
      (calls) =>
        calls.splice(
          calls.findIndex(({ call }) => call === 'DisconnectPeer'),
          1,
        ),
      /^DisconnectPeer .* was asked where the recording goes on with/,
    ],
    [
      'a call on the chain too few',
      (calls) =>
        calls.splice(
          calls.findIndex(({ call }) => call === 'sendtoaddress'),
          1,
        ),
      /^sendtoaddress .* was asked where the recording goes on with/,
    ],
    [
      'more at its end',
      (calls) => calls.push({ to: 'model', call: 'StopModel', request: {}, answer: { success: true } }),
      /^the recording goes on with StopModel \{\}, which was not asked$/,
    ],
  ])(
    'fails with %s',
    async (_, change, reason) => {
      const { code, failed } = await check(`recording:${changed(change)}`);
      expect(failed.find(([name]) => name === SAME)?.[1]).toMatch(reason);
      expect(code).toBe(4);
    },
    60_000,
  );

  it('does not pass what the process did not do', async () => {
    const file = changed((calls) => {
      for (const [i, call] of calls.entries()) {
        if (call.call === 'GetModelChannels') calls[i] = { ...call, answer: { channels: '' } };
      }
    });
    const { failed } = await check(`recording:${file}`);
    expect(failed.map(([name]) => name)).toContain(names[0]);
  }, 60_000);
});

describe('a recording', () => {
  it('is made of any process that speaks the protocol of BLAST, and answers as that did', async () => {
    const clock = jumpingClock();
    const nodes = await hostedNodes({ clock, instead: (own) => ('GetServer' in own ? unknown(own) : own) });
    served.push(nodes);
    const words = ['model', 'check', `lnd=${nodes.address}`, '--record', 'mine.json'];
    const first = await blast(words, { clock, cwd: folder });
    expect(first).toMatchObject({ code: 0, err: '' });
    const again = await check('recording:mine.json');
    expect(again).toMatchObject({ code: 0, err: '', failed: [] });
    expect(again.passed).toEqual([...names, SAME]);
    const kept = parseRecording(readFileSync(path.join(folder, 'mine.json'), 'utf8')) satisfies Recording;
    expect(kept.calls.map(({ call }) => call)).toEqual(
      expect.arrayContaining(['StartNodes', 'CloseChannel', 'StopModel']),
    );
  }, 60_000);

  it('is not made of the control plane', async () => {
    const nodes = await hostedNodes({ clock: jumpingClock() });
    served.push(nodes);
    expect(await check(`lnd=${nodes.address}`, '--record', 'mine.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('speaks the control plane'),
    });
  });

  const sample = (call: object): object => ({ recording: 1, about: '', model: 'lnd', calls: [call] });
  const save = { to: 'model', call: 'Save', request: {} };

  it.each<[content: unknown, says: string]>([
    ['{', 'it is no JSON'],
    [{ recording: 2 }, 'expected an object with "recording": 1'],
    [{ recording: 1 }, '`about` must be a text'],
    [{ recording: 1, about: '', model: 'Lnd!' }, '`model` must be the name of a model'],
    [{ recording: 1, about: '', model: 'lnd' }, '`calls` must be a list'],
    [sample([]), 'calls[0]: expected an object'],
    [sample({ ...save, to: 'nobody' }), 'calls[0]: `to` must be model or chain'],
    [sample({ to: 'model', request: {} }), '`call` must be the name of a call'],
    [sample({ to: 'chain', call: 'getnewaddress', request: {} }), '`request` must be a list'],
    [sample({ to: 'model', call: 'ListPeers', request: {}, answer: {} }), '`look` is missing'],
    [sample({ ...save, look: 1, answer: {} }), '`look` has no place'],
    [sample({ to: 'model', call: 'ListPeers', request: {}, look: 0, answer: {} }), '`look` must be a number from 1'],
    [sample(save), 'either `answer` or `error` must be there'],
    [sample({ ...save, answer: 'yes' }), '`answer` must be an object'],
    [sample({ ...save, error: { code: 2 } }), '`error` must have a `code` and a `message`'],
  ])('is refused as %j', async (content, says) => {
    writeFileSync(path.join(folder, 'bad.json'), typeof content === 'string' ? content : JSON.stringify(content));
    const { code, err } = await check('recording:bad.json');
    expect(err).toMatch(/^error: E814 bad\.json: /);
    expect(err).toContain(says);
    expect(code).toBe(3);
  });

  it('must be there, and is not recorded itself', async () => {
    const away = await check('recording:nowhere.json');
    expect(away.code).toBe(3);
    await expect(away.err).toMatchFileSnapshot(path.join(GOLDEN, 'E814.txt'));
    expect(await check(`recording:${KEPT}`, '--record', 'x.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('a recording is not recorded'),
    });
    expect(await check('simulator', '--record', 'x.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('write MODEL=HOST:PORT'),
    });
  });
});

/** As a process that does not know the service at all. */
function unknown(own: UntypedServiceImplementation): UntypedServiceImplementation {
  const answer = (_: unknown, done: (error: object) => void): void => done({ code: 12, details: 'unknown service' });
  return Object.fromEntries(Object.keys(own).map((name) => [name, answer as never]));
}
