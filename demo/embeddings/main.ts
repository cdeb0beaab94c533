/** The page: cluster the words, read the clusters, search. */
import { formatCount, formatSeconds } from '../../src/cli/format.js';
import { nameEngine, startPage } from '../shared/adapter.js';
import { byId, make } from '../shared/dom.js';
import { showFacts } from '../shared/facts.js';
import { fetchSample } from '../shared/file_input.js';
import { keepInAddress } from '../shared/permalink.js';
import { channels, readColours } from '../shared/marks.js';
import { type Hit, packColour, Scatter } from '../shared/scatter.js';
import {
  isBusy,
  reportErrors,
  runOpening,
  runTask,
  say,
  showError,
  type TaskOptions,
} from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import type { EmbeddingsJobs, Found, WordCluster, WordMap } from './jobs.js';
import vectorsUrl from './vectors.bin?url';
import wordsUrl from './words.txt?url';

/** Words that name a cluster. */
const NAMES = 3;
const SELECTED_SHOWN = 60;

const worker = new WorkerClient<EmbeddingsJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const clusterButton = byId('cluster', HTMLButtonElement);
const searchButton = byId('search', HTMLButtonElement);
const word = byId('word', HTMLInputElement);
const list = byId('clusters', HTMLElement);
const scatter = new Scatter(byId('scatter', HTMLCanvasElement), {
  describe: (row) => map?.words[row] ?? '',
  onSelect: showSelected,
});

let loaded = false;
let map: WordMap | undefined;
let labels: Uint32Array | undefined;
/** The cluster's card, by its number in the fit. */
let cards = new Map<number, HTMLDetailsElement>();
let chosen: number | undefined;
let hits: readonly Hit[] = [];

async function load(options: TaskOptions): Promise<void> {
  if (loaded) return;
  const [words, vectors] = await Promise.all([
    fetchSample(wordsUrl, 'words.txt', options.signal),
    fetchSample(vectorsUrl, 'vectors.bin', options.signal),
  ]);
  await worker.run('load', { words, vectors }, { ...options, restores: true });
  loaded = true;
}

function nameOf({ words }: WordCluster): string {
  return words.slice(0, NAMES).join(', ');
}

function showSelected(rows: Uint32Array | undefined): void {
  const words = Array.from(rows ?? [], (row) => map?.words[row] ?? '');
  const more = words.length > SELECTED_SHOWN ? ', …' : '';
  byId('selected', HTMLElement).textContent =
    words.length === 0
      ? ''
      : `${formatCount(words.length)} selected: ${words.slice(0, SELECTED_SHOWN).join(', ')}${more}`;
}

/** Marks a cluster in the list and on the map, in place of the one before; none where undefined. */
function choose(cluster: number | undefined): void {
  chosen = cluster;
  for (const [other, card] of cards) card.classList.toggle('chosen', other === cluster);
  drawChosen();
}

/** The map by clusters, or one cluster on it; with what was searched for. */
function drawChosen(): void {
  if (!map) return;
  const [muted, accent] = readColours('--rule', '--accent').map((colour) =>
    packColour(...channels(colour)),
  );
  const colours =
    chosen !== undefined && labels?.map((label) => (label === chosen ? accent : muted));
  scatter.update({ ...(labels && { labels }), ...(colours && { colours }), hits });
}

/** A word that is searched for when pressed. */
function wordButton(name: string, comma: boolean): HTMLElement {
  const button = make('button', { type: 'button', className: 'word', title: 'Search' }, name);
  button.addEventListener('click', () => {
    word.value = name;
    search();
  });
  return make('span', {}, button, comma ? ',' : '');
}

function makeCard(found: WordCluster): HTMLDetailsElement {
  const { cluster, size, words } = found;
  const rest = size > words.length ? `and ${formatCount(size - words.length)} more` : '';
  const card = make(
    'details',
    // One is open at a time: the one that the map shows.
    { name: 'cluster' },
    make(
      'summary',
      {},
      make('strong', {}, nameOf(found)),
      ' ',
      make('small', {}, `${formatCount(size)} words`),
    ),
    make(
      'p',
      {},
      ...words.flatMap((each, at) => [wordButton(each, at < words.length - 1), ' ']),
      rest,
    ),
  );
  card.addEventListener('toggle', () => {
    if (card.open) choose(cluster);
    else if (chosen === cluster) choose(undefined);
  });
  return card;
}

