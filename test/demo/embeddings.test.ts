import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  DIMENSIONS,
  findNeighbours,
  nameClusters,
  readWords,
} from '../../demo/embeddings/words.js';
import { kmeans } from '../../src/index.js';
import { root } from '../engines/bundle.js';
import { parseShown } from './numbers.js';
import { once } from './once.js';
import { inEveryBrowser } from './site.js';

const TIMEOUT = 240_000;
const folder = join(root, 'demo/embeddings');
const known = readWords(
  await readFile(join(folder, 'words.txt'), 'utf8'),
  Int8Array.from(await readFile(join(folder, 'vectors.bin'))),
);
const K = 8;
const expectedClusters = once(() =>
  kmeans(
    { data: known.directions, shape: [known.words.length, DIMENSIONS] },
    { k: K, metric: 'cosine', seed: 0, runtime: 'cpu' },
  ),
);

test('words lie near words of their meaning', () => {
  expect(known.words).toHaveLength(20_000);
  expect(known.directions).toHaveLength(20_000 * DIMENSIONS);
  const nearest = (word: string) => findNeighbours(known, word).neighbours.map(({ word: w }) => w);
  expect(nearest('Cat ')).toContain('dog');
  expect(nearest('monday').slice(0, 6)).toEqual(expect.arrayContaining(['tuesday', 'friday']));
  expect(() => findNeighbours(known, 'qqxyz')).toThrow(
    /^“qqxyz” is not among the 20,000 words; they/,
  );
  expect(() => findNeighbours(known, 'clusterings')).toThrow(/; try cluster/);
});

