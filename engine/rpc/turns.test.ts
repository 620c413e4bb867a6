/**
 * How many turns a run takes: what a model in another process costs is mostly their number (docs/benchmarks.md). A change that
 * makes a number here larger makes such runs slower.
 */
import { describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../kinds/registry.ts';
import { OUTCOME } from '../simulate/records.ts';
import { type TestNetwork, TestRun } from '../simulate/testing/network.ts';
import { loopbackKinds } from './testing/loopback.ts';
import { decodeTurn, type Message } from './wire.ts';

interface Asked {
  readonly ask: string;
  /** Of questions, how many. */
  readonly questions: number;
}

/** A model that does not say with its routes what becomes of them, and wants to hear of each part that has arrived. */
const REMOTE_ONLY: Message = { foreseeable: ['check_forward', 'check_receive'], checks_routes: false };

/** A run behind the protocol, with what was asked after its network was there. */
function behindProtocol(t: TestNetwork, about: Message = {}): { readonly run: TestRun; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const models = () =>
    loopbackKinds(
      MODEL_KINDS,
      (link) => ({
        exchange: (bytes) => {
          const turn = decodeTurn(bytes);
          const ask = turn.ask as string;
          const { questions } = turn[ask] as Message & { readonly questions?: readonly Message[] };
          asked.push({ ask, questions: questions?.length ?? 0 });
          return link.exchange(bytes);
        },
      }),
      about,
    ).kinds;
  const run = new TestRun({ ...t, models });
  asked.length = 0;
  return { run, asked };
}

/** Four forwarders in a row. */
const single = (model: string): TestNetwork => ({
  nodes: Array.from({ length: 6 }, () => ({ model })),
  channels: [0, 1, 2, 3, 4].map((node0) => ({ node0, node1: node0 + 1, capacitySat: 10_000_000 })),
  payments: [0, 0].map((source) => ({ source, destination: 5, amountMsat: 1_000_000 })),
});

/** The same with two channels between the second and the third. */
const line = (model: string): TestNetwork => {
  const { channels, ...rest } = single(model);
  return { ...rest, channels: [...channels, { node0: 2, node1: 3, capacitySat: 10_000_000 }] };
};

const START = { ask: 'start_payment', questions: 0 };

describe('a payment over four forwarders that says what becomes of its route', () => {
  it.each(['cln', 'eclair', 'ldk', 'lnd'])('takes one turn: %s', (model) => {
    const { run, asked } = behindProtocol(single(model));
    run.simulation.pay(0);
    run.until(20);
    run.simulation.pay(1);
    run.until(40);
    const others = ['batch_at', 'check_incoming', 'maximum_for'];
    expect(asked.filter(({ ask }) => !others.includes(ask))).toEqual([START, START]);
    expect(run.results.map(({ outcome }) => outcome)).toEqual([OUTCOME.Success, OUTCOME.Success]);
  });

  it('is asked about where a forwarder may choose', () => {
    const { run, asked } = behindProtocol(line('lnd'));
    run.simulation.pay(0);
    run.until(20);
    expect(asked).toEqual([START, { ask: 'questions', questions: 5 }, { ask: 'choose_forward', questions: 0 }]);
  });

  it('is asked about where something has changed on its way', () => {
    const { run, asked } = behindProtocol(single('lnd'));
    run.simulation.pay(0);
    run.until(0.01);
    run.simulation.setPolicy({ channel: 4, node: 4, policy: { feeBaseMsat: 900 } });
    run.until(20);
    // The last forwarder has another policy than the public knows, and asks more than the route pays.
    expect(asked.slice(0, 2)).toEqual([START, { ask: 'questions', questions: 2 }]);
  });

  it('is asked about by the height of its time', () => {
    const { run, asked } = behindProtocol(single('lnd'));
    run.simulation.pay(0);
    run.until(0.01);
    run.simulation.mine(1);
    run.until(20);
    expect(asked.filter(({ ask }) => ask !== 'offered_deadline')).toEqual([START, { ask: 'questions', questions: 5 }]);
    expect(run.results).toMatchObject([{ payment: 0, outcome: OUTCOME.Success }]);
  });

  it('is asked about where a channel on its way is another one by then, and then no more', () => {
    const rest = single('lnd');
    const payments = [0, 2, 0].map((source) => ({ source, destination: 5, amountMsat: 1_000_000 }));
    const { run, asked } = behindProtocol({ ...rest, payments });
    run.simulation.pay(0);
    run.until(0.01);
    run.simulation.pay(1);
    run.until(20);
    expect(asked.slice(0, 3)).toMatchObject([START, START, { ask: 'questions' }]);
    asked.length = 0;
    run.simulation.pay(2);
    run.until(40);
    expect(asked).toEqual([START]);
  });
});

describe('a payment over four forwarders', () => {
  it('takes one turn for all that is asked on its way', () => {
    const { run, asked } = behindProtocol(line('lnd'), REMOTE_ONLY);
    run.simulation.pay(0);
    run.until(20);
    // The forwarder with two channels is asked about each and then chooses; the recipient is the sixth question.
    expect(asked).toEqual([
      { ask: 'start_payment', questions: 0 },
      { ask: 'questions', questions: 6 },
      { ask: 'choose_forward', questions: 0 },
      { ask: 'attempt_succeeded', questions: 0 },
    ]);
    expect(run.results).toMatchObject([{ payment: 0, outcome: OUTCOME.Success }]);
  });

  it('is asked about again from where something has changed on its way', () => {
    const { run, asked } = behindProtocol(line('lnd'), REMOTE_ONLY);
    run.simulation.pay(0);
    const known = (): boolean => asked.some(({ ask }) => ask === 'questions');
    for (let at = 0.01; !known(); at += 0.01) run.until(at);
    run.simulation.setPolicy({ channel: 4, node: 4, policy: { feeBaseMsat: 900 } });
    run.until(20);
    // The last forwarder has another policy by the time that it is asked, and asks more than the route pays.
    const several = asked.filter(({ ask }) => ask === 'questions').map(({ questions }) => questions);
    expect(several.slice(0, 2)).toEqual([6, 2]);
  });

  it('is asked about by the height of its time', () => {
    const { run, asked } = behindProtocol(line('lnd'), REMOTE_ONLY);
    run.simulation.pay(0);
    const known = (): boolean => asked.some(({ ask }) => ask === 'questions');
    for (let at = 0.01; !known(); at += 0.01) run.until(at);
    run.simulation.mine(1);
    run.until(20);
    const several = asked.filter(({ ask }) => ask === 'questions').map(({ questions }) => questions);
    expect(several.length).toBe(2);
    expect(several[1]).toBeLessThan(6);
    expect(run.results).toMatchObject([{ payment: 0, outcome: OUTCOME.Success }]);
  });
});

it.each(['cln', 'eclair', 'ldk'])(
  'a model that remembers what it was asked last answers as it does here: %s',
  (model) => {
    const here = new TestRun(line(model));
    const { run: there } = behindProtocol(line(model));
    for (const run of [here, there]) {
      run.simulation.pay(0);
      run.until(0.1);
      run.simulation.pay(1);
      run.until(60);
    }
    expect(there.records).toEqual(here.records);
    expect(there.results).toEqual(here.results);
  },
);
