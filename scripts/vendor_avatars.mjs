// Extracts the CC0 avatar parts that the card generator composes into one JSON file per style.
//
//   mkdir build && cd build && npm init -y
//   npm install @dicebear/core@9 @dicebear/lorelei@9 @dicebear/notionists@9 \
//               @dicebear/open-peeps@9 @dicebear/thumbs@9
//   node ../scripts/vendor_avatars.mjs . ../gator_engine/adapters/generators/_cards/assets/avatars
//
// Only styles whose artwork is CC0 belong here; the script refuses any other licence. A part is a
// function of (components, colours) in the packages; it is called once with placeholders, so that
// what is stored is plain SVG text with [[part:name]] and [[color:name]] left to fill in.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const STYLES = ['lorelei', 'notionists', 'open-peeps', 'thumbs'];
const [source, target] = process.argv.slice(2).map((path) => resolve(path));
if (!source || !target) throw new Error('usage: vendor_avatars.mjs FOLDER_WITH_NODE_MODULES TARGET');

const components = new Proxy({}, { get: (_, name) => ({ value: () => `[[part:${String(name)}]]` }) });
const colors = new Proxy({}, { get: (_, name) => `[[color:${String(name)}]]` });

function bodyTemplate(style) {
  // create() picks parts itself; the body is read from its source, whose only variables are parts
  // and colours, so that the placement of each part stays exactly the designer's.
  const text = style.create.toString();
  const body = text.slice(text.indexOf('body: `') + 7, text.indexOf('`,\n        extra'));
  return body
    .replace(/\$\{\(_\w+ = \(_\w+ = components\.(\w+)\)[^}]*\}/g, '[[part:$1]]')
    .replace(/\$\{escape\.xml\(`\$\{colors\.(\w+)\}`\)\}/g, '[[color:$1]]');
}

function defaults(schema, suffix) {
  const found = {};
  for (const [name, rule] of Object.entries(schema.properties ?? {})) {
    if (name.endsWith(suffix)) found[name.slice(0, -suffix.length)] = rule.default;
  }
  return found;
}

mkdirSync(target, { recursive: true });
for (const name of STYLES) {
  const folder = join(source, 'node_modules', '@dicebear', name);
  const style = await import(pathToFileURL(join(folder, 'lib', 'index.js')).href);
  if (style.meta.license.name !== 'CC0 1.0') throw new Error(`${name} is not CC0`);
  const groups = await import(pathToFileURL(join(folder, 'lib', 'components', 'index.js')).href);
  const parts = {};
  for (const [group, variants] of Object.entries(groups)) {
    parts[group] = {};
    for (const variant of Object.keys(variants).sort()) {
      parts[group][variant] = variants[variant](components, colors);
    }
  }
  const body = bodyTemplate(style);
  if (body.includes('${')) throw new Error(`${name}: the body holds something unknown`);
  const viewBox = /viewBox: '([^']+)'/.exec(style.create.toString())[1];
  const version = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  const document = {
    title: style.meta.title,
    creator: style.meta.creator,
    source: style.meta.source,
    license: style.meta.license,
    version,
    viewBox,
    body,
    probability: defaults(style.schema, 'Probability'),
    colors: defaults(style.schema, 'Color'),
    parts,
  };
  const path = join(target, `${name}.json`);
  writeFileSync(path, JSON.stringify(document) + '\n');
  console.log(name, version, Object.keys(parts).join(' '));
}
