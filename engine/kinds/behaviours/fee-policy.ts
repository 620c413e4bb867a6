/**
 * Behaviour `fee_policy`: a node sets the fees of its channels by a rule. Which rules there are is said in the files
 * fee-….ts; this one asks the rule about each channel and announces what is worth it.
 */
import type { Json } from '../../base/json.ts';
import { Arguments } from '../arguments.ts';
import type { BehaviourKind } from '../behaviour.ts';
import { byImbalance } from './fee-by-imbalance.ts';
import { type FeeRule, isWorthwhile, lastOf } from './fee-rule.ts';
import { staticFee } from './fee-static.ts';
import { trackCompetitors } from './fee-track-competitors.ts';
import { localRatio } from './local-ratio.ts';

const RULES: readonly FeeRule[] = [staticFee, byImbalance, trackCompetitors];
const NAMES = RULES.map(({ name }) => name);

/** CLBOSS looks at its fees about once an hour (clboss:Boss/Mod/PeerCompetitorFeeMonitor/Main.cpp, TimerRandomHourly). */
const EVERY_US = 3_600_000_000;

export const feePolicy: BehaviourKind = {
  name: 'fee_policy',
  summary: 'Nodes set the fees of their channels: static, by the balance, or by what competitors charge',
  everyUs: EVERY_US,
  choosesChannels: true,
  pays: false,
  schema: {
    title: 'Fee policy',
    description:
      'One of the rules. A node looks at each of its open channels and announces a change when the rule asks for one. Others learn of it by gossip.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(RULES.map(({ name, schema }) => [name, schema])),
    allOf: [{ 'x-exactly-one': { keys: NAMES, what: 'rule' }, oneOf: NAMES.map((name) => ({ required: [name] })) }],
  },
  example: `nodes: [alice, bob]
every: 30m
fee_policy:
  by_imbalance: { linear: [10 ppm, 1_000 ppm], hysteresis: 0.1 }`,

  plan(use, context) {
    const args = new Arguments(use.args, context);
    const rule = RULES.find(({ name }) => args.has(name));
    if (rule === undefined) return null; // reported by the schema
    const own = rule.plan(new Arguments(args.place(rule.name), context), context);
    return own === null ? null : { args: { ...own, rule: rule.name } };
  },

  async wake(args, agent, memory) {
    const rule = RULES.find(({ name }) => name === args.rule) as FeeRule;
    const next: { [channel: string]: Json } = {};
    for (const channel of await agent.channels()) {
      const last = lastOf(memory, channel.name);
      const wanted = await rule.policy(args, channel, agent, last);
      if (wanted !== null && isWorthwhile(args, channel, wanted, agent.timeUs, last)) {
        await agent.setPolicy(channel.channel, wanted);
        next[channel.name] = { at_us: agent.timeUs, ratio: localRatio(channel) };
      } else if (last !== null) {
        next[channel.name] = last as unknown as Json;
      }
    }
    return next;
  },
};
