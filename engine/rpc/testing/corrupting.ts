/** A link whose process answers one turn with something else than it means: well-formed, and wrong. */
import type { ModelKind } from '../../simulate/node-model.ts';
import type { TurnLink } from '../remote-session.ts';
import { type Answer, decodeAnswer, encodeAnswer } from '../wire.ts';
import { type Loopback, loopbackKinds } from './loopback.ts';

/** Which of a turn's numbers and texts becomes what, and what becomes of its actions. */
export interface Corruption {
  /** Turn that is answered wrongly, counted from 0. */
  readonly turn: number;
  /** Which leaf of the answer, modulo their number. */
  readonly leaf: number;
  readonly number: number;
  readonly text: string;
  readonly act: 'change' | 'drop' | 'repeat' | 'add';
}

type Tree = Record<string, unknown> | unknown[];

/** Places of an answer that hold a number, a boolean or a text; that of its own number is not among them. */
function leaves(tree: Tree, found: [Tree, string][] = [], depth = 0): readonly [Tree, string][] {
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'object' && value !== null) leaves(value as Tree, found, depth + 1);
    else if (value !== null && !(depth === 0 && (key === 'number' || key === 'result'))) found.push([tree, key]);
  }
  return found;
}

/** The answer, changed. */
export function corrupted(bytes: Uint8Array, { leaf, number, text, act }: Corruption): Uint8Array {
  const answer = structuredClone(plain(decodeAnswer(bytes))) as Answer & { actions?: object[] };
  const actions = answer.actions ?? [];
  if (act === 'repeat') return encodeAnswer({ ...answer, actions: [...actions, ...actions] as never });
  if (act === 'add') {
    const added = [
      { timer: { payment: leaf % 8, at_us: number } },
      { resolve: { payment: leaf % 8, outcome: Math.abs(number) % 20 } },
      { send: { payment: leaf % 8, edge: [leaf % 12], amount_msat: [number], expiry: [leaf % 900] } },
    ];
    return encodeAnswer({ ...answer, actions: [...actions, added[leaf % added.length]] as never });
  }
  const places = leaves(answer as unknown as Tree);
  const place = places[leaf % Math.max(places.length, 1)];
  if (place === undefined) return encodeAnswer({ ...answer, value: number } as never);
  const [tree, key] = place as [Record<string, unknown>, string];
  const old = tree[key];
  if (act === 'drop') {
    if (Array.isArray(tree)) tree.pop();
    else delete tree[key];
  } else if (typeof old === 'boolean') tree[key] = !old;
  else tree[key] = typeof old === 'string' ? text : number;
  return encodeAnswer(answer as never);
}

/** Objects of the decoder as plain ones. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

/** Kinds for one simulation, behind a link that answers wrongly once. */
export function corruptedKinds(
  kinds: readonly ModelKind[],
  corruption: Corruption,
): { readonly kinds: readonly ModelKind[]; readonly turns: () => number } {
  let turns = 0;
  const wrong = (link: Loopback): TurnLink => ({
    exchange: (turn) => {
      const answer = link.exchange(turn);
      return turns++ === corruption.turn ? corrupted(answer, corruption) : answer;
    },
  });
  return { kinds: loopbackKinds(kinds, wrong).kinds, turns: () => turns };
}