async function showClusters(options: TaskOptions, isOpening: boolean): Promise<void> {
  await load(options);
  if (!map) await showMap(options);
  const settings = {
    k: byId('k', HTMLInputElement).valueAsNumber,
    seed: byId('seed', HTMLInputElement).valueAsNumber,
  };
  const before = { labels, chosen };
  chosen = undefined;
  try {
    const result = await worker.run('cluster', settings, {
      ...options,
      isLight: isOpening,
      onUpdate: (shown) => {
        labels = shown;
        drawChosen();
      },
    });
    ({ labels } = result);
    byId('hint', HTMLElement).hidden = true;
    cards = new Map(result.clusters.map((found) => [found.cluster, makeCard(found)]));
    list.replaceChildren(...cards.values());
    list.scrollTop = 0;
    showFacts(byId('facts', HTMLElement), {
      Clusters: formatCount(result.clusters.length),
      'Mean cosine to the centroid': result.meanCosine.toFixed(4),
      Iterations: `${formatCount(result.iterations)}${result.converged ? '' : ', not converged'}`,
      'Ran on': nameEngine(result.engine),
      Time: formatSeconds(result.milliseconds),
    });
    choose(undefined);
  } catch (error) {
    // What is listed is of the clustering before.
    ({ labels, chosen } = before);
    drawChosen();
    throw error;
  }
}

function cluster(): void {
  void runTask('Loading the words', clusterButton, async (options) => {
    await showClusters(options, false);
    say(`Done: ${formatCount(cards.size)} clusters.`);
  });
}

async function showMap(options: TaskOptions): Promise<void> {
  map = await worker.run('map', undefined, { ...options, isLight: true });
  const [first, second] = map.explained.map((share) => (100 * share).toFixed(1));
  byId('map', HTMLElement).hidden = false;
  scatter.show({
    ...map,
    xName: `principal component 1 (${first} % of the variance)`,
    yName: `principal component 2 (${second} %)`,
  });
  drawChosen();
}

function showFound({ word: asked, row, neighbours }: Found): void {
  const at = labels?.[row];
  const card = at === undefined ? undefined : cards.get(at);
  const name = card?.querySelector('strong')?.textContent;
  byId('found', HTMLElement).textContent = name
    ? `“${asked}” is in the cluster ${name}. Nearest words, with their cosine:`
    : `The words nearest to “${asked}”, with their cosine:`;
  byId('neighbours', HTMLElement).replaceChildren(
    ...neighbours.map(({ word: other, cosine }) => {
      const button = make(
        'button',
        { type: 'button' },
        make('span', {}, other),
        make('span', {}, cosine.toFixed(3)),
      );
      button.style.setProperty('--share', String(Math.max(0, cosine)));
      button.addEventListener('click', () => {
        word.value = other;
        search();
      });
      return make('li', {}, button);
    }),
  );
  hits = [
    { row, name: asked },
    ...neighbours.map((neighbour) => ({ row: neighbour.row, name: neighbour.word })),
  ];
  drawChosen();
  if (!card || at === undefined) return;
  card.open = true;
  choose(at);
  list.scrollTop = card.offsetTop - list.offsetTop;
}

async function find(options?: TaskOptions): Promise<void> {
  try {
    showFound(await worker.run('search', word.value, options));
  } catch (error) {
    byId('found', HTMLElement).textContent = '';
    byId('neighbours', HTMLElement).replaceChildren();
    hits = [];
    choose(undefined);
    throw error;
  }
  say(`Done: the words nearest to ${word.value.trim()}.`);
}

/** Searches, beside a clustering if one runs. */
function search(): void {
  if (loaded && isBusy()) {
    showError('');
    reportErrors(find());
    return;
  }
  void runTask('Loading the words', searchButton, async (options) => {
    await load(options);
    if (!map) await showMap(options);
    await find(options);
  });
}

byId('settings', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  cluster();
});
byId('search-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  search();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawChosen);
keepInAddress(byId('settings', HTMLFormElement));
void startPage().then(() =>
  runOpening('Loading the words', (options) => showClusters(options, true)),
);
