/**
 * Bundles the client for the wheel: `node bundle.js DIRECTORY`. A checkout serves the modules as they are.
 *
 * `index.html` says what there is: its style sheets become one, its script a few, and what its import map calls by name
 * keeps an address. Each file is named by its digest, so that no browser ever mixes two versions; beside it stands what
 * Brotli makes of it.
 */

import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join, parse, relative, resolve } from "node:path";
import { brotliCompress } from "node:zlib";
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { promisify } from "node:util";

const MAP = /(?<=<script type="importmap">).*?(?=<\/script>)/su;
const SHEETS = /(?:\s*<link rel="stylesheet" href="(?<path>[^"]+)">)+/u;
const PRELOADS = /(?:\s*<link rel="modulepreload" href="[^"]+">)+/u;
const SCRIPT = /(?<=<script type="module" src=")[^"]+/u;
const LINKED = /href="(?<path>[^"]+)"/gu;
/** The lazy part of the client that the page shows at once. */
const CHAT = "js/views/chat.js";
/** What pages of other applications load: each has an address that stays, and a part with a digest in its name. */
const EMBED = ["client", "widget"];
const COMPRESSED = [".css", ".js", ".json"];

/** @param {string} page */
function plan(page) {
  const names = Object.entries(JSON.parse(MAP.exec(page)[0]).imports).map(([name, path]) => [
    name,
    path.replace("./", ""),
  ]);
  const isLibrary = ([, path]) => path.startsWith("vendor/") && extname(path) === ".js";
  return {
    script: SCRIPT.exec(page)[0],
    sheets: [...SHEETS.exec(page)[0].matchAll(LINKED)].map(({ groups }) => groups.path),
    libraries: Object.fromEntries(names.filter(isLibrary).map(([name, path]) => [name, resolve(path)])),
    scripts: names.filter(([, path]) => path.startsWith("js/")),
    styles: names.filter(([, path]) => path.startsWith("css/")),
    names,
  };
}

/** All modules that some import, directly or not, but not lazily. @param {object} inputs @param {string} start */
function reach(inputs, start) {
  const found = new Set([start]);
  for (const path of found) {
    for (const { kind, path: next } of inputs[path].imports) if (kind !== "dynamic-import") found.add(next);
  }
  return found;
}

/**
 * A part that is loaded later can count on those before it: it imports all their modules, so that these have the same
 * importers and become one file instead of one for each set of importers.
 * @param {object} inputs @param {string} script
 */
function parts(inputs, script) {
  const first = [...reach(inputs, script)].filter((path) => path !== script);
  const second = [...reach(inputs, CHAT)].filter((path) => path !== CHAT);
  const lazy = new Set(
    Object.values(inputs).flatMap(({ imports }) =>
      imports.filter(({ kind }) => kind === "dynamic-import").map(({ path }) => path),
    ),
  );
  const before = (path) => (path === CHAT ? first : [...first, CHAT, ...second]);
  return {
    name: "parts",
    setup(builder) {
      // eslint-disable-next-line require-unicode-regexp -- esbuild reads it as Go's
      builder.onLoad({ filter: /\.js$/ }, async ({ path }) => {
        const name = relative(".", path);
        if (!lazy.has(name)) return undefined;
        const all = before(name).map((other) => `import ${JSON.stringify(resolve(other))};`);
        return {
          contents: `${await readFile(path, "utf8")}\n${all.join("")}`,
          resolveDir: dirname(path),
          loader: "js",
        };
      });
    },
  };
}

/** @param {string} out */
const options = (out) => ({
  bundle: true,
  minify: true,
  metafile: true,
  sourcemap: "linked",
  legalComments: "linked",
  // Some libraries look for CommonJS before they set a global, as they do here.
  logOverride: { "commonjs-variable-in-esm": "silent" },
  target: "es2024",
  outdir: out,
  outbase: ".",
  entryNames: "[dir]/[name]-[hash]",
});

/** @param {object} found @param {string} out @returns {{outputs: object, of: (entry: string) => string}} */
function written({ metafile }, out) {
  const outputs = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const now = output.imports.filter(({ kind }) => kind === "import-statement");
    outputs[relative(out, path)] = { ...output, imported: now.map(({ path: next }) => relative(out, next)) };
  }
  const of = (entry) => Object.keys(outputs).find((path) => outputs[path].entryPoint === entry);
  return { outputs, of };
}

