/** A journal as differences show it, and whether its parts hold together: whether it comes to the state only its backend can tell. */
import type { Json } from '../base/json.ts';
import type { JournalState } from '../timeline/journal.ts';
import type { Inconsistency } from './consistency.ts';

type Fields = ReadonlyMap<string, Json>;

/** Fields of the whole that differences are about, beside those of every snapshot. */
export function journalWhole({ chain, payments, journal, replay }: JournalState): readonly (readonly [string, Json])[] {
  return [
    ['mempool', chain.mempool],
    ['payments_in_flight', payments as unknown as Json],
    ['calls', journal.length],
    ['journal', journal as unknown as Json],
    ['backend_events', replay.events],
    ['software', replay.software],
    ['nodes_digest', replay.state],
  ];
}

export function journalNodes({ nodes }: JournalState): ReadonlyMap<string, Fields> {
  return new Map(
    nodes.map((node): readonly [string, Fields] => [
      node.name,
      new Map<string, Json>([
        ['model', node.model],
        ['running', node.running],
        ['wallet_sat', node.wallet_sat],
        ['forwards', node.forwards],
        ['fees_earned_msat', node.fees_earned_msat],
      ]),
    ]),
  );
}

/** Channels by name; a later one of the same name has its number behind it. */
export function journalChannels({ channels }: JournalState): ReadonlyMap<string, Fields> {
  const seen = new Map<string, number>();
  return new Map(
    channels.map((channel): readonly [string, Fields] => {
      const count = (seen.get(channel.name) ?? 0) + 1;
      seen.set(channel.name, count);
      const [first, second] = channel.between;
      return [
        count === 1 ? channel.name : `${channel.name} (${count})`,
        new Map<string, Json>([
          ['state', channel.state],
          ['capacity_sat', channel.capacity_sat],
          [`${first}.balance_msat`, channel.balance_msat[0]],
          [`${second}.balance_msat`, channel.balance_msat[1]],
          ['htlcs', channel.htlcs],
          ['connected', channel.active],
          ['latency_us', channel.latency_us],
          ['announced', channel.announced],
        ]),
      ];
    }),
  );
}

/** What does not hold together; the shape has been checked before. */
export function journalInconsistencies(state: JournalState): readonly Inconsistency[] {
  const found: Inconsistency[] = [];
  const names = new Set<string>();
  state.nodes.forEach(({ name }, i) => {
    if (names.has(name)) found.push({ path: ['nodes', i, 'name'], message: `there are two nodes \`${name}\`` });
    names.add(name);
  });
  const known = (path: Inconsistency['path'], name: string): void => {
    if (!names.has(name)) found.push({ path, message: `there is no node \`${name}\`` });
  };
  state.channels.forEach(({ between, balance_msat, capacity_sat }, i) => {
    between.forEach((name, side) => {
      known(['channels', i, 'between', side], name);
    });
    if (balance_msat[0] + balance_msat[1] > capacity_sat * 1000) {
      found.push({ path: ['channels', i, 'balance_msat'], message: 'the balances are more than the capacity' });
    }
  });
  state.payments.forEach(({ source, destination, started_us }, i) => {
    known(['payments', i, 'source'], source);
    known(['payments', i, 'destination'], destination);
    if (started_us > state.time_us) {
      found.push({ path: ['payments', i, 'started_us'], message: 'the payment begins after the state was taken' });
    }
  });
  let [lastUs, lastEvents] = [0, 0];
  state.journal.forEach(([timeUs, events], i) => {
    if (timeUs < lastUs || events < lastEvents) {
      found.push({ path: ['journal', i], message: 'the call stands behind a later one' });
    }
    [lastUs, lastEvents] = [timeUs, events];
  });
  if (lastUs > state.time_us || lastEvents > state.replay.events) {
    const path = ['journal', state.journal.length - 1];
    found.push({ path, message: 'the last call is after the instant of the state' });
  }
  return found;
}
