/**
 * Makes the pictures of docs/images.md:
 *
 *     node build/docs_images.mjs [centroids] [palette] [textures] [style] [inversion] [--side 128] [--cpu]
 *
 * all of them, or those that are named, of the pages' own pictures; those of features with `--side` pixels a side, 32, 64 or
 * 128. On
 * the adapter that Dawn finds, or in float64 on the processor. Prints what the text says.
 */
import console from 'node:console';
import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { decode, encode } from 'fast-png';
import jpeg from 'jpeg-js';
import {
  invertFeatures,
  patchFeatures,
  quantizeImage,
  randomFilters,
  synthesizeTexture,
  transferStyle,
} from '../dist/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { side: { type: 'string', default: '128' }, cpu: { type: 'boolean', default: false } },
});
const side = Number(values.side);
/** So that small ones can be seen. */
const enlarged = Math.max(1, Math.round(160 / side));
const where = values.cpu ? { runtime: 'cpu' } : {};
/** Between pictures of a sheet, which stays white. */
const GAP = 6;

function readPhotograph() {
  const file = readFileSync('demo/palette/china.jpg');
  const { data, width, height } = jpeg.decode(file, { useTArray: true, formatAsRGBA: false });
  return { data, width, height, channels: 3 };
}

const readSample = (name) =>
  cut(decode(readFileSync(`demo/textures/${name}.png`)), 0, 0, Math.min(side, 128));

function cut({ data, width, channels }, left, top, size) {
  const made = Uint8Array.from({ length: 3 * size * size }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const [x, y] = [left + (pixel % size), top + Math.floor(pixel / size)];
    return data[channels * (y * width + x) + (at % 3)];
  });
  return { data: made, width: size, height: size, channels: 3 };
}

/** Means of squares of pixels. */
function smaller({ data, width, height }, by) {
  const [across, down] = [Math.floor(width / by), Math.floor(height / by)];
  const made = Uint8Array.from({ length: 3 * across * down }, (_, at) => {
    const [pixel, c] = [Math.floor(at / 3), at % 3];
    let sum = 0;
    for (let i = 0; i < by * by; i++) {
      const x = by * (pixel % across) + (i % by);
      sum += data[3 * ((by * Math.floor(pixel / across) + Math.floor(i / by)) * width + x) + c];
    }
    return sum / by ** 2;
  });
  return { data: made, width: across, height: down, channels: 3 };
}

/** Pictures of one size in rows, each pixel as `scale` x `scale`. */
function writeSheet(name, rows, scale = 1, gap = GAP) {
  const [{ width: own, height: tall }] = rows[0];
  const width = rows[0].length * (own * scale + gap) - gap;
  const height = rows.length * (tall * scale + gap) - gap;
  const data = new Uint8Array(3 * width * height).fill(255);
  rows.forEach((row, j) => {
    row.forEach((image, i) => {
      for (let y = 0; y < tall * scale; y++) {
        for (let x = 0; x < own * scale; x++) {
          const from = 3 * (Math.floor(y / scale) * own + Math.floor(x / scale));
          const into = 3 * ((j * (tall * scale + gap) + y) * width + i * (own * scale + gap) + x);
          for (let c = 0; c < 3; c++) data[into + c] = image.data[from + c];
        }
      }
    });
  });
  const file = `docs/images-${name}.png`;
  writeFileSync(file, encode({ data, width, height, channels: 3 }));
  console.log(`wrote ${file}`);
}

/** What a dictionary's entries look like: each at full contrast about grey. */
async function centroids() {
  const size = 8;
  const model = await patchFeatures(readPhotograph(), {
    ...{ k: 100, size, patches: 20_000, maxIter: 30, ...where },
  });
  const { data } = model.centroids;
  const d = 3 * size * size;
  const tiles = Array.from({ length: model.k }, (_, k) => {
    const own = data.subarray(k * d, (k + 1) * d);
    const most = own.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const bytes = Uint8ClampedArray.from(own, (value) => 127.5 + (127.5 * value) / most);
    return { data: bytes, width: size, height: size };
  });
  const rows = Array.from({ length: 5 }, (_, j) => tiles.slice(20 * j, 20 * j + 20));
  writeSheet('centroids', rows, 4, 4);
}

async function palette() {
  const photograph = smaller(readPhotograph(), 2);
  const shown = [photograph];
  for (const dither of ['none', 'blueNoise']) {
    const few = await quantizeImage(photograph, { colours: 16, space: 'lab', dither, ...where });
    const { data } = few.toImage();
    shown.push(cutAlpha(data, photograph));
    console.log(`${dither}: mean squared error ${few.meanSquaredError.toFixed(1)}`);
  }
  writeSheet('palette', [shown]);
}

function cutAlpha(data, { width, height }) {
  const channels = data.length / (width * height);
  const made = Uint8Array.from(
    { length: 3 * width * height },
    (_, at) => data[channels * Math.floor(at / 3) + (at % 3)],
  );
  return { data: made, width, height };
}

async function timed(what, work) {
  const start = performance.now();
  const { iterations, startLoss, loss, engine, ...made } = await work();
  const psnr =
    made.meanSquaredError && `, ${(-10 * Math.log10(made.meanSquaredError)).toFixed(1)} dB`;
  console.log(
    `${what}: loss ${startLoss.toPrecision(3)} to ${loss.toPrecision(3)}${psnr ?? ''} in ${iterations} iterations, ` +
      `${((performance.now() - start) / 1000).toFixed(0)} s on ${engine}`,
  );
  return made;
}

const network = randomFilters({ filters: 16 });
const layers = [3, 7, 14, 22, 36, 52].map((size) => `side${size}`);

async function textures() {
  const examples = ['petals', 'leaves', 'bricks'];
  const made = [];
  for (const name of examples) {
    const how = { network: randomFilters({ filters: 64 }), layers, maxIter: 200, ...where };
    made.push(await timed(name, () => synthesizeTexture(readSample(name), how)));
  }
  writeSheet('textures', [examples.map(readSample), made], enlarged);
}

async function style() {
  const content = smaller(cut(readPhotograph(), 70, 20, 256), 256 / side);
  const example = readSample('petals');
  const how = { network, styleLayers: layers, contentLayers: ['side7'], maxIter: 80, ...where };
  const made = await timed('style', () =>
    transferStyle(content, example, { ...how, contentWeight: 0.3 }),
  );
  writeSheet('style', [[content, example, made]], enlarged);
}

async function inversion() {
  const image = smaller(cut(readPhotograph(), 70, 20, 256), 256 / side);
  const deep = randomFilters({ filters: 16, depth: 4 });
  const made = [image];
  for (const layer of ['layer1', 'layer2', 'layer3', 'layer4']) {
    const how = { network: deep, layer, lambda: 1e-3, maxIter: 100, ...where };
    made.push(await timed(layer, () => invertFeatures(image, how)));
  }
  writeSheet('inversion', [made], enlarged);
}

const all = { centroids, palette, textures, style, inversion };
for (const name of positionals.length > 0 ? positionals : Object.keys(all)) await all[name]();
// Dawn's devices keep a process alive.
process.exit();
