/**
 * The nodes of a sim-ln file and their names: an alias where it is a usable name that no other node has, else the public
 * key. The implementation of a real node becomes its label `implementation`.
 */
import type { ImportedNode } from './imported.ts';
import { isObject, type JsonFields, type JsonObject } from './json-fields.ts';
import { isNodeName } from './names.ts';
import type { ImportProblems } from './problems.ts';

interface Entry {
  pubkey: string | undefined;
  alias: string;
  implementation: string | undefined;
}

/** Kinds of real nodes with the fields that tell them apart, in sim-ln's order. */
const REAL: readonly { readonly implementation: string; readonly fields: readonly string[] }[] = [
  { implementation: 'lnd', fields: ['id', 'address', 'macaroon', 'cert'] },
  { implementation: 'cln', fields: ['id', 'address', 'ca_cert', 'client_cert', 'client_key'] },
  { implementation: 'eclair', fields: ['base_url', 'api_username', 'api_password'] },
  { implementation: 'ldk', fields: ['address', 'api_key', 'cert'] },
];

const PUBKEY = /^0[23][0-9a-f]{64}$/;

export class SimLnNodes {
  readonly #problems: ImportProblems;
  readonly #entries: Entry[] = [];
  readonly #byPubkey = new Map<string, number>();
  readonly #byAlias = new Map<string, number[]>();
  #names: readonly string[] | undefined;

  constructor(problems: ImportProblems) {
    this.#problems = problems;
  }

  /** Node of one side of a channel of `sim_network`; -1 after reporting a bad key. */
  simulated(fields: JsonFields): number {
    const pubkey = fields.text('pubkey').toLowerCase();
    const alias = fields.text('alias', '');
    if (!PUBKEY.test(pubkey)) {
      fields.fail('pubkey', 'pubkey must be a public key of 66 hex digits');
      return -1;
    }
    const known = this.#byPubkey.get(pubkey);
    if (known === undefined) return this.#add({ pubkey, alias, implementation: undefined });
    const entry = this.#entries[known] as Entry;
    if (entry.alias === '' && alias !== '') {
      entry.alias = alias;
      this.#addAlias(alias, known);
    }
    return known;
  }

  /** A node of the list `nodes`. */
  addReal(object: JsonObject, index: number): void {
    const nested = REAL_NESTED.find((key) => isObject(object[key]));
    const fields = nested === undefined ? object : (object[nested] as JsonObject);
    const kind = REAL.find((one) => one.fields.every((field) => typeof fields[field] === 'string'));
    if (kind === undefined) {
      this.#problems.atPath(
        'E703',
        ['nodes', index],
        'this is no node of lnd, cln, eclair or ldk-server as sim-ln describes them',
      );
      return;
    }
    const id = typeof fields.id === 'string' ? fields.id : `${kind.implementation}-${index}`;
    const isKey = PUBKEY.test(id.toLowerCase());
    const pubkey = isKey ? id.toLowerCase() : undefined;
    if (this.find(id) !== null) {
      this.#problems.atPath('E704', ['nodes', index], `node ${id} stands twice in this file`);
      return;
    }
    this.#add({ pubkey, alias: isKey ? '' : id, implementation: kind.implementation });
  }

  /** A node by public key or alias: its index, null when unknown. */
  find(id: string): number | 'ambiguous' | null {
    const byKey = this.#byPubkey.get(id.toLowerCase());
    if (byKey !== undefined) return byKey;
    const byAlias = this.#byAlias.get(id);
    if (byAlias === undefined) return null;
    return byAlias.length === 1 ? (byAlias[0] as number) : 'ambiguous';
  }

  /** Node that an activity names; a public key that is not in the file is a node of the public graph and is added. */
  findOrAdd(id: string, path: readonly (string | number)[]): number | null {
    const found = this.find(id);
    if (found === 'ambiguous') {
      this.#problems.atPath('E704', path, `several nodes have the alias ${id}; use a public key`);
      return null;
    }
    if (found !== null) return found;
    if (!PUBKEY.test(id.toLowerCase())) {
      this.#problems.atPath('E704', path, `there is no node ${id} in this file`);
      return null;
    }
    this.#problems.atPath('W701', path, `node ${id} is not in this file and was added without channels`);
    return this.#add({ pubkey: id.toLowerCase(), alias: '', implementation: undefined });
  }

  /** Public key of a node, where the file has it. */
  pubkey(node: number): string | undefined {
    return this.#entries[node]?.pubkey;
  }

  /** Name that a node has in the scenario. All nodes must have been added. */
  name(node: number): string {
    this.#names ??= this.#entries.map((entry, index) => {
      const unique = this.#byAlias.get(entry.alias)?.length === 1;
      return entry.alias !== '' && unique && isNodeName(entry.alias) ? entry.alias : (entry.pubkey ?? `node-${index}`);
    });
    return this.#names[node] ?? '';
  }

  /** All nodes; those not in `except` get the label. */
  finish(
    mark: { readonly label: Readonly<Record<string, string>>; readonly except: ReadonlySet<number> } | null,
  ): ImportedNode[] {
    return this.#entries.map((entry, index) => ({
      name: this.name(index),
      ...(entry.pubkey === undefined ? {} : { pubkey: entry.pubkey }),
      labels: {
        ...(entry.alias === '' ? {} : { alias: entry.alias }),
        ...(entry.implementation === undefined ? {} : { implementation: entry.implementation }),
        ...(mark !== null && !mark.except.has(index) ? mark.label : {}),
      },
    }));
  }

  #add(entry: Entry): number {
    const index = this.#entries.length;
    this.#entries.push(entry);
    if (entry.pubkey !== undefined) this.#byPubkey.set(entry.pubkey, index);
    if (entry.alias !== '') this.#addAlias(entry.alias, index);
    return index;
  }

  #addAlias(alias: string, index: number): void {
    const known = this.#byAlias.get(alias);
    if (known === undefined) this.#byAlias.set(alias, [index]);
    else known.push(index);
  }
}

const REAL_NESTED: readonly string[] = ['LND', 'CLN'];
