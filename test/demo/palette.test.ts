import { readFile } from 'node:fs/promises';
import { convertIndexedToRgb, decode, encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import {
  bitsPerPixel,
  countColours,
  gather,
  packPixels,
  psnr,
  toRows,
} from '../../demo/palette/colours.js';
import { kmeans } from '../../src/index.js';
import { parseShown } from './numbers.js';
import { once } from './once.js';
import { inEveryBrowser } from './site.js';
import type { SitePage } from './site_page.js';

const TIMEOUT = 240_000;

/** A picture with soft slopes and grain, as photographs have; opaque. */
function drawPicture(width: number, height: number): Uint8ClampedArray {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  let state = 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const grain = (state >>> 24) / 16;
      const wave = Math.sin((9 * x) / width) * Math.cos((7 * y) / height);
      const at = 4 * (y * width + x);
      data[at] = 120 + 110 * wave + grain;
      data[at + 1] = (180 * y) / height + 40 * wave + grain;
      data[at + 2] = 220 - (160 * x) / width + grain;
    }
  }
  return data;
}

function encodePng(data: Uint8ClampedArray, width: number, height: number, level: 1 | 6 = 6) {
  return encode({ data, width, height, channels: 4, depth: 8 }, { zlib: { level } });
}

/** As cameras make them. */
const photograph = once(() => {
  const [width, height] = [2800, 2100];
  const picture = drawPicture(width, height);
  return { picture, png: encodePng(picture, width, height, 1) };
});

/** Mean squared error of the downloaded PNG against the picture, and its number of colours. */
async function compare(path: string, original: Uint8ClampedArray) {
  const png = decode(await readFile(path));
  const rgb = convertIndexedToRgb(png);
  let sum = 0;
  for (let i = 0; i < rgb.length; i++) {
    sum += (rgb[i] - original[4 * Math.floor(i / 3) + (i % 3)]) ** 2;
  }
  return { squaredError: sum / rgb.length, colours: png.palette!.length, depth: png.depth };
}

async function chooseK(page: SitePage, k: number): Promise<string> {
  await page.page.evaluate(() => (document.querySelector('#status')!.textContent = ''));
  await page.fill('#k', String(k));
  await page.page.keyboard.press('Enter');
  return page.outcome(TIMEOUT);
}

test('bins of many colours stand for all of them', async () => {
  const picture = drawPicture(900, 600);
  const counted = countColours(packPixels(picture));
  expect(counted.colours.length).toBeGreaterThan(60_000);
  const { data, weights } = gather(counted);
  expect(weights.length).toBeLessThan(60_000);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(900 * 600);
  for (let channel = 0; channel < 3; channel++) {
    const all = picture.reduce((sum, value, at) => sum + (at % 4 === channel ? value : 0), 0);
    const binned = weights.reduce((sum, weight, i) => sum + weight * data[3 * i + channel], 0);
    expect(binned / all).toBeCloseTo(1, 6);
  }
  // A palette of bins is as good as one of the colours themselves.
  const options = { k: 12, maxIter: 100, runtime: 'cpu' } as const;
  const colours = { data: toRows(counted.colours), shape: [counted.colours.length, 3] } as const;
  const bins = { data, shape: [weights.length, 3] } as const;
  const init = (await kmeans(bins, { ...options, sampleWeight: weights })).centroids;
  const sampleWeight = counted.counts;
  const best = await kmeans(colours, { ...options, init, sampleWeight });
  const fromBins = await kmeans(colours, { ...options, init, sampleWeight, maxIter: 1 });
  expect(fromBins.inertia / best.inertia).toBeLessThan(1.005);
});

