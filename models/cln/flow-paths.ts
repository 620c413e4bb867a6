/**
 * A flow taken apart into paths from the source to the destination, each with what it carries.
 *
 * cln:plugins/askrene/child/mcf.c:get_flow_paths, find_path_or_cycle: from the source along the first channel with flow,
 * as far as the destination; a circle that is met on the way is taken out.
 */
import type { Flow } from './flows.ts';
import type { MinCostFlow } from './min-cost-flow.ts';

/** @param unitMsat what a unit of flow is worth */
export function pathsOf(
  { flow, edges }: MinCostFlow,
  ends: { from(edge: number): number; to(edge: number): number },
  source: number,
  destination: number,
  units: number,
  unitMsat: number,
): Flow[] {
  const rest = new Map<number, number>();
  const out = new Map<number, number[]>();
  for (const edge of [...edges].sort((a, b) => a - b)) {
    rest.set(edge, flow[edge] as number);
    const from = ends.from(edge);
    const others = out.get(from);
    if (others === undefined) out.set(from, [edge]);
    else others.push(edge);
  }
  const left = (edge: number): number => rest.get(edge) as number;
  const take = (path: readonly number[], most: number): number => {
    const amount = path.reduce((least, edge) => Math.min(least, left(edge)), most);
    for (const edge of path) rest.set(edge, left(edge) - amount);
    return amount;
  };
  const flows: Flow[] = [];
  for (let missing = units; missing > 0; ) {
    const path: number[] = [];
    const seen = new Map<number, number>([[source, 0]]);
    let circle = -1;
    for (let node = source; node !== destination && circle < 0; ) {
      const edge = (out.get(node) ?? []).find((one) => left(one) > 0);
      if (edge === undefined) throw new Error('a flow ends before its destination');
      path.push(edge);
      node = ends.to(edge);
      circle = seen.get(node) ?? -1;
      seen.set(node, path.length);
    }
    if (circle >= 0) {
      take(path.slice(circle), Infinity);
      continue;
    }
    const amount = take(path, missing);
    missing -= amount;
    flows.push({ edges: path, deliversMsat: amount * unitMsat });
  }
  return flows;
}
