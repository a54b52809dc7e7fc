// Copies the few third-party files the pages need into seen/web/static/vendor and joins our
// style sheets into seen/web/static/dist/app.css. Run it after `npm ci --ignore-scripts`.
import { mkdir, readFile, writeFile, readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const staticRoot = join(here, "..", "seen", "web", "static");
const testsOnly = join(here, "node_modules", ".seen-tests");

const copies = [
  ["htmx.org/dist/htmx.min.js", "htmx.js"],
  ["htmx.org/dist/ext/hx-sse.min.js", "hx-sse.js"],
  ["@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2", "fonts/figtree-latin.woff2"],
  ["@fontsource-variable/figtree/files/figtree-latin-ext-wght-normal.woff2", "fonts/figtree-latin-ext.woff2"],
  ["@fontsource/instrument-serif/files/instrument-serif-latin-400-normal.woff2", "fonts/instrument-serif-latin.woff2"],
  ["@fontsource/instrument-serif/files/instrument-serif-latin-ext-400-normal.woff2", "fonts/instrument-serif-latin-ext.woff2"],
];
const licences = ["htmx.org", "@fontsource-variable/figtree", "@fontsource/instrument-serif", "lucide-static"];

/** Write only what changed, so that watchers and caches see no needless news. */
async function put(path, content) {
  const bytes = Buffer.from(content);
  const known = await readFile(path).catch(() => null);
  const same = known !== null && known.equals(bytes);
  if (!same) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  console.log(`${same ? "kept   " : "written"} ${relative(join(here, ".."), path)} (${bytes.length} bytes)`);
}

async function readJson(name) {
  return JSON.parse(await readFile(join(here, name), "utf8"));
}

async function copyVendor() {
  for (const [from, to] of copies) {
    let content = await readFile(join(modules, from));
    // The maps are not shipped; a dangling pointer would be a 404 in every developer console.
    if (to.endsWith(".js")) content = content.toString("utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
    await put(join(staticRoot, "vendor", to), content);
  }
  await put(join(testsOnly, "axe.min.js"), await readFile(join(modules, "axe-core/axe.min.js")));
}

async function copyLicences() {
  const parts = [];
  for (const name of licences) {
    const { version } = JSON.parse(await readFile(join(modules, name, "package.json"), "utf8"));
    const file = (await readdir(join(modules, name))).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(join(modules, name, file), "utf8") : "See the package's own page.\n";
    parts.push(`${name} ${version}\n\n${text.trim()}\n`);
  }
  await put(join(staticRoot, "vendor", "LICENSES.txt"), parts.join(`\n${"-".repeat(72)}\n\n`));
}

async function makeSprite() {
  const symbols = [];
  for (const name of await readJson("icons.json")) {
    const svg = await readFile(join(modules, "lucide-static", "icons", `${name}.svg`), "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, "").trim()}</symbol>`);
  }
  await put(
    join(staticRoot, "vendor", "icons.svg"),
    `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`,
  );
}

async function joinStyles() {
  const sheets = await readJson("stylesheets.json");
  const parts = await Promise.all(sheets.map((name) => readFile(join(staticRoot, "css", name), "utf8")));
  await put(join(staticRoot, "dist", "app.css"), parts.join("\n"));
}

const started = performance.now();
await copyVendor();
await copyLicences();
await makeSprite();
await joinStyles();
console.log(`done in ${Math.round(performance.now() - started)} ms`);
