// The shape of ui/src: features never import each other, shared code never imports a feature, and
// no file only re-exports (no barrels). Exits 1 with one line for each offence.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const root = resolve(import.meta.dirname, '../src');

function sources(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

// "features/search", "app", "lib", ...
function area(path) {
  const parts = relative(root, path).split(sep);
  return parts[0] === 'features' ? `features/${parts[1]}` : parts.length > 1 ? parts[0] : '.';
}

const mayImport = {
  api: ['api'],
  lib: ['lib', 'api'],
  components: ['components', 'lib', 'api'],
  test: ['test', 'api', 'lib'],
  docs: ['docs', 'components', 'lib', 'api', 'styles'],
};

const offences = [];
for (const file of sources(root)) {
  const text = readFileSync(file, 'utf8');
  const name = relative(root, file);
  if (/(^|\/)index\.tsx?$/.test(name)) offences.push(`${name}: an index file is a barrel`);
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').trim();
  if (/^(export\s[^;]*\sfrom\s[^;]*;\s*)+$/.test(code)) offences.push(`${name}: only re-exports`);
  const from = area(file);
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g)) {
    const to = area(resolve(dirname(file), target));
    if (from === to || from === 'app' || from === '.') continue;
    const allowed = from.startsWith('features/')
      ? ['components', 'lib', 'api', 'test']
      : (mayImport[from] ?? []).concat(/\.test\.tsx?$/.test(name) ? ['test'] : []);
    if (!allowed.includes(to)) offences.push(`${name}: ${from} must not import ${to}`);
  }
}
for (const line of offences) console.error(line);
process.exit(offences.length ? 1 : 0);
