/**
 * The text of the modules that stand in the bundled command for those that compile checks with ajv (see bundle.mjs).
 * Each has the exports of the module that it stands for, as far as the command uses them.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { _Code } from 'ajv/dist/compile/codegen/code.js';
import standalone from 'ajv/dist/standalone/index.js';

const require = createRequire(import.meta.url);
const standaloneCode = standalone.default ?? standalone;

/** Ajv keeps what it needs to write a check down. Each `$ref` is one function: less text, compiled when it is called. */
const OPTIONS = { code: { source: true, esm: true, optimize: 2 }, inlineRefs: false };

/** What only people read of a schema; no diagnostic tells it. */
const SAID = new Set(['title', 'description', 'markdownDescription']);

/** Expressions of every object within a schema: checks share one copy of it instead of holding their parts again. */
function partsOf(expression, value, found) {
  if (typeof value !== 'object' || value === null || found.has(value)) return;
  found.set(value, expression);
  for (const [key, inner] of Object.entries(value)) partsOf(`${expression}[${JSON.stringify(key)}]`, inner, found);
}

/** An expression that gives a schema without what only people read; reading JSON is quicker than reading code. */
function literal(schema) {
  const json = JSON.stringify(schema, (key, value) => (SAID.has(key) && typeof value === 'string' ? undefined : value));
  return `JSON.parse(${JSON.stringify(json)})`;
}

/** How the generated code notes an error, and what a keyword of ours found: ajv writes this out at every place. */
const HELPERS = `
const noted = (errors, error) => { if (errors === null) return [error]; errors.push(error); return errors; };
const found = (errors, more, instancePath, data) => {
  for (const error of more) { error.instancePath ??= instancePath; error.data = data; }
  return errors === null ? more : errors.concat(more);
};`;

/** The text that ajv writes, and the shorter one that does the same. No diagnostic tells where in a schema it arose. */
const SHORTER = [
  [
    /const (err\d+) = (\{[^\n]*?\});\s*if\(vErrors === null\)\{\s*vErrors = \[\1\];\s*\}\s*else \{\s*vErrors\.push\(\1\);\s*\}\s*errors\+\+;/g,
    'vErrors = noted(vErrors, $2);errors++;',
  ],
  [
    /if\(Array\.isArray\((keyword\d+)\.errors\)\)\{vErrors = vErrors === null \? \1\.errors : vErrors\.concat\(\1\.errors\);errors = vErrors\.length;for\(let (i\d+)=_errs\d+; \2<errors; \2\+\+\)\{const (err\d+) = vErrors\[\2\];if\(\3\.instancePath === undefined\)\{\3\.instancePath = ([^;]*);\}\3\.schemaPath = [^;]*;\3\.schema = [^;]*;\3\.data = ([^;]*);\}\}else \{vErrors = noted\([^;]*\);errors\+\+;\}/g,
    'vErrors = found(vErrors, $1.errors, $4, $5);errors = vErrors.length;',
  ],
  [/,schemaPath:"[^"\n]*"/g, ''],
  [/,schema:schema\d+(?:\.\w+|\[\d+\]|\["[^"\n]*"\])*(?=,parentSchema:)/g, ''],
];

/** Module text of the checks of schemas by exported name. A schema that is part of another comes after it. */
function generate(ajv, schemas, keywords = null) {
  const ids = {};
  const parts = new Map();
  const constants = [];
  for (const [name, schema] of Object.entries(schemas)) {
    ajv.addSchema(schema, `precompiled:${name}`);
    ids[name] = `precompiled:${name}`;
    // An object of references into another schema is written as one.
    const own = Object.entries(schema).map(([key, value]) => `${key}: ${parts.get(value) ?? literal(value)}`);
    const shared = Object.values(schema).some((value) => parts.has(value));
    constants.push(`const ${name}Schema = ${shared ? `{${own.join(', ')}}` : literal(schema)};`);
    partsOf(`${name}Schema`, schema, parts);
  }
  for (const id of Object.values(ids)) ajv.getSchema(id);
  for (const { value } of ajv.scope._values.schema?.values() ?? []) {
    const expression = parts.get(value?.ref);
    if (expression !== undefined) value.code = new _Code(expression);
  }
  // Functions of keywords cannot be written down; the module imports them.
  for (const { value } of ajv.scope._values.keyword?.values() ?? []) {
    const found = Object.entries(keywords ?? {}).find(([, validate]) => validate === value?.ref);
    if (found !== undefined) value.code = new _Code(`KEYWORD_FUNCTIONS[${JSON.stringify(found[0])}]`);
  }
  const code = standaloneCode(ajv, ids);
  // What ajv's own code needs at run time is asked for by `require`, which a module does not have.
  const imports = [];
  const shorter = keywords === null ? code : SHORTER.reduce((text, [long, short]) => text.replace(long, short), code);
  const text = shorter.replace(/require\("([^"]+)"\)\.default/g, (_, name) => {
    imports.push(`import runtime${imports.length} from ${JSON.stringify(require.resolve(name))};`);
    return `runtimeDefault(runtime${imports.length - 1})`;
  });
  const helper = imports.length === 0 ? '' : 'const runtimeDefault = (module) => module.default ?? module;\n';
  const head = [...imports, HELPERS, ...constants].join('\n');
  return `${head}\n${helper}${text.replace('"use strict";', '')}\n`;
}

