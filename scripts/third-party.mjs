/** The notices of the packages whose code is part of the bundled command: name, version, licence and its text. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const LICENCE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/** The folder of the package that a module belongs to; null for a module of ours. */
function packageFolder(id) {
  const marker = `${path.sep}node_modules${path.sep}`;
  const at = path.normalize(id).lastIndexOf(marker);
  if (at < 0) return null;
  const start = at + marker.length;
  const parts = path.normalize(id).slice(start).split(path.sep);
  const name = parts.slice(0, parts[0].startsWith('@') ? 2 : 1);
  return path.join(path.normalize(id).slice(0, start), ...name);
}

/** The notices for these modules, by the name of the package. */
export function thirdPartyNotices(modules) {
  const folders = new Set(modules.map(packageFolder).filter((folder) => folder !== null && existsSync(folder)));
  const notices = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const texts = readdirSync(folder)
      .filter((file) => LICENCE.test(file))
      .sort()
      .map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
    if (texts.length === 0) throw new Error(`${name} has no licence file`);
    return { name, text: `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n` };
  });
  notices.sort((a, b) => (a.name < b.name ? -1 : 1));
  const head = 'The command dist/blast.mjs and its chunks hold code of these packages.\n';
  return [head, ...notices.map(({ text }) => text)].join(`\n${'-'.repeat(80)}\n\n`);
}
