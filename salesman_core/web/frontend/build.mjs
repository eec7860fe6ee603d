// Bundles src/ into ../static/dist (or the folder given as the only argument): modules for the
// import map, style sheets, classic scripts, the icons, and the manifest by which
// salesman_core.web.assets finds them under their hashed names.
//
// A name that plugins may import is one file in src/imports/; nothing else is needed to add one.
import { build } from "esbuild";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(process.argv[2] ?? path.join(here, "../static/dist"));
// Not beside the target, where an aborted build would be taken for a part of the package.
const building = path.join(here, "node_modules/.dist");

// FullCalendar brings a font of icons inside its styles, which the Content-Security-Policy refuses;
// the calendar has the icons of everything else.
const withoutFonts = {
  name: "without-fonts",
  setup({ onLoad }) {
    onLoad({ filter: /@fullcalendar[\\/]core[\\/]internal-common\.js$/ }, ({ path: file }) => {
      const source = fs.readFileSync(file, "utf8");
      const contents = source.replace(/@font-face *\{[^}]*\}/, "");
      if (contents === source) throw new Error("FullCalendar has no font any more: see build.mjs");
      return { contents, loader: "js" };
    });
  },
};

const shared = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  metafile: true,
  outdir: building,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  plugins: [withoutFonts],
  legalComments: "linked",
  logLevel: "warning",
};

const namedByFile = (folder) =>
  Object.fromEntries(
    fs
      .readdirSync(path.join(here, folder))
      .sort()
      .map((file) => [path.parse(file).name, `${folder}/${file}`]),
  );

async function bundle(entryPoints, options) {
  const { metafile } = await build({ ...shared, ...options, entryPoints });
  const nameOfSource = Object.fromEntries(
    Object.entries(entryPoints).map(([name, source]) => [source, name]),
  );
  const named = Object.entries(metafile.outputs)
    .filter(([, output]) => output.entryPoint in nameOfSource)
    .map(([file, output]) => [nameOfSource[output.entryPoint], path.basename(file)]);
  return Object.fromEntries(named.sort());
}

function writeIcons() {
  const source = path.join(here, "node_modules/@tabler/icons/tabler-nodes-outline.json");
  const icons = JSON.parse(fs.readFileSync(source, "utf8"));
  fs.writeFileSync(path.join(building, "icons.json"), JSON.stringify(icons));
}

fs.rmSync(building, { recursive: true, force: true });
const manifest = {
  imports: await bundle(
    { ...namedByFile("src/imports"), salesman: "src/salesman.js" },
    { format: "esm", splitting: true },
  ),
  classic: await bundle(namedByFile("src/classic"), { format: "iife" }),
  styles: await bundle({
    salesman: "src/salesman.css",
    "swagger-ui": "node_modules/swagger-ui-dist/swagger-ui.css",
  }),
};
writeIcons();
fs.writeFileSync(path.join(building, "manifest.json"), JSON.stringify(manifest, null, 1));

// A server that reads the old output while this runs must never see half of the new one.
fs.rmSync(target, { recursive: true, force: true });
fs.mkdirSync(path.dirname(target), { recursive: true });
fs.renameSync(building, target);
