/**
 * Makes the page's examples, 128 x 128 pixels each: node demo/textures/make_samples.mjs FLOWER.jpg
 *
 * FLOWER.jpg comes with scikit-learn, in sklearn/datasets/images; china.jpg, beside it there, is the Palette
 * page's. Bricks are drawn.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { encode } from 'fast-png';
import jpeg from 'jpeg-js';

const SIDE = 128;

async function cut(path, left, top) {
  const { data, width } = jpeg.decode(await readFile(path), { formatAsRGBA: false });
  return Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const [x, y] = [left + (pixel % SIDE), top + Math.floor(pixel / SIDE)];
    return data[3 * (y * width + x) + (at % 3)];
  });
}

/** Rows of bricks of 32 x 16 pixels, every other one shifted by half of a brick, each of a shade of its own. */
function bricks() {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const shades = Array.from({ length: 64 }, random);
  const data = new Uint8Array(3 * SIDE * SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const row = Math.floor(y / 16);
      const along = (x + 16 * (row % 2)) % SIDE;
      const isMortar = y % 16 < 2 || along % 32 < 2;
      const shade = 0.75 + 0.25 * shades[row * 4 + Math.floor(along / 32)];
      const colour = isMortar ? [196, 188, 174] : [178 * shade, 92 * shade, 70 * shade];
      const grain = 24 * (random() - 0.5);
      for (let c = 0; c < 3; c++) data[3 * (y * SIDE + x) + c] = colour[c] + grain;
    }
  }
  return data;
}

const china = fileURLToPath(new URL('../palette/china.jpg', import.meta.url));
const samples = {
  leaves: await cut(china, 448, 299),
  petals: await cut(argv[2], 270, 175),
  bricks: bricks(),
};
for (const [name, data] of Object.entries(samples)) {
  const png = encode({ data, width: SIDE, height: SIDE, channels: 3 });
  await writeFile(fileURLToPath(new URL(`${name}.png`, import.meta.url)), png);
}
