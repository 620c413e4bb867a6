/**
 * Names of the keys of sweeps in Redis, and the scripts that change several of them at once. Each sweep has its own, by the
 * digest of its plan, so that sweeps never mix. The part in braces keeps those of a sweep together in a cluster.
 *
 *   PREFIX:sweeps                 set: plans that want workers
 *   PREFIX:{PLAN}:job             text: the SweepJob; while it is there, results are wanted
 *   PREFIX:{PLAN}:owner           text: whose the sweep is; goes by itself when its coordinator is gone
 *   PREFIX:{PLAN}:results         hash: by cell, the first result with its digest and who made it
 *   PREFIX:{PLAN}:log             list: `s CELL` for each start, `f CELL` for each first result
 *   PREFIX:{PLAN}:conflicts       hash: by cell, digest and maker of a second result that is not the first
 *   PREFIX:{PLAN}:cells:…         the queue, BullMQ's own
 */

import type { Redis } from 'ioredis';
import { sha256Text } from '../base/digest.ts';

export interface SweepKeys {
  readonly job: string;
  readonly owner: string;
  readonly results: string;
  readonly log: string;
  readonly conflicts: string;
  /** Prefix and name of the queue. */
  readonly queuePrefix: string;
}

export const QUEUE_NAME = 'cells';

export function sweepsKey(prefix: string): string {
  return `${prefix}:sweeps`;
}

/** Keys of one sweep. */
export function sweepKeys(prefix: string, plan: string): SweepKeys {
  const base = `${prefix}:{${plan}}`;
  const key = (name: string): string => `${base}:${name}`;
  return {
    job: key('job'),
    owner: key('owner'),
    results: key('results'),
    log: key('log'),
    conflicts: key('conflicts'),
    queuePrefix: base,
  };
}

/** Name of a cell in the queue, where not every text may be one. */
export function jobId(cell: string): string {
  return `cell-${sha256Text(cell).slice(0, 32)}`;
}

/** What became of a result that was handed in. `gone`: nobody wants results of this sweep any more. */
export type Handed = 'first' | 'same' | 'differs' | 'gone';

const HAND_IN = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 'gone' end
local first = redis.call('HGET', KEYS[2], ARGV[1])
if not first then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
  redis.call('RPUSH', KEYS[3], 'f ' .. ARGV[1])
  return 'first'
end
if string.sub(first, 1, 64) == ARGV[2] then return 'same' end
redis.call('HSETNX', KEYS[4], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
return 'differs'`;

/** Hands a result in. The first one counts; a second one must be the same. `maker` is a word. */
export async function handIn(
  client: Redis,
  keys: SweepKeys,
  cell: string,
  maker: string,
  text: string,
): Promise<Handed> {
  const { job, results, log, conflicts } = keys;
  const answer = await client.eval(HAND_IN, 4, job, results, log, conflicts, cell, sha256Text(text), maker, text);
  return answer as Handed;
}

export interface HandedResult {
  readonly digest: string;
  readonly maker: string;
  /** Empty for one that did not count. */
  readonly text: string;
}

/** Reads an entry of `results` or `conflicts`. */
export function parseHanded(entry: string): HandedResult {
  const [digest = '', maker = ''] = entry.split(' ', 2);
  return { digest, maker, text: entry.slice(digest.length + maker.length + 2) };
}

const NOTE_START = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 0 end
redis.call('RPUSH', KEYS[3], 's ' .. ARGV[1])
return 1`;

/** Notes that a cell is begun; false when there is no need: it has a result, or nobody wants one. */
export async function noteStart(client: Redis, keys: SweepKeys, cell: string): Promise<boolean> {
  return (await client.eval(NOTE_START, 3, keys.job, keys.results, keys.log, cell)) === 1;
}

const RENEW = `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** Keeps a sweep, or takes one that nobody has, for so many ms; false when it is somebody else's. */
export async function ownSweep(client: Redis, keys: SweepKeys, owner: string, ms: number): Promise<boolean> {
  return (await client.eval(RENEW, 1, keys.owner, owner, ms)) === 1;
}
