/**
 * The definitions that every part of the schema shares, `#/$defs/NAME`. They carry what editors show (title,
 * description, examples) and, under `x-…`, what the engine checks itself because JSON Schema cannot:
 * `x-unit` a value with a unit, `x-text` text of a certain form, `x-range` two values in order, `x-exactly-one` keys
 * that exclude each other, `x-known` names of registered things, `x-names` legal names as keys. An `x-…` keyword
 * replaces `type`, `pattern`, `enum` and `oneOf` beside it, which stand there for editors.
 */
import { DISTRIBUTION_DEFINITIONS } from './schema-distributions.ts';
import type { JsonSchema } from './schema-types.ts';
import type { UnitName } from './units.ts';

/** Arguments of the keyword `x-unit`; bounds in the unit’s base (µs, msat, ppm, sat per 1000 weight units, weight units). */
export interface UnitRule {
  readonly unit: UnitName;
  readonly negative?: boolean;
  readonly min?: number;
  /** The value must be a multiple of this, e.g. 1000 for whole satoshi. */
  readonly multiple?: number;
}

const NUMBER = '[0-9]+(_[0-9]+)*(\\.[0-9]+(_[0-9]+)*)?';
const PATTERNS: Readonly<Record<UnitName, string>> = {
  duration: `^-?(${NUMBER}(us|ms|s|m|h|d|w))+$`,
  amount: `^-?${NUMBER} +(msat|sat|BTC)$`,
  rate: `^-?${NUMBER} +ppm$`,
  feerate: `^${NUMBER} +sat/vB$`,
  size: `^${NUMBER} +(vB|kvB|vMB)$`,
};

function unit(rule: UnitRule, title: string, description: string, examples: readonly string[]): JsonSchema {
  return { title, description, type: 'string', pattern: PATTERNS[rule.unit], examples, 'x-unit': rule };
}

function range(name: string, title: string, description: string, examples: readonly unknown[]): JsonSchema {
  return {
    title,
    description,
    oneOf: [
      { $ref: `#/$defs/${name}` },
      { title: 'range', type: 'array', items: { $ref: `#/$defs/${name}` }, minItems: 2, maxItems: 2, 'x-range': name },
    ],
    examples,
  };
}

const NAME_CHARACTERS = 'letters, digits, `_`, `.` and `-`';

const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

/** Properties of a payment, for activities that take them beside their own keys instead of under `payment`. */
export const PAYMENT_PROPERTIES: JsonSchema = {
  method: {
    title: 'Method',
    description:
      'keysend: the sender picks the preimage. invoice: the receiver does; the payment may be split. amp: as keysend, but it may be split, and every part has a preimage of its own (lnd only; the receiver needs `accept_amp`).',
    type: 'string',
    enum: ['keysend', 'invoice', 'amp'],
    default: 'keysend',
  },
  fee_limit: {
    ...ref('amount'),
    title: 'Fee limit',
    description: 'Most that the sender pays in fees. Default: the sender’s model decides.',
  },
  timeout: {
    ...ref('positiveDuration'),
    title: 'Timeout',
    description: 'No new attempts are made after this time. Default: the sender’s model decides.',
  },
  max_parts: {
    title: 'Most parts',
    description: 'Largest number of parts of a payment (methods invoice and amp). Default: the sender’s model decides.',
    type: 'integer',
    minimum: 1,
    maximum: 1000,
    examples: [16],
  },
  max_cltv: {
    title: 'Most blocks locked',
    description:
      'Most blocks that a route may lock money for, from the payer to the recipient. Default: the sender’s model decides.',
    type: 'integer',
    minimum: 1,
    maximum: 2016,
    examples: [1008],
  },
  outgoing_channel: {
    title: 'Outgoing channels',
    description: 'Channels of the payer: a payment leaves by one of them. Default: any.',
    oneOf: [
      ref('channelName'),
      { title: 'list of channels', type: 'array', minItems: 1, uniqueItems: true, items: ref('channelName') },
    ],
    examples: ['alice-bob', ['alice-bob', 'alice-carol']],
  },
  last_hop: {
    ...ref('nodeName'),
    title: 'Last hop',
    description: 'Node from which a payment comes to the recipient. Default: any.',
  },
  invoice_expiry: {
    ...ref('positiveDuration'),
    title: 'Invoice expiry',
    description:
      'Lifetime of the invoice (method invoice), which is made when the payment is. Default: the recipient’s model decides.',
  },
  probe: {
    title: 'Probe',
    description:
      'The payment hash is made up, so that the recipient refuses whatever arrives: the payment only tells whether a route carries the amount. One that got there ends as IncorrectPaymentDetails, of an LDK node as RecipientRejected.',
    type: 'boolean',
    default: false,
  },
  hold: {
    ...ref('duration'),
    title: 'Hold time',
    description: 'How long the receiver holds a complete payment before settling it. Default: not at all.',
  },
  settle: {
    title: 'Settle',
    description:
      'Whether the receiver settles in the end. false: it fails the payment with incorrect_or_unknown_payment_details, after `hold` where there is one, as lnd’s CancelInvoice does.',
    type: 'boolean',
    default: true,
  },
};

