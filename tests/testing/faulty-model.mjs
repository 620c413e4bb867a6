/**
 * A model process that goes wrong at a turn that it is told: `node faulty-model.mjs SPEC`. SPEC is a JSON file that is read
 * whenever a run begins: { kind, turn, report, … }, turn −1 being Describe. What is asked then goes into `report`, a JSON
 * file, before anything goes wrong; `times` counts down where it is given. Without a kind it answers as it should and reports all turns at the end of the run.
 * Needs a build. It ends with its standard input.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { MODEL_KINDS } from '../../dist/engine/kinds/registry.js';
import { modelService } from '../../dist/engine/rpc/model-service.js';
import { ModelSession } from '../../dist/engine/rpc/model-session.js';
import { describeKind } from '../../dist/engine/rpc/remote-kinds.js';
import { serve } from '../../dist/engine/rpc/serve.js';
import { serverCredentials } from '../../dist/engine/rpc/server-credentials.js';
import { decodeTurn, encodeAnswer, encodeDescription, PROTOCOL } from '../../dist/engine/rpc/wire.js';

const [file, ...flags] = process.argv.slice(2);
const spec = () => JSON.parse(readFileSync(file, 'utf8'));
const description = (protocol = PROTOCOL) =>
  Buffer.from(encodeDescription({ protocol, software: 'faulty 1', models: MODEL_KINDS.map(describeKind) }));
/** Whole or not at all, since somebody waits for it. */
const tell = (report, what) => {
  writeFileSync(`${report}.new`, JSON.stringify(what));
  renameSync(`${report}.new`, report);
};
/** A fault happens; where it is to happen a number of times, this was one of them. */
const happens = (report, what) => {
  tell(report, what);
  const told = spec();
  if (told.times === undefined) return;
  const { kind, ...rest } = told;
  tell(file, told.times > 1 ? { ...told, times: told.times - 1 } : rest);
};
const later = (ms, work) => setTimeout(work, ms);

/** Whatever is done instead of an answer; `right` makes the answer, `write` sends bytes. */
const FAULTS = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  stop: () => process.kill(process.pid, 'SIGSTOP'),
  hang: () => {},
  slow: ({ write, right, ms }) => later(ms, () => write(right())),
  bytes: ({ write, hex }) => write(Buffer.from(hex, 'hex')),
  // One byte less always ends within a field.
  cut: ({ write, right }) => write(right().subarray(0, -1)),
  end: ({ call }) => call.end(),
  fail: ({ error }) => error({ code: 13, details: 'out of wits' }),
  version: ({ write, protocol }) => write(description(protocol)),
};

/** What is to be told of the run that plays, when it ends or the process does: either may be known first. */
let ended = () => {};

const service = modelService(MODEL_KINDS, { began: () => {}, ended: () => {} });
const implementation = {
  ...service.implementation,
  Describe: (_, callback) => {
    const { kind, turn, report, ...rest } = spec();
    const right = () => description();
    if (kind === undefined || turn !== -1) {
      callback(null, right());
      return;
    }
    happens(report, { ask: 'Describe' });
    const write = (bytes) => callback(null, bytes);
    FAULTS[kind]({ ...rest, right, write, error: callback });
  },
  Play: (call) => {
    const { kind, turn: at, report, ...rest } = spec();
    const session = new ModelSession(MODEL_KINDS);
    const turns = [];
    call.on('data', (bytes) => {
      const turn = decodeTurn(bytes);
      const { ask, model, now_us } = turn;
      const answer = Buffer.from(encodeAnswer(session.take(turn)));
      const write = (what) => void call.write(what);
      turns.push({ ask, model, now_us });
      if (kind === undefined || turns.length - 1 !== at) {
        write(answer);
        return;
      }
      happens(report, { ask, model, now_us });
      const error = (status) => void call.emit('error', status);
      FAULTS[kind]({ ...rest, right: () => answer, write, call, error });
    });
    ended = () => {
      if (kind === undefined) tell(report, turns);
      ended = () => {};
    };
    call.on('end', () => {
      ended();
      call.end();
    });
    call.on('cancelled', () => ended());
    call.on('error', () => {});
  },
};

const server = await serve({ host: '127.0.0.1', port: 0 }, serverCredentials(null), [{ ...service, implementation }]);
process.stdout.write(`faulty model listens on 127.0.0.1:${server.address.port}\n`);
// A process that does not even end when it should.
if (!flags.includes('--stays')) {
  process.stdin.on('end', () => {
    ended();
    process.exit(0);
  });
}
process.stdin.resume();
