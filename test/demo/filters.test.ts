import { readFile } from 'node:fs/promises';
import { decode, encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { toBytes } from '../../demo/filters/bytes.js';
import { convolveImage } from '../../src/index.js';
import { inEveryBrowser } from './site.js';

const [WIDTH, HEIGHT] = [40, 30];
const SHARPEN = [0, -1, 0, -1, 5, -1, 0, -1, 0];

const picture = Uint8Array.from({ length: 3 * WIDTH * HEIGHT }, (_, at) => (at * at) % 251);
const png = encode({ data: picture, width: WIDTH, height: HEIGHT, channels: 3 });

describe('the page Filters', { timeout: 120_000 }, async () => {
  await inEveryBrowser('filters', (site) => {
    test('filters what is dropped on it as its weights say, and keeps the result', async () => {
      const page = await site.open('filters/');
      await page.waitForText('#facts', /Edges 3/);
      await page.checkLooks('opening');
      await page.drop(await page.writeInput('drawn.png', png));
      expect(await page.outcome()).toBe('Done: Edges 3.');
      expect(await page.textOf('#file-facts')).toBe('drawn.png: 40 × 30 pixels.');
      const outcomeOf = async (act: () => Promise<unknown>) => {
        await page.page.$eval('#status', (status) => {
          status.textContent = '';
        });
        await act();
        return page.outcome();
      };
      const press = (selector: string, key: ' ' | 'ArrowRight') =>
        outcomeOf(async () => {
          await page.page.focus(selector);
          await page.page.keyboard.press(key);
        });
      expect(await press('input[value=sharpen]', ' ')).toBe('Done: Sharpen.');
      // A step of the slider in the middle makes it one of the visitor's own.
      const middle = '#kernel div:nth-of-type(5) input[type=range]';
      expect(await press(middle, 'ArrowRight')).toBe('Done: Your own.');
      await outcomeOf(() => page.page.select('#border', 'wrap'));
      await outcomeOf(() => page.page.select('#shown-as', 'magnitude'));
      await outcomeOf(() => page.page.click('#normalize'));
      expect(await page.textOf('#sum')).toBe('1');
      const file = await page.download('#download', 'drawn-own.png');
      const made = decode(await readFile(file));
      expect([made.width, made.height, made.channels]).toEqual([WIDTH, HEIGHT, 3]);
      // As the fields say it: four digits of each weight.
      const kernel = SHARPEN.map((weight) =>
        Number(((weight === 5 ? 5.05 : weight) / 1.05).toPrecision(4)),
      );
      const { data } = await convolveImage(
        { data: picture, width: WIDTH, height: HEIGHT, channels: 3 },
        { data: kernel, shape: [3, 3] },
        { border: 'wrap', runtime: 'cpu' },
      );
      const expected = toBytes(data, 'magnitude');
      const apart = Uint8Array.from(made.data).reduce(
        (most, value, at) => Math.max(most, Math.abs(value - expected[at])),
        0,
      );
      // Half a step rounds either way.
      expect(apart).toBeLessThanOrEqual(1);
      expect(page.page.url()).toMatch(/filter=own.*w4=4\.81/);
      await page.drop(await page.writeInput('text.jpg', 'not a picture'));
      expect(await page.outcome()).toMatch(/^text\.jpg is no image that this browser can decode/);
    });
  });
});
