/** A real redis-server for tests: on a port that nobody uses, in a folder of its own, gone after the tests. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const hasRedisServer: boolean = spawnSync('redis-server', ['--version']).status === 0;

export class RedisServer {
  readonly folder: string = mkdtempSync(path.join(tmpdir(), 'blast-redis-'));
  readonly port: number;
  readonly #args: readonly string[];
  #process: ChildProcess | null = null;

  private constructor(port: number, args: (port: number) => readonly string[]) {
    this.port = port;
    this.#args = args(port);
    mkdirSync(path.join(this.folder, 'data'));
  }

  /** Starts one; `args` are those of redis-server besides its folder. */
  static async start(
    args: (port: number) => readonly string[] = (port) => ['--port', String(port)],
  ): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, again after `stop`, and waits until it listens. */
  async start(): Promise<void> {
    const settings = ['--bind', '127.0.0.1', '--dir', path.join(this.folder, 'data'), '--save', ''];
    this.#process = spawn('redis-server', [...settings, ...this.#args], { stdio: 'ignore' });
    for (let i = 0; i < 200; i++) {
      if (await listens(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`redis-server does not listen on port ${this.port}`);
  }

  /** Ends it without notice; what it held is lost. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
