import { readFile } from 'node:fs/promises';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { parseShown } from './numbers.js';
import { inEveryBrowser } from './site.js';

describe('the page Textures', { timeout: 300_000 }, async () => {
  await inEveryBrowser('textures', (site) => {
    test('opens on a texture, and makes textures and inversions as they are asked for', async () => {
      const page = await site.open('textures/');
      await page.waitForText('#note', /64 × 64/, 150_000);
      const opening = await page.facts();
      expect(parseShown(opening.Loss)).toBeLessThan(parseShown(opening['Of the noise']) / 10);
      await page.checkLooks('opening');

      await page.page.click('input[value=bricks]');
      await page.page.waitForSelector('#task', { hidden: true });
      expect(await page.shows('#facts')).toBe(false);
      await page.page.select('#side', '64');
      await page.page.select('#reach', '3');
      await page.fill('#filters', '2');
      await page.fill('#iterations', '2000');
      await page.page.keyboard.press('Enter');
      await page.waitForText('#task-text', /^Iteration \d+ of 2,000$/);
      await page.pressCancel();
      expect(await page.outcome()).toBe('Cancelled.');

      await page.page.click('input[value=inversion]');
      await page.page.select('#depth', '1');
      await page.fill('#iterations', '6');
      await page.page.keyboard.press('Enter');
      expect(await page.outcome()).toMatch(/^Done: 64 × 64 pixels/);
      const facts = await page.facts();
      expect(parseShown(facts.Loss)).toBeLessThan(parseShown(facts['Of the noise']));
      expect(facts.PSNR).toMatch(/ dB$/);
      const made = decode(await readFile(await page.download('#download', 'bricks-inversion.png')));
      expect([made.width, made.height, made.channels]).toEqual([64, 64, 3]);
      await page.expectAccessible();
    });
  });
});