/** A module of one check that is made when it is asked for: most commands need none of them. */
function lazily(text, name) {
  const lines = text.split('\n');
  const isImport = (line) => line.startsWith('import ');
  const body = lines.filter((line) => !isImport(line)).join('\n').replace('export const check = ', 'const check = ');
  if (/^export |;export /m.test(body)) throw new Error(`${name} exports more than one check`);
  const made = `const make = () => {\n${body}\nreturn check;\n};\nlet made;`;
  return `${[...lines.filter(isImport), made].join('\n')}\nexport const ${name} = () => {\n  made ??= make();\n  return made;\n};\n`;
}

/** Texts by absolute path of the module that they stand for. `dist` is the folder that tsc wrote. */
export async function compiledModules(dist) {
  const file = (name) => path.join(dist, 'engine', name);
  const load = (name) => import(pathToFileURL(file(name)).href);
  const { makeValidator, optionsSchema } = await load('spec/checks.js');
  const { KEYWORD_FUNCTIONS } = await load('spec/schema-keywords.js');
  const { sourceSchema } = await load('spec/schema.js');
  const { prepareSchema } = await load('spec/schema-prepare.js');
  const { MIGRATIONS } = await load('spec/migrations/migrations.js');
  const { SCHEMA_PARTS } = await load('compile/compile.js');
  const { makeLockValidator } = await load('run/lock-check.js');
  const { LOCK_SCHEMA } = await load('run/lock-schema.js');
  const { makeSnapshotValidator } = await load('snapshot/snapshot-check.js');
  const { SNAPSHOT_SCHEMA } = await load('snapshot/snapshot-schema.js');
  const { makeSweepValidator } = await load('sweep/sweep-check.js');
  const { SWEEP_SCHEMA } = await load('sweep/sweep-schema.js');
  const { makeNetworkValidator } = await load('interop/network-check.js');
  const { NETWORK_SCHEMA } = await load('interop/network-schema.js');

  const root = prepareSchema(sourceSchema(SCHEMA_PARTS));
  const schemas = { whole: root };
  const models = SCHEMA_PARTS.models.map(({ name }, i) => {
    schemas[`options${i}`] = optionsSchema(root, name);
    return `[${JSON.stringify(name)}, options${i}]`;
  });
  const older = MIGRATIONS.map(({ from, schema }) => {
    schemas[`older${from}`] = prepareSchema(schema);
    return `[${from}, older${from}]`;
  });
  const checks = [
    `import { KEYWORD_FUNCTIONS } from ${JSON.stringify(file('spec/schema-keywords.js'))};`,
    generate(makeValidator(OPTIONS), schemas, KEYWORD_FUNCTIONS),
    `const models = new Map([${models.join(', ')}]);`,
    `const versions = new Map([${older.join(', ')}]);`,
    'export const olderCheck = (version) => versions.get(version);',
    'export const registryChecks = () => ({ document: () => whole, options: (model) => models.get(model) });',
  ];
  const one = (ajv, schema, name) => lazily(generate(ajv, { check: schema }), name);
  return new Map([
    [file('spec/checks.js'), checks.join('\n')],
    [file('run/lock-check.js'), one(makeLockValidator(OPTIONS), LOCK_SCHEMA, 'lockCheck')],
    [file('snapshot/snapshot-check.js'), one(makeSnapshotValidator(OPTIONS), SNAPSHOT_SCHEMA, 'snapshotCheck')],
    [file('sweep/sweep-check.js'), one(makeSweepValidator(OPTIONS), SWEEP_SCHEMA, 'sweepCheck')],
    [file('interop/network-check.js'), one(makeNetworkValidator(OPTIONS), NETWORK_SCHEMA, 'networkCheck')],
  ]);
}