describe('the page Palette', { timeout: TIMEOUT }, async () => {
  await inEveryBrowser('palette', (site) => {
    test('gives the library’s palette, and a PNG that has the error it says', async () => {
      const page = await site.open('palette/');
      const [width, height] = [233, 150];
      const picture = drawPicture(width, height);
      await page.drop(await page.writeInput('drawn.png', encodePng(picture, width, height)));
      expect(await page.outcome(TIMEOUT)).toBe('Done: 16 colours.');
      const counted = countColours(packPixels(picture));
      expect(await page.textOf('#file-facts')).toBe(
        `drawn.png: 233 × 150 pixels, ${counted.colours.length.toLocaleString('en')} different colours.`,
      );
      const { data, weights } = gather(counted);
      const all = [
        [2, 1],
        [7, 4],
        [40, 8],
      ];
      for (const [k, depth] of site.speaksForAll ? all : all.slice(0, 1)) {
        expect(await chooseK(page, k)).toBe(`Done: ${k} colours.`);
        const facts = await page.facts();
        const points = { data, shape: [weights.length, 3] } as const;
        const model = await kmeans(points, {
          k,
          sampleWeight: weights,
          maxIter: 100,
          runtime: 'cpu',
        });
        const error = model.inertia / (3 * width * height);
        // The palette's colours are whole numbers, and another rounding may end elsewhere nearby.
        expect(Math.abs(parseShown(facts.PSNR) - psnr(error))).toBeLessThan(0.15);
        expect(parseShown(facts['Bits per pixel'])).toBeCloseTo(bitsPerPixel(width * height, k), 3);
        const file = await page.download('#download', `drawn-${k}-colours.png`);
        await page.outcome();
        const made = await compare(file, picture);
        expect(made.colours).toBe(k);
        expect(made.depth).toBe(depth);
        expect(made.squaredError).toBeCloseTo(parseShown(facts['Mean squared error']), 3);
      }
    });

    test('compresses the sample as the slider is moved by keys', async () => {
      const page = await site.open('palette/');
      await page.page.click('#sample');
      expect(await page.outcome(TIMEOUT)).toBe('Done: 16 colours.');
      await page.page.focus('#slider');
      await page.page.evaluate(() => (document.querySelector('#status')!.textContent = ''));
      for (let i = 0; i < 4; i++) await page.page.keyboard.press('ArrowLeft');
      expect(await page.outcome(TIMEOUT)).toBe('Done: 12 colours.');
      await page.checkLooks('sample');
      await page.page.click('#actual');
      await page.screenshot('one-below-the-other');
    });

    test.runIf(site.speaksForAll)('compresses 6 megapixels, while the page answers', async () => {
      const page = await site.open('palette/');
      const { picture, png } = photograph();
      const path = await page.writeInput('large.png', png);
      await page.timeSilence('6 megapixels, 16 colours', async () => {
        await page.choose(path);
        expect(await page.outcome(TIMEOUT)).toBe('Done: 16 colours.');
      });
      expect(parseShown((await page.facts())['Bits per pixel'])).toBeCloseTo(4, 3);
      // Cancelled midway, and done again.
      await page.page.evaluate(() => (document.querySelector('#status')!.textContent = ''));
      await page.fill('#k', '256');
      await page.page.keyboard.press('Tab');
      await page.waitForText('#task:not([hidden]) #task-text', /^Iteration/);
      await page.pressCancel();
      expect(await page.outcome()).toBe('Cancelled.');
      expect(await page.page.$eval('#download', (button) => button.matches(':disabled'))).toBe(
        true,
      );
      expect(await chooseK(page, 3)).toBe('Done: 3 colours.');
      const file = await page.download('#download', 'large-3-colours.png');
      const made = await compare(file, picture);
      expect(made.squaredError).toBeCloseTo(
        parseShown((await page.facts())['Mean squared error']),
        3,
      );
    });

    test('refuses what is no picture with a sentence, and goes on', async () => {
      const page = await site.open('palette/');
      for (const [name, content, sentence] of [
        ['empty.png', '', /^empty\.png is empty; choose/],
        [
          'huge.gif',
          // Told by its header alone: 60,000 x 60,000 pixels that are not there.
          Buffer.from(`GIF89a\x60\xea\x60\xea${'\0'.repeat(40)}`, 'latin1'),
          /^huge\.gif has 3600 megapixels; choose one of at most 50\.$/,
        ],
        ['text.jpg', 'not a picture', /^text\.jpg is no image that this browser can decode/],
      ] as const) {
        await page.drop(await page.writeInput(name, content));
        expect(await page.outcome()).toMatch(sentence);
      }
      await page.screenshot('refused');
      // One colour only: a palette of one.
      const grey = new Uint8ClampedArray(4 * 64).fill(255);
      // Of which a pixel is not there.
      grey.fill(0, 0, 4);
      await page.drop(await page.writeInput('white.png', encodePng(grey, 8, 8)));
      expect(await page.outcome()).toBe('Done: 1 colour.');
      expect((await page.facts()).PSNR).toBe('no error');
      expect(await page.textOf('#file-facts')).toMatch(/ What is transparent lies on white\.$/);
    });

    test.runIf(site.speaksForAll)('works without an adapter, and says so', async () => {
      await site.withoutAdapter('palette/', async (page) => {
        expect(await page.textOf('.notice summary')).toMatch(/on the CPU/);
        const picture = drawPicture(60, 40);
        await page.drop(await page.writeInput('small.png', encodePng(picture, 60, 40)));
        expect(await page.outcome(TIMEOUT)).toBe('Done: 16 colours.');
        expect((await page.facts())['Ran on']).toBe('CPU, without WebGPU');
      });
    });
  });
});
