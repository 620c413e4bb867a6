/** The models of one run in other processes: which process is the brain of which implementation, and how they end. */
import type { ModelKind } from '../simulate/node-model.ts';
import type { AnnouncedKind } from './announced-models.ts';
import type { LinkLimits, LinkTarget, RemoteModels, RemoteModelsSettings } from './contract.ts';
import { descriptionProblem } from './description-check.ts';
import { DirectLink } from './direct-link.ts';
import { type ModelProcess, startModelProcess } from './model-process.ts';
import { type RemoteKind, readDescription, remoteKinds } from './remote-kinds.ts';
import type { TurnLink } from './remote-session.ts';
import { SyncLink } from './sync-link.ts';
import type { DescribeResponse } from './wire.ts';

export interface Link extends TurnLink {
  readonly description: DescribeResponse;
  close(): Promise<void>;
}

export interface RemoteModelsRequest extends RemoteModelsSettings {
  /** Implementations, as this process knows them. */
  readonly kinds: readonly ModelKind[];
  /** Starts a process of ours. */
  readonly command: readonly string[];
  /** Module whose threads serve links. */
  readonly entry: URL;
}

/** @throws Error that says which process failed and why; nothing is left running */
export async function openRemoteModels(request: RemoteModelsRequest): Promise<RemoteModels> {
  const { command, entry, limits } = request;
  const processes: ModelProcess[] = [];
  const links: Link[] = [];
  // They begin while the processes do.
  const count = request.start.length + request.targets.length;
  const threads = Array.from({ length: count }, () => SyncLink.begin(entry, limits));
  const closeAll = async (): Promise<void> => {
    await Promise.all([...links.map((link) => link.close()), ...threads.map((thread) => SyncLink.end(thread))]);
    await Promise.all(processes.map((process) => process.stop()));
  };
  let closed: Promise<void> | null = null;
  try {
    for (let i = 0; i < request.count; i++) processes.push(await startModelProcess(command));
    const own = [...processes];
    for (const words of request.start) processes.push(await startModelProcess(words));
    const targets: readonly LinkTarget[] = [...processes.map(({ address }) => ({ address })), ...request.targets];
    for (const process of own) links.push(await linkTo(process, entry, limits));
    for (const [i, thread] of threads.entries()) {
      links.push(await SyncLink.open(thread, targets[own.length + i] as LinkTarget, limits));
    }
    const known = new Set(request.kinds.map(({ name }) => name));
    const described = links.map(({ description }, i) => {
      return { from: `the process at ${targets[i]?.address}`, description };
    });
    const isKnown = described.every(({ description }) =>
      description.models.every(({ name }) => known.has(name as string)),
    );
    // What reads schemas is loaded only where there are some.
    const announced = isKnown ? [] : (await import('./announced-models.ts')).announcedKinds(described, known);
    return {
      announced: announced.map(({ model }) => model),
      kinds: (needed) => share(request, announced, links, needed),
      close: () => {
        closed ??= closeAll();
        return closed;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** To a process of ours; see DirectLink.open. */
export async function linkTo(process: ModelProcess, entry: URL, limits: LinkLimits): Promise<Link> {
  const direct = await DirectLink.open(entry, process, limits);
  return direct ?? (await SyncLink.open(SyncLink.begin(entry, limits), { address: process.address }, limits));
}

/** Gives each implementation to a process that offers it, to one after the other. */
function share(
  { kinds, inProcess }: RemoteModelsRequest,
  announced: readonly AnnouncedKind[],
  links: readonly Link[],
  needed: ReadonlySet<string>,
): readonly ModelKind[] {
  const offered = links.map(({ description }) => new Map(description.models.map((m) => [m.name as string, m])));
  const given: RemoteKind[][] = links.map(() => []);
  const own: ModelKind[] = [];
  let turn = 0;
  for (const kind of [...kinds, ...announced.map((one) => one.kind)]) {
    if (!needed.has(kind.name)) continue;
    const order = links.map((_, i) => (turn + i) % links.length);
    const at = order.find((i) => offered[i]?.has(kind.name));
    if (at === undefined) {
      if (!inProcess) {
        const hint = `\`--models in-process,…\` lets it decide here`;
        throw new Error(`no model process offers ${kind.name}, which the scenario has nodes of; ${hint}`);
      }
      own.push(kind);
      continue;
    }
    turn = at + 1;
    const told = offered[at]?.get(kind.name) ?? {};
    const problem = descriptionProblem(told);
    if (problem !== null) throw new Error(`what a process says of ${kind.name} cannot be: ${problem}`);
    const description = readDescription(told);
    if (description.version !== kind.version) {
      throw new Error(`the process models ${description.version}, this command ${kind.version}`);
    }
    given[at]?.push({ kind, description });
  }
  return [...own, ...links.flatMap((link, i) => remoteKinds(given[i] ?? [], link))];
}
