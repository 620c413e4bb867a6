/**
 * What nodes and channels have that say nothing themselves, and which default wins:
 *
 *   built in  <  defaults.node  <  defaults.models.MODEL  <  defaults.labels, in order  <  the node itself
 *   built in  <  defaults.channel  <  defaults.labels that match the opener, in order  <  the channel itself
 *
 * Model options are merged key by key along that line; those written beside a model (or under it) apply to nodes of that
 * model only. Everything else is taken as a whole from the nearest place, policies included.
 */
import type { Json } from '../base/json.ts';
import type { ChannelSettings, Defaults, LabelDefaults, NodeSettings } from './scenario.ts';
import { amountMsat, amountSat, parseLabels, parsePolicy, property } from './values.ts';

type Options = Readonly<Record<string, Json>>;
type Labels = Readonly<Record<string, string>>;

/** The model where nothing says another. */
const BUILT_IN_MODEL = 'lnd';

/** Reads the section `defaults` of a validated document. */
export function parseDefaults(json: Json | undefined): Defaults {
  const models = property(json, 'models');
  const labels = property(json, 'labels');
  return {
    node: parseNodeSettings(property(json, 'node')),
    channel: parseChannelSettings(property(json, 'channel')),
    models:
      typeof models === 'object' && models !== null && !Array.isArray(models)
        ? Object.keys(models).map((name) => [name, parseNodeSettings(property(models, name))] as const)
        : [],
    labels: Array.isArray(labels)
      ? labels.map((rule: Json) => ({
          match: parseLabels(property(rule, 'match')),
          node: parseNodeSettings(property(rule, 'node')),
          channel: parseChannelSettings(property(rule, 'channel')),
        }))
      : [],
  };
}

/** `model`, `options` and `wallet` of a mapping; other keys are ignored. */
export function parseNodeSettings(json: Json | undefined): NodeSettings {
  const model = property(json, 'model');
  const options = property(json, 'options');
  const wallet = property(json, 'wallet');
  return {
    ...(model === undefined ? {} : { model: String(model) }),
    ...(options === undefined ? {} : { options: options as Options }),
    ...(wallet === undefined ? {} : { walletSat: amountSat(wallet) }),
  };
}

/** `capacity`, `push`, `announced` and the policies of a mapping; other keys are ignored. */
export function parseChannelSettings(json: Json | undefined): ChannelSettings {
  const capacity = property(json, 'capacity');
  const push = property(json, 'push');
  const announced = property(json, 'announced');
  const policy = property(json, 'policy');
  const reverse = property(json, 'reverse_policy');
  return {
    ...(typeof capacity === 'string' ? { capacitySat: amountSat(capacity) } : {}),
    ...(push === undefined ? {} : { pushMsat: amountMsat(push) }),
    ...(announced === undefined ? {} : { announced: announced !== false }),
    ...(policy === undefined ? {} : { policy: parsePolicy(policy) }),
    ...(reverse === undefined ? {} : { reversePolicy: parsePolicy(reverse) }),
  };
}

function matches(rule: LabelDefaults, labels: Labels): boolean {
  return Object.entries(rule.match).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

/** What a node with these labels is, in the order of precedence of the module comment. */
export function nodeSettings(defaults: Defaults, labels: Labels, own: NodeSettings): Required<NodeSettings> {
  const rules = defaults.labels.filter((rule) => matches(rule, labels)).map((rule) => rule.node);
  const ordinary = defaults.node.model ?? BUILT_IN_MODEL;
  const model = own.model ?? rules.findLast((rule) => rule.model !== undefined)?.model ?? ordinary;
  const ofModel = defaults.models.filter(([name]) => name === model).map(([, settings]) => settings);
  const places: readonly NodeSettings[] = [
    { ...defaults.node, model: ordinary },
    ...ofModel.map((settings) => ({ ...settings, model })),
    ...rules.map((rule) => ({ ...rule, model: rule.model ?? ordinary })),
    { ...own, model },
  ];
  const options: [string, Json][] = [];
  let walletSat = 0;
  for (const place of places) {
    walletSat = place.walletSat ?? walletSat;
    if (place.model === model) options.push(...Object.entries(place.options ?? {}));
  }
  return { model, options: Object.fromEntries(options), walletSat };
}

/** What a channel is that a node with these labels opened; the capacity may be said nowhere. */
export function channelSettings(defaults: Defaults, opener: Labels, own: ChannelSettings): ChannelSettings {
  let settings = defaults.channel;
  for (const rule of defaults.labels) if (matches(rule, opener)) settings = { ...settings, ...rule.channel };
  return { ...settings, ...own };
}