describe('the page Embeddings', { timeout: TIMEOUT }, async () => {
  await inEveryBrowser('embeddings', (site) => {
    test('clusters, and names clusters by their nearest words as the library does', async () => {
      const page = await site.open('embeddings/');
      await page.textOf('#clusters strong');
      expect(await page.page.$$eval('#clusters details', (found) => found.length)).toBe(50);
      await page.fill('#k', String(K));
      await page.timeSilence('clustering words', async () => {
        await page.page.click('#cluster');
        expect(await page.outcome(TIMEOUT)).toBe(`Done: ${K} clusters.`);
      });
      const model = await expectedClusters();
      const shown = await page.facts();
      const meanCosine = 1 - model.inertia / known.words.length;
      expect(parseShown(shown['Mean cosine to the centroid'])).toBeCloseTo(meanCosine, 2);
      // Where rounding has led both the same way, the clusters have the same names.
      const expected = nameClusters(
        known,
        model.labels,
        Float32Array.from(model.centroids.data),
      ).map(({ words }) => words.slice(0, 3).join(', '));
      const names = await page.page.$$eval('#clusters strong', (found) =>
        found.map(({ textContent }) => textContent),
      );
      expect(names).toHaveLength(K);
      const same = names.filter((name) => expected.includes(name)).length;
      expect(same).toBeGreaterThan(K / 2);
      await page.checkLooks('clustered');

      await page.timeSilence('searching words', async () => {
        await page.page.type('#word', 'Volcano');
        await page.page.keyboard.press('Enter');
        expect(await page.outcome()).toBe('Done: the words nearest to Volcano.');
      });
      const found = await page.page.$$eval('#neighbours button span:first-child', (spans) =>
        spans.map(({ textContent }) => textContent),
      );
      expect(found).toEqual(findNeighbours(known, 'volcano').neighbours.map(({ word }) => word));
      expect(await page.textOf('#found')).toMatch(/^“volcano” is in the cluster /);
      expect(await page.page.$$eval('#clusters .chosen', (cards) => cards.length)).toBe(1);
      await page.checkLooks('searched');

      // A card by keyboard: it is the one that is open, and its words can be searched for.
      await page.page.focus('#clusters details:not([open]) summary');
      await page.page.keyboard.press('Enter');
      await page.page.waitForSelector('#clusters .chosen[open] summary:focus');
      expect(await page.page.$$eval('#clusters [open]', (cards) => cards.length)).toBe(1);
      await page.screenshot('opened');
      await page.page.focus('#clusters [open] .word');
      await page.page.keyboard.press('Enter');
      await page.waitForText('#found', /^“(?!volcano)/);

      await page.fill('#word', 'qqxyz');
      await page.page.click('#search');
      expect(await page.outcome()).toMatch(/^“qqxyz” is not among the 20,000 words/);
    });

    test.runIf(site.speaksForAll)('embeddings of one’s own, named and coloured', async () => {
      const page = await site.open('embeddings/');
      const rows = Array.from({ length: 60 }, (_, i) => ({
        id: 100 + i,
        text: `${['red', 'green', 'blue'][i % 3]} thing ${i}`,
        year: 1990 + (i % 30),
        embedding: [0, 1, 2].map((j) => (i % 3 === j ? 1 : 0.01 * ((i * (j + 1)) % 7))),
      }));
      const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      const file = join(site.folder, 'things.jsonl');
      await writeFile(file, lines);
      await page.drop(file);
      expect(await page.outcome()).toMatch(/^Done: \d clusters\.$/);
      expect(await page.textOf('#file-facts')).toBe('things.jsonl: 60 rows of 3 numbers.');
      await page.fill('#k', '3');
      await page.page.click('#cluster');
      expect(await page.outcome()).toBe('Done: 3 clusters.');
      const names = await page.page.$$eval('#clusters strong', (found) =>
        found.map(({ textContent }) => textContent),
      );
      for (const name of names) expect(name).toMatch(/^(\w+) thing \d+, \1 thing \d+, \1 thing/);
      await page.page.select('#colour', '2');
      expect(await page.textOf('#legend')).toBe('From 1,990, dark, to 2,019, bright.');
      await page.checkLooks('own');
      await page.page.type('#word', 'blue thing');
      await page.page.keyboard.press('Enter');
      await page.waitForText('#found', /^“blue thing 2” is in the cluster blue/);
      const svg = await page.download('[title="Save the plot as SVG"]', 'things.svg');
      expect(await readFile(svg, 'utf8')).toMatch(/>blue thing 2</);
      const plot = await page.download('[title="Save the plot as PNG"]', 'things.png');
      expect((await readFile(plot)).subarray(1, 4).toString()).toBe('PNG');
      const saved = await page.download('#download', 'things-clusters.csv');
      const csv = (await readFile(saved, 'utf8')).split('\n');
      expect(csv[0]).toBe('id,text,year,embedding[0],embedding[1],embedding[2],cluster');
      expect(csv[1]).toMatch(/^100,red thing 0,1990,1,0,0,[0-2]$/);
    });

    test.runIf(site.speaksForAll)(
      'a clustering that is cancelled ends, and another begins',
      async () => {
        const page = await site.open('embeddings/');
        await page.fill('#k', '400');
        await page.page.click('#cluster');
        await page.waitForText('#task:not([hidden]) #task-text', /^(Choosing|Iteration)/);
        await page.pressCancel();
        expect(await page.outcome()).toBe('Cancelled.');
        await page.fill('#k', String(K));
        await page.page.click('#cluster');
        await page.waitForText('#task:not([hidden]) #task-text', /^(Choosing|Iteration)/);
        // A search leaves it to its work.
        await page.page.type('#word', 'paris');
        await page.page.keyboard.press('Enter');
        await page.waitForText('#found', /“paris”/);
        await page.page.waitForSelector('#task', { hidden: true, timeout: TIMEOUT });
        expect((await page.facts()).Clusters).toBe(String(K));
      },
    );

    test.runIf(site.speaksForAll)('works without an adapter, and says so', async () => {
      await site.withoutAdapter('embeddings/', async (page) => {
        expect(await page.textOf('.notice summary')).toMatch(/on the CPU/);
        await page.fill('#k', '2');
        await page.page.click('#cluster');
        expect(await page.outcome(TIMEOUT)).toBe('Done: 2 clusters.');
        expect((await page.facts())['Ran on']).toBe('CPU, without WebGPU');
      });
    });
  });
});
