/** Imports point one way: from room to room as listed here, and never in a circle of files. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/command.ts';

/** Rooms that a room may import from, besides itself. docs/architecture.md says the same. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'engine/base': [],
  'engine/timeline': ['engine/base'],
  'engine/spec': ['engine/base'],
  'engine/simulate': ['engine/base', 'engine/timeline'],
  models: ['engine/base', 'engine/simulate'],
  'engine/backends': ['engine/base', 'engine/timeline', 'engine/simulate'],
  'engine/interop': ['engine/base', 'engine/timeline', 'engine/spec'],
  'engine/kinds': [
    'engine/base',
    'engine/timeline',
    'engine/spec',
    'engine/interop',
    'engine/backends',
    'engine/simulate',
    'models',
  ],
  'engine/compile': [
    'engine/base',
    'engine/timeline',
    'engine/simulate',
    'engine/spec',
    'engine/interop',
    'engine/snapshot',
    'engine/kinds',
  ],
  'engine/snapshot': ['engine/base', 'engine/timeline', 'engine/spec', 'engine/simulate'],
  'engine/run': [
    'engine/base',
    'engine/timeline',
    'engine/spec',
    'engine/simulate',
    'engine/snapshot',
    'engine/backends',
    'engine/kinds',
  ],
  'engine/sweep': [
    'engine/snapshot',
    'engine/base',
    'engine/timeline',
    'engine/spec',
    'engine/backends',
    'engine/kinds',
    'engine/compile',
    'engine/run',
    'engine/simulate',
    'engine/rpc',
  ],
  'engine/profile': ['engine/base', 'engine/timeline', 'engine/spec', 'engine/simulate', 'engine/run'],
  'engine/report': ['engine/base', 'engine/spec', 'engine/run', 'engine/sweep'],
  'engine/distribute': ['engine/base', 'engine/sweep'],
  'engine/rpc': ['engine/base', 'engine/timeline', 'engine/spec', 'engine/simulate', 'engine/backends'],
  'engine/host': [
    'engine/rpc',
    'engine/profile',
    'engine/base',
    'engine/timeline',
    'engine/spec',
    'engine/interop',
    'engine/sweep',
    'engine/backends',
    'engine/kinds',
    'engine/compile',
    'engine/run',
    'engine/simulate',
  ],
  'engine/api': [
    'engine/snapshot',
    'engine/base',
    'engine/timeline',
    'engine/spec',
    'engine/backends',
    'engine/kinds',
    'engine/run',
    'engine/host',
  ],
  'engine/cli': [
    'engine/base',
    'engine/timeline',
    'engine/simulate',
    'engine/spec',
    'engine/interop',
    'engine/backends',
    'engine/kinds',
    'engine/compile',
    'engine/snapshot',
    'engine/run',
    'engine/sweep',
    'engine/distribute',
    'engine/profile',
    'engine/report',
    'engine/rpc',
    'engine/host',
  ],
};

const files = ['engine', 'models'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('testing'))
    .map((name) => path.join(folder, name)),
);

const room = (file: string): string => (file.startsWith('models/') ? 'models' : file.split('/').slice(0, 2).join('/'));

const imports = new Map<string, string[]>(
  files.map((file) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    const targets = [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, target]) =>
      path.join(path.dirname(file), target as string),
    );
    return [file, targets.filter((target) => target.endsWith('.ts'))];
  }),
);

describe('rooms', () => {
  it('import only from the rooms below them', () => {
    const wrong: string[] = [];
    for (const [file, targets] of imports) {
      const allowed = ALLOWED[room(file)];
      expect(allowed, file).toBeDefined();
      for (const target of targets) {
        if (room(target) !== room(file) && !allowed?.includes(room(target))) wrong.push(`${file} > ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('let models import nothing of the simulator but its types, names and buffers', () => {
    const used = new Set([...imports].filter(([file]) => room(file) === 'models').flatMap(([, targets]) => targets));
    const simulate = [...used].filter((target) => target.startsWith('engine/simulate/')).sort();
    expect(simulate).toEqual(
      ['failure', 'node-model', 'records', 'routing-trace'].map((name) => `engine/simulate/${name}.ts`),
    );
  });

  it('let a model import nothing of another one, but of the folder that all share', () => {
    const folder = (file: string): string => file.split('/')[1] as string;
    const wrong = [...imports].flatMap(([file, targets]) =>
      targets
        .filter((target) => room(file) === 'models' && room(target) === 'models')
        .filter((target) => folder(target) !== folder(file) && folder(target) !== 'shared')
        .map((target) => `${file} > ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  it('import each other in no circle', () => {
    const done = new Set<string>();
    const way: string[] = [];
    const circles: string[] = [];
    const visit = (file: string): void => {
      if (done.has(file)) return;
      const at = way.indexOf(file);
      if (at >= 0) {
        circles.push([...way.slice(at), file].join(' > '));
        return;
      }
      way.push(file);
      for (const target of imports.get(file) ?? []) visit(target);
      way.pop();
      done.add(file);
    };
    for (const file of files) visit(file);
    expect(circles).toEqual([]);
  });
});
