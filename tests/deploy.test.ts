/** What deploy/ tells other machines to run is what the command understands. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildProgram } from '../engine/cli/cli.ts';
import type { CommandEntry, OptionValues } from '../engine/cli/options.ts';
import { ROOT } from './testing/command.ts';

interface Found {
  readonly entry: CommandEntry;
  readonly args: readonly string[];
  readonly options: OptionValues;
}

/** What the command line makes of these words; throws for those that it does not know. */
async function understood(words: readonly string[]): Promise<Found> {
  let found: Found | undefined;
  let said = '';
  const stream = {
    write: (text: string) => {
      said += text;
    },
    isTty: false,
  };
  const program = buildProgram({ stdout: stream, stderr: stream, columns: 100 }, async (entry, args, options) => {
    found = { entry, args, options };
  });
  await program.parseAsync([...words], { from: 'user' }).catch((error: unknown) => {
    throw new Error(`${words.join(' ')}: ${said}${String(error)}`);
  });
  if (found === undefined) throw new Error(`${words.join(' ')} runs nothing`);
  return found;
}

function documents(file: string): readonly Record<string, unknown>[] {
  return parseAllDocuments(readFileSync(path.join(ROOT, 'deploy', file), 'utf8')).map((document) => {
    if ('errors' in document) expect(document.errors).toEqual([]);
    return (document as { toJS(): Record<string, unknown> }).toJS();
  });
}

interface Service {
  readonly command: readonly string[];
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

describe('deploy/compose.yml', () => {
  const [compose] = documents('compose.yml') as unknown as [{ readonly services: Readonly<Record<string, Service>> }];
  const { worker, sweep, redis } = compose.services as Readonly<Record<'worker' | 'sweep' | 'redis', Service>>;

  it('starts workers and a sweep that the command understands', async () => {
    expect(await understood(worker.command)).toMatchObject({ entry: { name: 'worker' }, options: { lease: 30_000 } });
    const { entry, args, options } = await understood(sweep.command);
    expect([entry.name, args, options.out]).toEqual(['sweep', ['/scenarios/sweep.yml'], '/results/sweep']);
    for (const { command, environment, image } of [worker, sweep]) {
      expect(image).toBe('blast-ln');
      const variable = command[command.indexOf('--redis') + 1]?.replace('env:', '') ?? '';
      expect(environment?.[variable]).toBe(`redis://:\${REDIS_PASSWORD}@redis:6379`);
    }
    expect(redis.command).toContain('--requirepass');
  });

  it('names files that are there', () => {
    const { context = '', dockerfile = '' } = worker.build ?? {};
    const root = path.resolve(ROOT, 'deploy', context);
    expect(existsSync(path.join(root, dockerfile))).toBe(true);
    expect(existsSync(path.resolve(ROOT, 'deploy', sweep.volumes?.[0]?.split(':')[0] ?? '', 'sweep.yml'))).toBe(true);
  });
});

describe('deploy/kubernetes.yml', () => {
  interface Container {
    readonly args: readonly string[];
    readonly env: readonly { readonly name: string }[];
    readonly volumeMounts: readonly { readonly mountPath: string }[];
  }
  interface Job {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
  }
  const jobs = (documents('kubernetes.yml') as unknown as Job[]).filter(({ kind }) => kind === 'Job');

  it('runs a worker and a sweep that the command understands', async () => {
    const found = await Promise.all(
      jobs.flatMap(({ spec }) => spec.template.spec.containers.map(({ args }) => understood(args))),
    );
    expect(found.map(({ entry }) => entry.name)).toEqual(['worker', 'sweep']);
    const [worker, sweep] = found as [Found, Found];
    expect(worker.options).toMatchObject({ jobs: 2, idle: 600_000, redisCa: '/redis/ca.pem' });
    expect(sweep.options).toMatchObject({ resume: true, out: '/results/sweep' });
    expect(worker.options.redisPrefix).toBe(sweep.options.redisPrefix);
  });

  it('mounts what the commands name, and sets the variables that they read', () => {
    for (const { spec } of jobs) {
      for (const { args, env, volumeMounts } of spec.template.spec.containers) {
        const paths = args.filter((word) => word.startsWith('/'));
        expect(paths.length).toBeGreaterThan(0);
        for (const file of paths)
          expect(volumeMounts.some(({ mountPath }) => file.startsWith(`${mountPath}/`))).toBe(true);
        const variables = args.filter((word) => word.startsWith('env:')).map((word) => word.slice(4));
        expect(env.map(({ name }) => name)).toEqual(variables);
      }
    }
  });
});

it('the image is made of files that the checkout has', () => {
  const text = readFileSync(path.join(ROOT, 'deploy/Dockerfile'), 'utf8');
  expect(text).toContain('ENTRYPOINT ["node", "/src/dist/blast.mjs"]');
  expect(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).bin.blast).toBe('dist/blast.mjs');
});
