// Builds static/built/ from the sources beside this file: one style sheet, one script, the images,
// each under a name that holds a hash of its content, with .gz and .br beside it, and manifest.json.
// Everything is made in memory first, so that a failed build leaves the last good one in place.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import zlib from "node:zlib";

import * as esbuild from "esbuild";
import * as sass from "sass";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = join(here, "built");
const gzip = promisify(zlib.gzip);
const brotli = promisify(zlib.brotliCompress);
const textKinds = new Set([".css", ".js", ".svg"]);
const targets = ["es2020", "chrome109", "firefox115", "safari15.4"];

async function styles() {
  const { css } = sass.compile(join(here, "styles", "app.scss"), {
    loadPaths: [join(here, "..", "node_modules")],
    quietDeps: true,
    charset: false,
  });
  const { code } = await esbuild.transform(css, { loader: "css", minify: true, target: targets });
  return Buffer.from(code);
}

async function scripts() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(here, "scripts", "app.js")],
    bundle: true,
    format: "esm",
    legalComments: "none",
    minify: true,
    target: targets,
    write: false,
  });
  return Buffer.from(outputFiles[0].contents);
}

async function images() {
  const folder = join(here, "images");
  const names = (await readdir(folder)).filter((name) => [".svg", ".png", ".ico"].includes(extname(name)));
  return Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))]));
}

function hashedName(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  return `${basename(name, extname(name))}-${hash}${extname(name)}`;
}

async function write(name, content) {
  const path = join(target, name);
  const copies = [writeFile(path, content)];
  if (textKinds.has(extname(name))) {
    const quality = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } };
    copies.push(gzip(content, { level: 9 }).then((small) => writeFile(`${path}.gz`, small)));
    copies.push(
      brotli(content, quality).then(async (small) => {
        await writeFile(`${path}.br`, small);
        console.log(`${name}: ${content.length} bytes, ${small.length} compressed`);
      }),
    );
  }
  await Promise.all(copies);
}

const [css, js, pictures] = await Promise.all([styles(), scripts(), images()]);
const files = [["app.css", css], ["app.js", js], ...pictures].sort(([a], [b]) => (a < b ? -1 : 1));
const manifest = Object.fromEntries(files.map(([name, content]) => [name, hashedName(name, content)]));

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await Promise.all(files.map(([name, content]) => write(manifest[name], content)));
await writeFile(join(target, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
