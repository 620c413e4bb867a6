/** The regular activities of a scenario that are no more than one: between two nodes, without an end of their own. */
import type { Json } from '../base/json.ts';
import type { ImportedActivity } from '../interop/imported.ts';
import type { IntRange, Scenario } from '../spec/scenario.ts';
import { parseAmount, parseDuration, type UnitResult } from '../spec/units.ts';
import type { NetworkPlan } from '../timeline/network.ts';

/** Keys that other tools know, too; an activity with another one is more than they can say. */
const KNOWN: ReadonlySet<string> = new Set(['source', 'destination', 'interval', 'amount', 'start', 'count']);

/** They, in the order of the file. */
export function regularActivities({ activity }: Scenario, network: NetworkPlan): readonly ImportedActivity[] {
  const names = new Set(network.nodes.map(({ name }) => name));
  return activity.flatMap(({ kind, name, args }): readonly ImportedActivity[] => {
    const { value } = args;
    if (kind !== 'defined' || typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    const fields = value as { readonly [key: string]: Json };
    if (Object.keys(fields).some((key) => !KNOWN.has(key))) return [];
    const { source, destination, start, count } = fields;
    const intervalUs = rangeOf(fields.interval, parseDuration);
    const amountMsat = rangeOf(fields.amount, parseAmount);
    const startUs = start === undefined ? undefined : rangeOf(start, parseDuration)?.low;
    if (typeof source !== 'string' || typeof destination !== 'string') return [];
    if (!names.has(source) || !names.has(destination) || intervalUs === null || amountMsat === null) return [];
    if (start !== undefined && startUs === undefined) return [];
    return [
      {
        name: name.value,
        source,
        destination,
        ...(startUs === undefined ? {} : { startUs }),
        ...(typeof count === 'number' ? { count } : {}),
        intervalUs,
        amountMsat,
      },
    ];
  });
}

/** One value, or two in a list; null for a distribution. */
function rangeOf(value: Json | undefined, parse: (text: string) => UnitResult): IntRange | null {
  const parts = (Array.isArray(value) ? value : [value, value]).map((part) => {
    const parsed = typeof part === 'string' ? parse(part) : null;
    return parsed?.ok === true ? parsed.value : null;
  });
  const [low, high] = parts;
  return parts.length === 2 && typeof low === 'number' && typeof high === 'number' ? { low, high } : null;
}
