/** What a process says of a model is refused where the simulator could not go by it. */
import { describe, expect, it } from 'vitest';
import { MODEL_KINDS } from '../kinds/registry.ts';
import { descriptionProblem } from './description-check.ts';
import { describeKind } from './remote-kinds.ts';
import { decodeDescription, encodeDescription, type Message, PROTOCOL } from './wire.ts';

/** A description as it arrives. */
function arrived(change: (description: Message) => Message): Message {
  const kind = MODEL_KINDS.find(({ name }) => name === 'ldk');
  if (kind === undefined) throw new Error('there is no ldk');
  const models = [change(describeKind(kind))];
  return decodeDescription(encodeDescription({ protocol: PROTOCOL, software: '', models })).models[0] as Message;
}

const timed = (timing: Message): string | null =>
  descriptionProblem(arrived((told) => ({ ...told, timing: { ...(told.timing as Message), ...timing } })));

describe('a description', () => {
  it.each(MODEL_KINDS.map((kind) => [kind.name, kind] as const))('of %s can be', (_, kind) => {
    const sent = encodeDescription({ protocol: PROTOCOL, software: '', models: [describeKind(kind)] });
    expect(descriptionProblem(decodeDescription(sent).models[0] as Message)).toBeNull();
  });

  it.each([
    [{ tick_us: 0 }, 'timing: tick_us cannot be 0'],
    [{ tick_us: -1 }, 'timing: tick_us cannot be -1'],
    [{ commit_delay_us: -1 }, 'timing: commit_delay_us cannot be -1'],
    [{ reconnect_delay_us: 2 ** 53 - 1 }, 'timing: reconnect_delay_us cannot be 9007199254740991'],
    [{ maximum_interval_us: 1 }, 'timing: maximum_interval_us cannot be 1'],
    [{ maximum_interval_us: 0 }, 'timing: maximum_interval_us cannot be 0'],
    [{ mpp_timeout_us: 59_999_999 }, 'timing: mpp_timeout_us is counted in ticks of 60000000 µs and is 59999999 µs'],
  ])('with timing %j', (timing, problem) => {
    expect(timed(timing)).toBe(problem);
  });

  it.each([
    [{ timing: undefined }, 'timing is absent'],
    [{ justice: 'none' }, 'justice cannot be "none"'],
    [{ funding_reorg: 'forget' }, 'funding_reorg cannot be "forget"'],
    [{ invoice_cltv_delta: -1 }, 'invoice_cltv_delta cannot be -1'],
    [{ invoice_expiry_us: -1 }, 'invoice_expiry_us cannot be -1'],
    [{ hold_expiry_delta: 500_000_000 }, 'hold_expiry_delta cannot be 500000000'],
    [{ targets: { funding: 0, cooperative_close: 1, commitment: 1, send: 1 } }, 'targets: funding cannot be 0'],
    [{ closing_range: { weight: 0, blocks: 1, least_per_kw: 1, add_sat: 1 } }, 'closing_range: weight cannot be 0'],
  ])('with %j', (fields, problem) => {
    expect(descriptionProblem(arrived((told) => ({ ...told, ...fields })))).toBe(problem);
  });
});
