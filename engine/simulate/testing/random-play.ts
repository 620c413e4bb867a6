/** Plays random steps on a random network, and brings everything to its end. */
import { BLOCK_WEIGHT } from '../mempool.ts';
import type { RoutingTraceSink } from '../routing-trace.ts';
import { circle } from './circle.ts';
import { type TestNetwork, TestRun } from './network.ts';
import { DEEPEST_REORG, LATER, NODES } from './random-network.ts';
import type { Step } from './random-steps.ts';

/** Plays steps and then brings everything to its end. `between` is called after each step and within waits. */
export function play(
  t: TestNetwork,
  steps: readonly Step[],
  between: (run: TestRun) => void = () => {},
  trace?: RoutingTraceSink,
): TestRun {
  const run = new TestRun(t, true, trace);
  const names = t.channels.length + LATER;
  let paid = 0;
  let opened = 0;
  let circular = 0;
  let now = 0;
  // The last node makes its invoice later, or never.
  for (let node = 0; node < NODES - 1; node++) run.simulation.createInvoice(node);
  for (const s of steps) {
    between(run);
    const sim = run.simulation;
    switch (s.do) {
      case 'pay':
        for (let i = 0; i < s.n && paid < t.payments!.length - 8; i++) sim.pay(paid++);
        break;
      case 'wait':
        now += s.ms / 1000;
        run.until(now, between);
        break;
      case 'stop':
        sim.stopNode(s.node);
        break;
      case 'start':
        sim.startNode(s.node);
        break;
      case 'mine':
        sim.mine(s.blocks);
        break;
      case 'open':
        if (s.from === s.to) break;
        sim.openChannel({
          channel: t.channels.length + (opened++ % LATER),
          from: s.from,
          to: s.to,
          capacitySat: s.sat,
          pushMsat: Math.min(s.push, s.sat * 1000),
          announced: true,
          policy: {},
          reversePolicy: {},
          latencyUs: 30_000,
        });
        break;
      case 'close': {
        const channel = s.channel < t.channels.length ? s.channel : s.channel % names;
        const instance = sim.world.byName[channel]!;
        const by = instance < 0 ? -1 : sim.world.channels.node[2 * instance + s.side]!;
        sim.closeChannel({ channel, force: s.force, by });
        break;
      }
      case 'reorg': {
        const depth = Math.min(s.depth, t.reorgDepth ?? 0);
        sim.mine(s.found);
        if (depth > 0) sim.reorg({ depth, blocks: Math.max(0, depth + s.more), empty: s.empty });
        break;
      }
      case 'create':
        sim.createInvoice(s.invoice);
        break;
      case 'settle':
        sim.settleInvoice(s.invoice);
        break;
      case 'cancel':
        sim.cancelInvoice(s.invoice);
        break;
      case 'fund':
        sim.fund(s.node, s.sat);
        break;
      case 'crash':
        sim.crashNode(s.node);
        break;
      case 'connect':
        if (s.a !== s.b) sim.connectPeer(s.a, s.b);
        break;
      case 'disconnect':
        if (s.a !== s.b) sim.disconnectPeer(s.a, s.b);
        break;
      case 'partition': {
        const nodes = Array.from({ length: NODES }, (_, n) => n);
        sim.partition([nodes.filter((n) => (s.mask >> n) & 1)]);
        break;
      }
      case 'heal':
        sim.heal();
        break;
      case 'send':
        sim.sendOnchain({ from: s.from, to: s.to, sat: s.sat });
        break;
      case 'latency':
        sim.setLatency({ channels: [s.channel % names], latencyUs: s.us });
        break;
      case 'feerate':
        sim.setFeerate(s.perKw);
        break;
      case 'congest': {
        const block = t.blockWeight ?? BLOCK_WEIGHT;
        sim.congestMempool({
          lowPerKw: s.low,
          highPerKw: s.low * s.factor,
          weight: Math.floor((s.backlog * block) / 1000),
          inflowWeight: Math.floor((s.inflow * block) / 1000),
          blocks: s.blocks,
        });
        break;
      }
      case 'cheat':
      case 'lose': {
        const wanted = t.oldStates?.[s.n % t.oldStates.length];
        if (wanted === undefined) break;
        if (s.do === 'cheat') {
          const { node0, node1 } = t.channels[wanted.channel]!;
          if (s.away) sim.stopNode(wanted.by === node0 ? node1 : node0);
          sim.cheat(wanted);
          if (s.away) sim.mine(s.blocks);
        } else sim.loseData({ ...wanted, broadcast: s.broadcast });
        break;
      }
      case 'rebalance': {
        const row = t.payments!.length - 1 - circular;
        const out = t.channels[s.out % t.channels.length];
        if (out === undefined || row < paid) break;
        circular++;
        // The row's ends are whatever they are; what counts is that the money comes back where it left.
        const node = t.payments![row]!.source;
        if (t.payments![row]!.destination !== node) break;
        const way = s.given ? circle(t.channels, node, s.out, s.into) : [];
        sim.rebalance({
          node,
          outChannel: way[0] ?? s.out % t.channels.length,
          inChannel: way.at(-1) ?? s.into % t.channels.length,
          amountMsat: s.msat,
          maxFeeMsat: 100_000,
          ...(way.length > 0 ? { route: way } : {}),
          row,
        });
        break;
      }
      case 'policy':
        sim.setPolicy({ channel: s.channel % names, node: -1, policy: s.policy });
        break;
    }
  }
  // Everything comes to its end: all nodes run and can pay for their claims, timeouts pass, blocks are mined until the
  // last HTLC has expired and the last delay is over; in some networks they are undone again and again.
  const sim = run.simulation;
  sim.heal();
  for (let a = 0; a < NODES; a++) for (let b = a + 1; b < NODES; b++) sim.connectPeer(a, b);
  for (let n = 0; n < NODES; n++) {
    sim.startNode(n);
    sim.fund(n, 100_000_000);
  }
  // Options may put expiries and delays 2016 blocks away each; most networks need no more than the first rounds.
  const unsettled = t.reorgDepth === DEEPEST_REORG ? t.reorgDepth : 0;
  const pending = (): boolean => sim.world.htlcs.live > 0 || sim.world.payments.running > 0;
  for (let i = 0; i < 8 || (i < 60 && pending()); i++) {
    now += 300;
    run.until(now);
    for (let found = 0; found < 150; found += unsettled > 0 ? 10 : 150) {
      sim.mine(unsettled > 0 ? 10 : 150);
      if (unsettled > 0 && i < 8) sim.reorg({ depth: unsettled, blocks: unsettled + 1, empty: found % 20 === 0 });
    }
  }
  run.until(now + 600);
  return run;
}
