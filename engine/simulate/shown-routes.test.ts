import { describe, expect, it } from 'vitest';
import { AttemptPool } from './attempts.ts';
import { ChannelTable } from './channels.ts';
import { MAX_HOPS, RouteBuffer } from './node-model.ts';
import { ShownRoutes } from './shown-routes.ts';

/** Nodes 5, 6 and 7; channel 0 joins the first two, channels 1 and 2 the last two. */
function world(): { attempts: AttemptPool; routes: ShownRoutes; send(edges: readonly number[]): number } {
  const channels = new ChannelTable();
  channels.add(0, 5, 6, 1000);
  channels.add(1, 6, 7, 1000);
  channels.add(2, 6, 7, 1000);
  const attempts = new AttemptPool();
  const routes = new ShownRoutes([5], attempts, channels);
  const send = (edges: readonly number[]): number => {
    const route = new RouteBuffer();
    route.length = edges.length;
    route.edge.set(edges);
    const attempt = attempts.add(0, 0, route);
    routes.sent(0, attempt);
    return attempt;
  };
  return { attempts, routes, send };
}

/** A forwarding node takes another channel for the second hop. */
function reroute({ attempts, routes }: ReturnType<typeof world>, attempt: number, edge: number): void {
  routes.keep(0, attempt);
  attempts.edge[attempt * MAX_HOPS + 1] = edge;
}

const SENT = { nodes: [5, 6, 7], channels: [0, 1] };

describe('the route that a result shows', () => {
  it('is that of the last attempt as it was sent', () => {
    const w = world();
    expect(w.routes.of(0)).toBeUndefined();
    const attempt = w.send([0, 2]);
    expect(w.routes.of(0)).toEqual(SENT);
    reroute(w, attempt, 4);
    expect(w.routes.of(0)).toEqual(SENT);
    w.send([0]);
    expect(w.routes.take(0)).toEqual({ nodes: [5, 6], channels: [0] });
    expect(w.routes.of(0)).toBeUndefined();
  });

  it('is that of a success as its HTLCs went', () => {
    const w = world();
    const attempt = w.send([0, 2]);
    reroute(w, attempt, 4);
    w.routes.succeeded(0, attempt);
    expect(w.routes.take(0)).toEqual({ nodes: [5, 6, 7], channels: [0, 2] });
  });

  it('outlives the slot of its attempt', () => {
    const w = world();
    const attempt = w.send([0, 2]);
    w.routes.keep(0, attempt);
    w.attempts.resolved[attempt] = 1;
    w.attempts.release(attempt);
    const next = new RouteBuffer();
    next.length = 1;
    next.edge[0] = 0;
    expect(w.attempts.add(0, 1, next)).toBe(attempt);
    expect(w.routes.of(0)).toEqual(SENT);
  });
});
