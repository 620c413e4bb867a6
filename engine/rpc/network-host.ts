/**
 * The one network that a process hosts, whatever protocol it is driven by: made, saved, loaded, replaced, and played on
 * while somebody waits for what happens in it.
 */
import { HostError } from './host-error.ts';
import type { HostedEvent } from './hosted-events.ts';
import { HostedNetwork, type HostedNetworkSettings } from './hosted-network.ts';
import { loadNetwork, networkNames, type SaveFolder, saveNetwork } from './saved-networks.ts';

/** Longest sleep while somebody waits, ms: so that the end of a process is not held up. */
const MAX_SLEEP_MS = 50;

/** What happened in the network, or to it. */
export type HostEvent =
  | HostedEvent
  | { readonly kind: 'network'; readonly change: 'new' | 'loaded' | 'saved'; readonly name: string };

export type HostListener = (event: HostEvent, timeUs: number) => void;

export interface NetworkHostOptions extends HostedNetworkSettings {
  readonly folder: SaveFolder;
  /** Resolves after at least so many milliseconds of the clock; null where the clock does not move by itself. */
  readonly sleep: ((ms: number) => Promise<void>) | null;
  /** Called when StopModel was answered. */
  stopped(): void;
  /** Called with the name of each call and, where it failed, the sentence that answers it. */
  called(name: string, failure: string | null): void;
}

export class NetworkHost {
  readonly options: NetworkHostOptions;
  #network: HostedNetwork | null = null;
  readonly #listeners = new Set<HostListener>();
  /** Counts pacing loops; all but the latest end. */
  #pacing = 0;
  #ended = false;

  constructor(options: NetworkHostOptions) {
    this.options = options;
  }

  /** The network; null before somebody wants one, and after the nodes were stopped. */
  get network(): HostedNetwork | null {
    return this.#network;
  }

  /** The network, made without nodes where there is none. */
  open(): HostedNetwork {
    this.#network ??= this.#made(this.options);
    return this.#network;
  }

  /** Plays what is due by now, and goes on as long as somebody waits. */
  catchUp(): void {
    this.#network?.catchUp();
    this.pace();
  }

  /** Begins another network. @throws HostError when there are nodes that may not go */
  begin(settings: Partial<HostedNetworkSettings>, replace: boolean): void {
    this.#vacate(replace);
    this.#network = this.#made({ ...this.options, ...settings });
    this.#tell({ kind: 'network', change: 'new', name: '' });
  }

  /** @throws HostError when the name cannot be that of a saved network */
  save(name: string): void {
    saveNetwork(this.options.folder, name, this.options.defaultModel, this.open().capture());
    this.#tell({ kind: 'network', change: 'saved', name });
  }

  /** @param model the only model that its nodes may have; null for any that there is. @throws HostError */
  load(name: string, model: string | null, replace: boolean): HostedNetwork {
    this.#checkVacant(replace);
    const { state, model: of } = loadNetwork(this.options.folder, name, this.options);
    const foreign = state.simulation.nodes.find((node) => model !== null && node.model !== model)?.model;
    if (foreign !== undefined || (model !== null && of !== model)) {
      const what = `the saved network ${name} is of ${foreign ?? of}, not of ${model}`;
      throw new HostError(what, 'network_foreign', { field: 'name', subject: name });
    }
    const loaded = new HostedNetwork(this.options, this.#tell, state);
    this.#vacate(replace);
    this.#network = loaded;
    this.#tell({ kind: 'network', change: 'loaded', name });
    return loaded;
  }

  /** Names of saved networks, in order. */
  saved(): readonly string[] {
    return networkNames(this.options.folder);
  }

  /** Ends the nodes. */
  stop(): void {
    this.#network?.abandon();
    this.#network = null;
  }

  /** Ends the host: nothing is played any more by itself, and nobody waits for a payment. */
  end(): void {
    this.#ended = true;
    this.#listeners.clear();
    this.#network?.abandon();
  }

  /** Calls the listener with everything that happens from now on; answers how to end that. */
  listen(listener: HostListener): () => void {
    this.open();
    this.#listeners.add(listener);
    this.pace();
    return () => void this.#listeners.delete(listener);
  }

  /** Goes on playing by the clock as long as somebody listens or waits for a payment. */
  pace(): void {
    const { sleep } = this.options;
    if (sleep !== null && this.#isAwaited) void this.#play(++this.#pacing, sleep);
  }

  get #isAwaited(): boolean {
    if (this.#ended || this.#network === null) return false;
    return this.#listeners.size > 0 || this.#network.awaited > 0;
  }

  async #play(turn: number, sleep: (ms: number) => Promise<void>): Promise<void> {
    while (turn === this.#pacing && this.#isAwaited) {
      const network = this.open();
      const dueMs = Math.ceil((network.nextUs - network.clockUs) / 1000);
      await sleep(Math.max(1, Math.min(dueMs, MAX_SLEEP_MS)));
      if (turn === this.#pacing) this.#network?.catchUp();
    }
  }

  #checkVacant(replace: boolean): void {
    if ((this.#network?.nodes.size ?? 0) > 0 && !replace) {
      throw new HostError('the nodes were started before', 'network_in_use', { field: 'replace' });
    }
  }

  #vacate(replace: boolean): void {
    this.#checkVacant(replace);
    this.#network?.abandon();
  }

  #made(settings: HostedNetworkSettings): HostedNetwork {
    return new HostedNetwork(settings, this.#tell);
  }

  readonly #tell = (event: HostEvent, timeUs: number = this.#network?.timeUs ?? 0): void => {
    for (const listener of [...this.#listeners]) listener(event, timeUs);
  };
}
