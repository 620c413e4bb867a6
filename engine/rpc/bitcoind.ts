/**
 * The regtest chain of BLAST: a bitcoind that its models watch, whose wallet has the coins that nodes are funded with. BLAST's
 * core finds blocks and funds nodes there, beside its protocol. JSON-RPC over HTTP; every call has a deadline.
 */
import { DriverFailure, type DriverFault, DriverRefusal } from '../backends/rpc/driver.ts';
import type { ReorgRequest } from '../timeline/reorgs.ts';
import type { BitcoindTarget } from './contract.ts';

const SAT_PER_COIN = 100_000_000;
const COIN_DECIMALS = 8;

/** What a failure is about. */
interface Subject {
  readonly at: string;
  readonly method: string;
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly message?: unknown } | null;
}

export class Bitcoind {
  readonly #target: BitcoindTarget;
  readonly #callMs: number;
  #calls = 0;

  /** @param callMs how long a call may take */
  constructor(target: BitcoindTarget, callMs: number) {
    this.#target = target;
    this.#callMs = callMs;
  }

  /** Finds blocks, whose rewards go to its own wallet. */
  async mine(blocks: number): Promise<void> {
    const address = await this.#call('getnewaddress', []);
    await this.#call('generatetoaddress', [blocks, address]);
  }

  /** Undoes the last blocks, and finds others in their place; without `empty` they confirm what waits. */
  async reorg({ depth, blocks, empty }: ReorgRequest): Promise<void> {
    const height = await this.height();
    const first = Math.max(1, height - depth + 1);
    if (first <= height) await this.#call('invalidateblock', [await this.#call('getblockhash', [first])]);
    if (!empty) {
      if (blocks > 0) await this.mine(blocks);
      return;
    }
    for (let i = 0; i < blocks; i++) await this.#call('generateblock', [await this.#call('getnewaddress', []), []]);
  }

  /** Sends coins of its own wallet; they need a block. */
  async send(address: string, sat: number): Promise<void> {
    // As text, which it reads exactly.
    await this.#call('sendtoaddress', [address, (sat / SAT_PER_COIN).toFixed(COIN_DECIMALS)]);
  }

  async height(): Promise<number> {
    const height = await this.#call('getblockcount', []);
    if (typeof height === 'number' && Number.isSafeInteger(height)) return height;
    throw fault('nonsense', this.#subject('getblockcount'), `its answer is no height: ${JSON.stringify(height)}`);
  }

  #subject(method: string): Subject {
    return { at: `bitcoind at ${new URL(this.#target.url).host}`, method };
  }

  async #call(method: string, params: readonly unknown[]): Promise<unknown> {
    const { url, user, password } = this.#target;
    const subject = this.#subject(method);
    const headers = {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    };
    const body = JSON.stringify({ jsonrpc: '1.0', id: this.#calls++, method, params });
    let status: number;
    let text: string;
    try {
      const signal = AbortSignal.timeout(this.#callMs);
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
      status = response.status;
      text = await response.text();
    } catch (error) {
      if ((error as Error).name === 'TimeoutError') {
        throw fault('late', subject, `it did not answer within ${this.#callMs / 1000} s`);
      }
      throw fault('unreachable', subject, `it is not there (any more): ${reasonOf(error as Error)}`);
    }
    return resultOf(subject, status, text);
  }
}

/** Errors of calls come with status 500 and a JSON body; a wrong password with 401 and none. */
function resultOf(subject: Subject, status: number, text: string): unknown {
  if (status === 401 || status === 403)
    throw fault('unreachable', subject, 'it does not know the user or the password');
  let answer: Answer | null;
  try {
    answer = JSON.parse(text) as Answer | null;
  } catch {
    throw fault('nonsense', subject, `its answer is no JSON, with status ${status}`);
  }
  if (typeof answer !== 'object' || answer === null || !('result' in answer || 'error' in answer)) {
    throw fault('nonsense', subject, 'its answer has no result');
  }
  if (answer.error === undefined || answer.error === null) return answer.result;
  throw new DriverRefusal(`${subject.method}: ${String(answer.error.message)}`);
}

function reasonOf({ message, cause }: Error): string {
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : message;
}

function fault(kind: DriverFault, { at, method }: Subject, reason: string): DriverFailure {
  return new DriverFailure(kind, { call: method, node: '', at }, reason);
}