/** @param {ReturnType<typeof plan>} planned @param {string} out */
async function bundleScripts({ script, scripts, libraries }, out) {
  const entries = { entryPoints: [script, ...scripts.map(([, path]) => path)], alias: libraries };
  const how = { ...options(out), ...entries, format: "esm", splitting: true, chunkNames: "js/[name]-[hash]" };
  const { metafile } = await build({ ...how, write: false, logLevel: "error" });
  return written(await build({ ...how, plugins: [parts(metafile.inputs, script)] }), out);
}

/**
 * Bundles what pages of other applications load, apart from the page, whose files stay few.
 * @param {ReturnType<typeof plan>} planned @param {string} out
 */
async function bundleEmbedded({ libraries }, out) {
  const entryPoints = EMBED.map((name) => `embed/${name}.js`);
  const how = { ...options(out), entryPoints, alias: libraries, format: "esm", splitting: true };
  const { of } = written(await build({ ...how, chunkNames: "embed/[name]-[hash]" }), out);
  for (const name of EMBED) {
    await writeFile(join(out, `${name}.js`), `export * from "./${of(`embed/${name}.js`)}";\n`);
  }
  await copyFile("client.d.ts", join(out, "client.d.ts"));
}

/** @param {ReturnType<typeof plan>} planned @param {string} out */
async function bundleStyles({ sheets, styles }, out) {
  const contents = sheets.map((path) => `@import "./${path}";`).join("\n");
  const page = await build({
    ...options(out),
    stdin: { contents, resolveDir: ".", loader: "css", sourcefile: "page.css" },
    entryNames: "css/page-[hash]",
  });
  const lazy = await build({ ...options(out), entryPoints: styles.map(([, path]) => path) });
  const sheet = Object.keys(written(page, out).outputs).find((path) => extname(path) === ".css");
  return { sheet, of: written(lazy, out).of };
}

/** @param {string} path @param {string} out @returns {Promise<string>} its new path */
async function copyNamed(path, out) {
  const digest = createHash("sha256")
    .update(await readFile(path))
    .digest("hex")
    .slice(0, 8);
  const { dir, name, ext } = parse(path);
  const target = `${dir}/${name}-${digest.toUpperCase()}${ext}`;
  await mkdir(join(out, dir), { recursive: true });
  await copyFile(path, join(out, target));
  return target;
}

/** The scripts that the page loads at once, besides its own. @param {object} outputs @param {string[]} starts */
function preloaded(outputs, [main, chat]) {
  const found = new Set([...outputs[main].imported, chat]);
  for (const path of found) for (const next of outputs[path].imported) found.add(next);
  return [...found];
}

/**
 * The new paths of what the import map names, but for libraries that are a part of the scripts.
 * @param {ReturnType<typeof plan>} planned @param {{js: object, css: object}} made @param {string} out
 */
async function renamed({ names }, { js, css }, out) {
  const bundled = new Set(Object.values(js.outputs).flatMap(({ inputs }) => Object.keys(inputs ?? {})));
  const left = names.filter(([, path]) => !(path.startsWith("vendor/") && bundled.has(path)));
  const paths = left.map(async ([name, path]) => [
    name,
    `./${js.of(path) ?? css.of(path) ?? (await copyNamed(path, out))}`,
  ]);
  return Object.fromEntries(await Promise.all(paths));
}

/** @param {string} out */
async function compressAll(out) {
  const compress = promisify(brotliCompress);
  const files = (await readdir(out, { recursive: true })).filter((path) => COMPRESSED.includes(extname(path)));
  await Promise.all(
    files.map(async (path) => writeFile(join(out, `${path}.br`), await compress(await readFile(join(out, path))))),
  );
}

const [out] = process.argv.slice(2);
const page = await readFile("index.html", "utf8");
const planned = plan(page);
await rm(out, { recursive: true, force: true });
const [js, css] = await Promise.all([bundleScripts(planned, out), bundleStyles(planned, out)]);
const imports = await renamed(planned, { js, css }, out);
const scripts = preloaded(js.outputs, [js.of(planned.script), js.of(CHAT)]);
const bundledPage = page
  .replace(MAP, JSON.stringify({ imports }))
  .replace(SHEETS, `\n    <link rel="stylesheet" href="${css.sheet}">`)
  .replace(SCRIPT, js.of(planned.script))
  .replace(PRELOADS, scripts.map((path) => `\n    <link rel="modulepreload" href="${path}">`).join(""));
await writeFile(join(out, "index.html"), bundledPage);
await bundleEmbedded(planned, out);
await compressAll(out);
