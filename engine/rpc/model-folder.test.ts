import { describe, expect, it } from 'vitest';
import { type ModelFiles, ModelFolderError, readModelFolder } from './model-folder.ts';

/** Files by their paths; folders are what they stand in. Links lead from a path to another one. */
function files(texts: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}): ModelFiles {
  const paths = Object.keys(texts);
  const isFolder = (path: string): boolean => paths.some((one) => one.startsWith(`${path}/`));
  return {
    read: (path) => texts[path] ?? null,
    list: (folder) => [
      ...new Set(
        paths.filter((one) => one.startsWith(`${folder}/`)).map((one) => one.slice(folder.length + 1).split('/')[0]!),
      ),
    ],
    kind: (path) => (path in texts ? 'file' : isFolder(path) ? 'folder' : 'none'),
    real: (path) => links[path] ?? (path in texts || isFolder(path) ? `/${path}` : null),
  };
}

const json = (value: unknown): string => JSON.stringify(value);
const mine = (value: unknown): ModelFiles => files({ 'm/mine/model.json': json(value), 'm/mine/run': '' });

describe('a folder of models', () => {
  it('has what BLAST’s own model.json say, and passes over what says something else', () => {
    const found = readModelFolder(
      files({
        'm/blast_lnd/model.json': json({ name: 'blast_lnd', rpc: 'localhost:50051', start: 'blast_lnd' }),
        'm/blast_lnd/blast_lnd': '',
        'm/here/model.json': json({ name: 'here', rpc: '[::1]:5050' }),
        'm/blast_cln/model.json': json({ name: 'blast_cln', rpc: 'localhost:5052', start: 'not/built' }),
        'm/list/model.json': json({ name: 'list', rpc: '127.0.0.1:0', start: ['python3', 'model.py'] }),
        'm/lnd/model.json': json({ name: 'lnd', version: 'lnd 0.21' }),
        'm/README.md': '',
      }),
      'm',
    );
    expect([...found.values()]).toEqual([
      { name: 'blast_lnd', address: 'localhost:50051', start: ['/m/blast_lnd/blast_lnd'], cwd: null },
      { name: 'here', address: '[::1]:5050', start: null, cwd: null },
      { name: 'blast_cln', address: 'localhost:5052', start: ['/m/blast_cln/not/built'], cwd: null },
      { name: 'list', address: '127.0.0.1:0', start: ['python3', 'model.py'], cwd: '/m/list' },
    ]);
  });

  it.each<[what: string, files: ModelFiles, says: string]>([
    ['no JSON', files({ 'm/mine/model.json': '{' }), 'm/mine/model.json: it is no JSON'],
    ['a list', mine([1]), 'it is no JSON object'],
    ['no name', mine({ rpc: 'a:1', start: 'run' }), '`name` must be'],
    ['a path as a name', mine({ name: '../up', rpc: 'a:1', start: 'run' }), '`name` must be'],
    ['no address', mine({ name: 'mine', start: 'run' }), '`rpc` must be an address'],
    ['a port that is none', mine({ name: 'mine', rpc: 'a:65536', start: 'run' }), '`rpc` must be an address'],
    ['port 0 of what runs already', mine({ name: 'mine', rpc: 'a:0' }), 'has no port 0'],
    [
      'no such program, elsewhere',
      mine({ name: 'mine', rpc: 'a:1', start: '../walk' }),
      'names ../walk, which is elsewhere',
    ],
    [
      'a program elsewhere',
      files(
        { 'm/mine/model.json': json({ name: 'mine', rpc: 'a:1', start: 'run' }), 'm/mine/run': '' },
        { 'm/mine/run': '/bin/sh' },
      ),
      'names run, which is elsewhere',
    ],
    ['no words', mine({ name: 'mine', rpc: 'a:1', start: [] }), '`start` must be'],
    ['words that are none', mine({ name: 'mine', rpc: 'a:1', start: ['run', 5] }), '`start` must be'],
    [
      'two of one name',
      files({ 'm/a/model.json': json({ name: 'x', rpc: 'a:1' }), 'm/b/model.json': json({ name: 'x', rpc: 'a:2' }) }),
      'another model is called x',
    ],
    ['no folder', files({}), 'there is no folder m'],
  ])('refuses %s', (_, disk, says) => {
    expect(() => readModelFolder(disk, 'm')).toThrow(ModelFolderError);
    expect(() => readModelFolder(disk, 'm')).toThrow(says);
  });
});
