/** Models behind the protocol's bytes, without a process: what is sent is encoded, decoded, played and sent back. */
import type { ModelKind } from '../../simulate/node-model.ts';
import { ModelSession } from '../model-session.ts';
import { describeKind, readDescription, remoteKinds } from '../remote-kinds.ts';
import type { TurnLink } from '../remote-session.ts';
import { decodeDescription, decodeTurn, encodeAnswer, encodeDescription, type Message, PROTOCOL } from '../wire.ts';

export class Loopback implements TurnLink {
  turns = 0;
  bytes = 0;
  readonly #session: ModelSession;

  constructor(kinds: readonly ModelKind[]) {
    this.#session = new ModelSession(kinds);
  }

  exchange(turn: Uint8Array): Uint8Array {
    this.turns++;
    const answer = encodeAnswer(this.#session.take(decodeTurn(turn)));
    this.bytes += turn.length + answer.length;
    return answer;
  }
}

/**
 * The kinds for one simulation, behind one link.
 * @param wrap what the engine gets in place of the link
 * @param about fields of ModelDescription that say something else than the models of this command do
 */
export function loopbackKinds(
  kinds: readonly ModelKind[],
  wrap: (link: Loopback) => TurnLink = (link) => link,
  about: Message = {},
): {
  readonly kinds: readonly ModelKind[];
  readonly link: Loopback;
} {
  const link = new Loopback(kinds);
  const told = decodeDescription(
    encodeDescription({
      protocol: PROTOCOL,
      software: 'loopback',
      models: kinds.map((kind) => ({ ...describeKind(kind), ...about })),
    }),
  );
  const remote = kinds.map((kind, i) => ({ kind, description: readDescription(told.models[i] as object as never) }));
  return { kinds: remoteKinds(remote, wrap(link)), link };
}
