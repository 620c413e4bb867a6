/** `blast init`: writes a first scenario that runs. */
import { writeWhole } from '../run/files.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { type CommandEntry, OPTION } from './options.ts';
import { pathIn } from './scenario-file.ts';

export const FIRST_SCENARIO_FILE = 'scenario.yml';

/** A scenario that shows the main sections, runs in an instant, and passes its expectations. */
export const FIRST_SCENARIO = `version: 1
name: first
description: Alice pays a shop. While their channel is closed, the payments go through a hub and cost a fee.
seed: 1
duration: 2m

params:
  amount: { type: amount, default: 10 sat, description: what one payment is worth }

chain:
  mining: { every: 10s, blocks: 6 }

defaults:
  node: { model: lnd, wallet: 1 BTC }

nodes:
  alice: {}
  hub: {}
  shop: { labels: { role: merchant } }

channels:
  alice-shop: { from: alice, to: shop, capacity: 500_000 sat }
  alice-hub: { from: alice, to: hub, capacity: 1_000_000 sat }
  hub-shop: { from: hub, to: shop, capacity: 1_000_000 sat }

activity:
  alice-buys:
    source: alice
    destination: shop
    start: 1s
    interval: 1s
    amount: \${{ params.amount }}

events:
  - at: 40s
    close_channel: { channel: alice-shop }
  - at: 60s
    open_channel: { channel: alice-shop, from: alice, to: shop, capacity: 500_000 sat }

expect:
  - at: 39s
    that: payments('alice-buys').fee_msat == 0
    message: a direct payment costs nothing
  - at: 59s
    that: "channel('alice-shop').state == 'closed' && payments('alice-buys').fee_msat > 0"
  - that: payments('alice-buys').success_rate > 0.9
    message: the payments arrive all the same
`;

export const initCommand: CommandEntry = {
  name: 'init',
  summary: 'write a first scenario that runs',
  details: `Writes ${FIRST_SCENARIO_FILE}; an existing file is never overwritten.`,
  arguments: [{ syntax: '[dir]', summary: 'folder, by default the present one' }],
  options: [OPTION.quiet],
  examples: [
    ['blast init', `write ${FIRST_SCENARIO_FILE} here`],
    ['blast init experiments/first', 'in a new folder'],
  ],
  async run({ io }, [dir = ''], options) {
    if (dir !== '' && io.files.kind(dir) === 'file') throw new CliError(EXIT.usage, `${dir} is a file, not a folder`);
    const path = pathIn(dir.replace(/[/\\]+$/, ''), FIRST_SCENARIO_FILE);
    if (io.files.kind(path) !== 'none') {
      throw new CliError(EXIT.usage, `${path} is there already`, 'name another folder, or remove the file');
    }
    if (dir !== '') io.files.makeFolder(dir);
    writeWhole(io.files, path, FIRST_SCENARIO);
    if (options.quiet !== true) io.stdout.write(`wrote ${path}\n\nrun it with\n  blast run ${path}\n`);
    return EXIT.ok;
  },
};
