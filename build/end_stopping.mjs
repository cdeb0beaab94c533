/**
 * Draws docs/end-stopping.svg: what a centroid learnt from bars answers to bars of growing length, with and
 * without lateral inhibition. `npm run build` first; run by `node build/end_stopping.mjs`.
 */
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { URL } from 'node:url';
import { kmeans } from '../dist/index.js';

const SIDE = 17;
const MIDDLE = 8;
const LENGTHS = [1, 3, 5, 7, 9, 11, 13, 15];
const ROWS = [4, 8, 12];

/** An image with a horizontal bar in the middle of row `y`, as numbers. */
function bar(length, y = MIDDLE) {
  const image = new Array(SIDE * SIDE).fill(0);
  for (let j = 0; j < SIDE; j++) {
    if (Math.abs(j - MIDDLE) <= (length - 1) / 2) image[y * SIDE + j] = 1;
  }
  return image;
}

// Bars of all lengths at three heights, 8 of each, with a little noise: three centroids for each height.
let state = 1;
const noise = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return 0.1 * (state / 2 ** 32 - 0.5);
};
const images = ROWS.flatMap((y) =>
  LENGTHS.flatMap((length) =>
    Array.from({ length: 8 }, () => bar(length, y).map((value) => value + noise())),
  ),
);
const model = await kmeans(images, { k: 9, nInit: 10, seed: 1, runtime: 'cpu' });

const stimuli = LENGTHS.map((length) => bar(length));
const responses = async (inhibition) => {
  const { data, shape } = await model.respond(stimuli, { inhibition, runtime: 'cpu' });
  return LENGTHS.map((_, i) => [...data.subarray(i * shape[1], (i + 1) * shape[1])]);
};
const linear = await responses('none');
const inhibited = await responses('winnerTakeAll');
// The cell of the middle row that wins for middling bars: it is outgrown by longer ones.
const winners = inhibited.map((row) => row.findIndex((value) => value !== 0));
const cell = winners[3];
const curve = (rows) => rows.map((row) => row[cell]);

const [plain, stopped] = [curve(linear), curve(inhibited)];
const preferred = winners.lastIndexOf(cell);
if (!(
  stopped[LENGTHS.length - 1] < stopped[preferred] && plain.at(-1) >= plain[preferred] - 0.05
)) {
  throw new Error(`end-stopping does not show: ${plain} beside ${stopped}`);
}

const shades = (image, x, y, pixel, lowest, highest) =>
  Array.from({ length: SIDE * SIDE }, (_, at) => {
    const level = Math.round((255 * (image[at] - lowest)) / (highest - lowest));
    const left = (x + (at % SIDE) * pixel).toFixed(1);
    const top = (y + Math.floor(at / SIDE) * pixel).toFixed(1);
    const grey = Math.max(0, Math.min(255, level));
    return grey < 26
      ? ''
      : `<rect x="${left}" y="${top}" width="${pixel}" height="${pixel}" fill="rgb(${grey},${grey},${grey})"/>`;
  }).join('');
const picture = (image, x, y, pixel) => {
  const side = SIDE * pixel;
  return `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="#000"/>${shades(image, x, y, pixel, 0, 1)}`;
};

const d = SIDE * SIDE;
const field = [...model.centroids.data.subarray(cell * d, (cell + 1) * d)];
const highest = Math.max(...plain) * 1.15;
const across = (i) => 230 + i * 58;
const up = (value) => 210 - (170 * value) / highest;
const line = (values, colour, dash) =>
  `<polyline fill="none" stroke="${colour}" stroke-width="2.5"${dash} points="${values
    .map((value, i) => `${across(i)},${up(value).toFixed(1)}`)
    .join(' ')}"/>` +
  values
    .map(
      (value, i) =>
        `<circle cx="${across(i)}" cy="${up(value).toFixed(1)}" r="3.5" fill="${colour}"/>`,
    )
    .join('');
const text = (x, y, content, more = '') => `<text x="${x}" y="${y}"${more}>${content}</text>`;

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="680" height="300" viewBox="0 0 680 300" font-family="sans-serif" font-size="12">
<rect width="680" height="300" fill="#fff"/>
${text(20, 30, 'A centroid w', ' font-weight="bold"')}
${text(20, 46, '(its receptive field)')}
${picture(field, 20, 58, 7)}
<path d="M200 40V210H650" fill="none" stroke="#666"/>
${text(200, 30, 'Response w’x to a bar x', ' font-weight="bold"')}
${line(plain, '#8a8a8a', ' stroke-dasharray="5 4"')}
${line(stopped, '#c0392b', '')}
${text(480, 30, '- - without inhibition', ' fill="#666"')}
${text(480, 46, '— winner-take-all', ' fill="#c0392b"')}
${stimuli.map((image, i) => picture(image, across(i) - 25.5, 224, 3)).join('\n')}
${LENGTHS.map((length, i) => text(across(i), 292, String(length), ' text-anchor="middle"')).join('')}
</svg>
`;
await writeFile(new URL('../docs/end-stopping.svg', import.meta.url), svg);
const told = LENGTHS.map(
  (length, i) => `${length}: ${plain[i].toFixed(2)} ${stopped[i].toFixed(2)}`,
);
process.stdout.write(`${told.join('\n')}\n`);
