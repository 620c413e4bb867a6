/** The list of templates; adding one is one file and one line here. */
import { channelLifecycle } from './channel-lifecycle.ts';
import { feeChange } from './fee-change.ts';
import { multiPart } from './multi-part.ts';
import { outage } from './outage.ts';
import { quickStart } from './quick-start.ts';
import { randomTraffic } from './random-traffic.ts';
import type { Template } from './template.ts';

/** All templates; the first one is the default. */
export const TEMPLATES: readonly [Template, ...Template[]] = [
  quickStart,
  channelLifecycle,
  outage,
  feeChange,
  multiPart,
  randomTraffic,
];