export const DEFINITIONS: { readonly [name: string]: JsonSchema } = {
  duration: unit(
    { unit: 'duration' },
    'Duration',
    'A span or instant of virtual time: a number with us, ms, s, m, h, d or w, without a space; parts may be joined.',
    ['250ms', '10s', '5m', '1h30m', '2d'],
  ),
  positiveDuration: unit({ unit: 'duration', min: 1 }, 'Duration', 'A duration above 0.', [
    '250ms',
    '10s',
    '5m',
    '1h30m',
    '2d',
  ]),
  amount: unit(
    { unit: 'amount' },
    'Amount',
    'Money: a number, a space and msat, sat or BTC. Digits may be grouped with `_`.',
    ['2000 msat', '30_000 sat', '0.5 BTC'],
  ),
  positiveAmount: unit({ unit: 'amount', min: 1 }, 'Amount', 'An amount above 0.', [
    '2000 msat',
    '30_000 sat',
    '0.5 BTC',
  ]),
  satAmount: unit(
    { unit: 'amount', multiple: 1000 },
    'Amount in whole satoshi',
    'Money on chain: a whole number of satoshi.',
    ['30_000 sat', '0.5 BTC'],
  ),
  positiveSatAmount: unit(
    { unit: 'amount', multiple: 1000, min: 1000 },
    'Amount in whole satoshi',
    'A whole number of satoshi above 0.',
    ['30_000 sat', '0.5 BTC'],
  ),
  signedAmount: unit({ unit: 'amount', negative: true }, 'Signed amount', 'An amount that may be negative.', [
    '-500 msat',
    '1 sat',
  ]),
  rate: unit({ unit: 'rate' }, 'Rate', 'A proportional fee in millionths: a whole number, a space and ppm.', [
    '20 ppm',
    '1_500 ppm',
  ]),
  signedRate: unit({ unit: 'rate', negative: true }, 'Signed rate', 'A rate that may be negative.', [
    '-50 ppm',
    '20 ppm',
  ]),
  feerate: unit({ unit: 'feerate', min: 1 }, 'Feerate', 'Fee of on-chain transactions: a number, a space and sat/vB.', [
    '1 sat/vB',
    '2.5 sat/vB',
  ]),
  feerateRange: range('feerate', 'Feerate or range', 'One feerate, or `[min, max]`, both ends included.', [
    '20 sat/vB',
    ['5 sat/vB', '200 sat/vB'],
  ]),
  size: unit(
    { unit: 'size', min: 1 },
    'Size of transactions',
    'A number, a space and vB, kvB or vMB: virtual bytes, thousands or millions of them. A block holds nearly 1 vMB.',
    ['50 vMB', '250 kvB'],
  ),
  durationRange: range('duration', 'Duration or range', 'One duration, or `[min, max]`, both ends included.', [
    '30ms',
    ['10ms', '80ms'],
  ]),
  amountRange: range('amount', 'Amount or range', 'One amount, or `[min, max]`, both ends included.', [
    '2000 msat',
    ['1 sat', '500 sat'],
  ]),
  ...DISTRIBUTION_DEFINITIONS,
  frequency: {
    title: 'Frequency',
    description: 'How often: a number, `/` and s, min, h or d.',
    type: 'string',
    pattern: '^[0-9]+(_[0-9]+)*(\\.[0-9]+)? */ *(s|min|h|d)$',
    examples: ['5/s', '10/min', '100/h'],
    'x-text': 'frequency',
  },
  nodeName: {
    title: 'Node name',
    description: `Name of one node: ${NAME_CHARACTERS}. The nodes of a set are called NAME-0, NAME-1, ….`,
    type: ['string', 'number', 'boolean'],
    pattern: '^[A-Za-z0-9_.-]+$',
    examples: ['alice', 'user-0'],
    'x-text': 'name',
    'x-refers': 'node',
  },
  nameTemplate: {
    title: 'Name template',
    description: `Names of many nodes: a name with \`{index}\`, or \`{index:03}\` for leading zeros.`,
    type: 'string',
    pattern: '^[A-Za-z0-9_.-]*(\\{index(:0[1-9])?\\}[A-Za-z0-9_.-]*)+$',
    examples: ['user-{index}', 'user-{index:03}'],
    'x-text': 'template',
  },
  channelName: {
    title: 'Channel name',
    description: `Name of a channel: ${NAME_CHARACTERS}.`,
    type: ['string', 'number', 'boolean'],
    pattern: '^[A-Za-z0-9_.-]+$',
    examples: ['alice-bob'],
    'x-text': 'name',
    'x-refers': 'channel',
  },
  invoiceName: {
    title: 'Invoice name',
    description: `Name of an invoice: ${NAME_CHARACTERS}.`,
    type: ['string', 'number', 'boolean'],
    pattern: '^[A-Za-z0-9_.-]+$',
    examples: ['bill'],
    'x-text': 'name',
  },
  snapshotName: {
    title: 'Snapshot name',
    description: `Name of a snapshot, and of its file: ${NAME_CHARACTERS}.`,
    type: ['string', 'number', 'boolean'],
    pattern: '^[A-Za-z0-9_.-]+$',
    examples: ['warm'],
    'x-text': 'name',
  },
  label: {
    title: 'Label',
    description: 'Value of a label; always text.',
    type: ['string', 'number', 'boolean'],
    'x-text': 'label',
  },
  labels: {
    title: 'Labels',
    description: 'Names and values by which selectors can find nodes.',
    type: 'object',
    additionalProperties: ref('label'),
    examples: [{ role: 'merchant' }],
    'x-names': 'label',
  },
  selector: {
    title: 'Selector',
    description:
      'Nodes by name, by pattern (`*` any text, `?` one character) or by labels; a list is the union. Selecting nothing is an error.',
    oneOf: [
      ref('nodePattern'),
      ref('labelSelector'),
      { title: 'list of selectors', type: 'array', minItems: 1, items: ref('selectorPart') },
    ],
    examples: ['alice', 'user-*', { labels: { role: 'sender' } }],
  },
  selectorPart: {
    title: 'Selector',
    description: 'Nodes by name, pattern or labels.',
    oneOf: [ref('nodePattern'), ref('labelSelector')],
    examples: ['alice', { labels: { role: 'sender' } }],
  },
  nodePattern: {
    title: 'Name or pattern',
    description: 'Name of a node or of a set, or a pattern: `*` stands for any text, `?` for one character.',
    type: ['string', 'number', 'boolean'],
    pattern: '^[A-Za-z0-9_.*?-]+$',
    examples: ['alice', 'user-*'],
    'x-text': 'pattern',
    'x-refers': 'node',
  },
  channelSelector: {
    title: 'Channels',
    description:
      'Channels by name or by pattern (`*` any text, `?` one character); a list is the union. Selecting nothing is an error.',
    oneOf: [
      ref('channelPattern'),
      { title: 'list of channels', type: 'array', minItems: 1, items: ref('channelPattern') },
    ],
    examples: ['alice-bob', ['alice-bob', 'users-*']],
  },
  channelPattern: {
    title: 'Name or pattern of channels',
    description:
      'Name of a channel or of an entry of `channels`, or a pattern: `*` stands for any text, `?` for one character.',
    type: ['string', 'number', 'boolean'],
    pattern: '^[A-Za-z0-9_.*?-]+$',
    examples: ['alice-bob', 'users-*'],
    'x-text': 'pattern',
    'x-refers': 'channel',
  },
  labelSelector: {
    title: 'Labels',
    description: 'Nodes that carry all of these labels.',
    type: 'object',
    properties: { labels: { ...ref('labels'), minProperties: 1 } },
    required: ['labels'],
    additionalProperties: false,
    examples: [{ labels: { role: 'sender' } }],
  },
  policy: {
    title: 'Policy',
    description: 'Routing policy of one direction of a channel. What is absent is decided by the node’s model.',
    type: 'object',
    properties: {
      fee_base: { ...ref('amount'), title: 'Base fee', description: 'Fee of every forward.', examples: ['1000 msat'] },
      fee_rate: { ...ref('rate'), title: 'Fee rate', description: 'Proportional fee of every forward.' },
      cltv_expiry_delta: {
        title: 'CLTV expiry delta',
        description: 'Blocks between the expiries of the incoming and the outgoing HTLC.',
        type: 'integer',
        minimum: 1,
        maximum: 65_535,
        examples: [80],
      },
      min_htlc: {
        ...ref('amount'),
        title: 'Smallest HTLC',
        examples: ['1 sat'],
        description: 'Smaller HTLCs are not forwarded.',
      },
      max_htlc: {
        ...ref('amount'),
        title: 'Largest HTLC',
        examples: ['1_000_000 sat'],
        description: 'Larger HTLCs are not forwarded.',
      },
      disabled: {
        title: 'Disabled',
        description: 'Announces that the direction is not to be used.',
        type: 'boolean',
        default: false,
      },
      inbound_fee_base: {
        ...ref('signedAmount'),
        title: 'Inbound base fee',
        description: 'Base fee for what comes in by this channel; negative is a discount.',
      },
      inbound_fee_rate: {
        ...ref('signedRate'),
        title: 'Inbound fee rate',
        description: 'Proportional fee for what comes in by this channel; negative is a discount.',
      },
    },
    additionalProperties: false,
    examples: [{ fee_base: '1000 msat', fee_rate: '20 ppm' }],
  },
  payment: {
    title: 'Payment options',
    description: 'How the payments are made.',
    type: 'object',
    properties: PAYMENT_PROPERTIES,
    additionalProperties: false,
    examples: [{ method: 'invoice', max_parts: 16 }],
  },
  expression: {
    title: 'Expression',
    description: 'A CEL expression over the parameters.',
    type: 'string',
    pattern: '\\$\\{\\{.*\\}\\}',
    examples: ["${{ duration('10s') + params.gap }}"],
  },
};
