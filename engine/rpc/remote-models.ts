/** The models of one run in other processes: which process is the brain of which implementation, and how they end. */
import type { ModelKind } from '../simulate/node-model.ts';
import type { LinkTarget, RemoteModels, RemoteModelsSettings } from './contract.ts';
import { type ModelProcess, startModelProcess } from './model-process.ts';
import { type RemoteKind, readDescription, remoteKinds } from './remote-kinds.ts';
import { SyncLink } from './sync-link.ts';

export interface RemoteModelsRequest extends RemoteModelsSettings {
  /** Implementations, as this process knows them. */
  readonly kinds: readonly ModelKind[];
  /** Names of those that the run has nodes of. */
  readonly needed: ReadonlySet<string>;
  /** Starts a process of ours. */
  readonly command: readonly string[];
  /** Module whose threads serve links. */
  readonly entry: URL;
}

/** @throws Error that says which process failed and why; nothing is left running */
export async function openRemoteModels(request: RemoteModelsRequest): Promise<RemoteModels> {
  const { where, command, entry, limits } = request;
  const processes: ModelProcess[] = [];
  const links: SyncLink[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(links.map((link) => link.close()));
    await Promise.all(processes.map((process) => process.stop()));
  };
  try {
    let targets: readonly LinkTarget[];
    if (typeof where === 'number') {
      for (let i = 0; i < where; i++) processes.push(await startModelProcess(command));
      targets = processes.map(({ address }) => ({ address }));
    } else {
      targets = where;
    }
    for (const target of targets) links.push(await SyncLink.open(entry, target, limits));
    return { kinds: share(request, links), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Gives each implementation to a process that offers it, to one after the other. */
function share({ kinds, needed }: RemoteModelsRequest, links: readonly SyncLink[]): readonly ModelKind[] {
  const offered = links.map(({ description }) => new Map(description.models.map((m) => [m.name as string, m])));
  const given: RemoteKind[][] = links.map(() => []);
  let turn = 0;
  for (const kind of kinds) {
    if (!needed.has(kind.name)) continue;
    const order = links.map((_, i) => (turn + i) % links.length);
    const at = order.find((i) => offered[i]?.has(kind.name));
    if (at === undefined) throw new Error(`no model process offers ${kind.name}, which the scenario has nodes of`);
    turn = at + 1;
    const description = readDescription(offered[at]?.get(kind.name) ?? {});
    if (description.version !== kind.version) {
      throw new Error(`the process models ${description.version}, this command ${kind.version}`);
    }
    given[at]?.push({ kind, description });
  }
  return links.flatMap((link, i) => remoteKinds(given[i] ?? [], link));
}
