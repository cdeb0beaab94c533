/** The page: cluster the words, read the clusters, search. */
import { formatCount } from '../../src/cli/format.js';
import { isLight, ranOn } from '../shared/adapter.js';
import { byId, make } from '../shared/dom.js';
import { showFacts } from '../shared/facts.js';
import { download, stem } from '../shared/download.js';
import { fetchSample, watchFiles } from '../shared/file_input.js';
import { openPage } from '../shared/opening.js';
import { keepInAddress } from '../shared/permalink.js';
import { channels, readColours } from '../shared/marks.js';
import { type Hit, packColour, Scatter } from '../shared/scatter.js';
import { isBusy, reportErrors, runTask, say, showError, type TaskOptions } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import { coloursOf, type Colouring } from './colouring.js';
import type {
  ClusterResult,
  EmbeddingsJobs,
  Found,
  OwnEmbeddings,
  WordCluster,
  WordMap,
} from './jobs.js';
import openingUrl from './opening.json?url';
import vectorsUrl from './vectors.bin?url';
import wordsUrl from './words.txt?url';

/** Words that name a cluster. */
const NAMES = 3;
const SELECTED_SHOWN = 60;
/** Characters of a text where it stands among others, and in a tooltip. */
const SHORT = 60;
const LONG = 300;
/** Clusters that are offered for rows of a visitor's own at most. */
const MOST_OFFERED = 50;

const worker = new WorkerClient<EmbeddingsJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const clusterButton = byId('cluster', HTMLButtonElement);
const searchButton = byId('search', HTMLButtonElement);
const word = byId('word', HTMLInputElement);
const list = byId('clusters', HTMLElement);
const scatter = new Scatter(byId('scatter', HTMLCanvasElement), {
  fileName: () => (own ? stem(own.file) : 'words'),
  describe: (row) => cut(nameOfRow(row), LONG),
  onSelect: showSelected,
});

const textChoice = byId('text', HTMLSelectElement);
const colourChoice = byId('colour', HTMLSelectElement);

/** The sample's words, once they are there. */
let words: readonly string[] | undefined;
/** What a visitor has brought in their place. */
let own: { readonly file: string; readonly embeddings: OwnEmbeddings } | undefined;
let map: WordMap | undefined;
let labels: Uint32Array | undefined;
/** The cluster's card, by its number in the fit. */
let cards = new Map<number, HTMLDetailsElement>();
let chosen: number | undefined;
let hits: readonly Hit[] = [];

const noun = () => (own ? 'rows' : 'words');

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function nameOfRow(row: number): string {
  if (!own) return words?.[row] ?? '';
  const column = own.embeddings.columns.at(naming());
  if (naming() < 0 || !column || !('texts' in column)) return `row ${row}`;
  return column.texts.values[column.texts.codes[row]];
}

/** Among the columns of a visitor's file the one that names its rows; -1 for none. */
const naming = () => (own ? Number(textChoice.value) : -1);

/** What the points are coloured by other than their clusters. */
function colouring(): Colouring | undefined {
  const column = own?.embeddings.columns.at(Number(colourChoice.value));
  return colourChoice.value === '' || !column ? undefined : coloursOf(column);
}

async function load(options: TaskOptions): Promise<void> {
  if (own || words) return;
  const [list, vectors] = await Promise.all([
    fetchSample(wordsUrl, 'words.txt', options.signal),
    fetchSample(vectorsUrl, 'vectors.bin', options.signal),
  ]);
  words = await worker.run('load', { words: list, vectors }, { ...options, restores: true });
}

function nameOf({ words }: WordCluster): string {
  return words
    .slice(0, NAMES)
    .map((word) => cut(word, SHORT))
    .join(', ');
}

function showSelected(rows: Uint32Array | undefined): void {
  const count = rows?.length ?? 0;
  const shown = Array.from(rows?.subarray(0, SELECTED_SHOWN) ?? [], (row) =>
    cut(nameOfRow(row), SHORT),
  );
  const more = count > SELECTED_SHOWN ? ', …' : '';
  byId('selected', HTMLElement).textContent =
    count === 0 ? '' : `${formatCount(count)} selected: ${shown.join(', ')}${more}`;
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
  const byColumn = colouring();
  byId('legend', HTMLElement).replaceChildren(...(byColumn?.legend ?? []));
  const colours =
    chosen === undefined
      ? byColumn?.colours
      : labels?.map((label) => (label === chosen ? accent : muted));
  scatter.update({ ...(labels && { labels }), ...(colours && { colours }), hits });
}

/** A word that is searched for when pressed. */
function wordButton(name: string, row: number, comma: boolean): HTMLElement {
  const button = make(
    'button',
    { type: 'button', className: 'word', title: 'Search' },
    cut(name, 2 * SHORT),
  );
  button.addEventListener('click', () => {
    search(row, name);
  });
  return make('span', {}, button, comma ? ',' : '');
}

function makeCard(found: WordCluster): HTMLDetailsElement {
  const { cluster, size, words, rows } = found;
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
      make('small', {}, `${formatCount(size)} ${noun()}`),
    ),
    make(
      'p',
      {},
      ...words.flatMap((each, at) => [wordButton(each, rows[at], at < words.length - 1), ' ']),
      rest,
    ),
  );
  card.addEventListener('toggle', () => {
    if (card.open) choose(cluster);
    else if (chosen === cluster) choose(undefined);
  });
  return card;
}

/** @param isKept whether the map that is shown was computed beforehand */
async function showClusters(
  options: TaskOptions,
  isOpening: boolean,
  isKept = false,
): Promise<void> {
  await load(options);
  if (!map || isKept) await showMap(options, isOpening);
  const settings = {
    k: byId('k', HTMLInputElement).valueAsNumber,
    seed: byId('seed', HTMLInputElement).valueAsNumber,
    text: naming(),
    isOpening,
  };
  const work = own ? own.embeddings.rows * own.embeddings.dimensions * settings.k : Infinity;
  const before = { labels, chosen };
  chosen = undefined;
  try {
    const result = await worker.run('cluster', settings, {
      ...options,
      isLight: isOpening || isLight(work),
      onUpdate: (shown) => {
        labels = shown;
        drawChosen();
      },
    });
    showClustered(result, isOpening);
  } catch (error) {
    // What is listed is of the clustering before.
    ({ labels, chosen } = before);
    drawChosen();
    throw error;
  }
}

function showClustered(result: ClusterResult, isOpening: boolean): void {
  ({ labels } = result);
  byId('hint', HTMLElement).hidden = true;
  byId('download', HTMLElement).hidden = !own;
  cards = new Map(result.clusters.map((found) => [found.cluster, makeCard(found)]));
  list.replaceChildren(...cards.values());
  list.scrollTop = 0;
  showFacts(byId('facts', HTMLElement), {
    Clusters: formatCount(result.clusters.length),
    'Learnt from': `${isOpening ? 'the first' : 'all'} ${formatCount(result.learntFrom)} ${noun()}`,
    'Mean cosine to the centroid': result.meanCosine.toFixed(4),
    Iterations: `${formatCount(result.iterations)}${result.converged ? '' : ', not converged'}`,
    ...ranOn(result.engine, result.milliseconds),
  });
  choose(undefined);
}

function cluster(): void {
  void runTask(own ? 'Clustering' : 'Loading the words', clusterButton, async (options) => {
    await showClusters(options, false);
    say(`Done: ${formatCount(cards.size)} clusters.`);
  });
}

async function showMap(options: TaskOptions, isOpening = false): Promise<void> {
  const { rows, dimensions } = own?.embeddings ?? { rows: 0, dimensions: 0 };
  const found = await worker.run('map', isOpening, {
    ...options,
    isLight: isLight(rows * dimensions ** 2),
  });
  drawMap(found);
}

function drawMap(found: WordMap): void {
  map = found;
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
    ? `“${cut(asked, LONG)}” is in the cluster ${name}. Nearest ${noun()}, with their cosine:`
    : `The ${noun()} nearest to “${cut(asked, LONG)}”, with their cosine:`;
  byId('neighbours', HTMLElement).replaceChildren(
    ...neighbours.map(({ word: other, row: place, cosine }) => {
      const button = make(
        'button',
        { type: 'button' },
        make('span', {}, cut(other, SHORT)),
        make('span', {}, cosine.toFixed(3)),
      );
      button.style.setProperty('--share', String(Math.max(0, cosine)));
      button.addEventListener('click', () => {
        search(place, other);
      });
      return make('li', {}, button);
    }),
  );
  hits = [
    { row, name: cut(asked, SHORT) },
    ...neighbours.map((neighbour) => ({ row: neighbour.row, name: cut(neighbour.word, SHORT) })),
  ];
  drawChosen();
  if (!card || at === undefined) return;
  card.open = true;
  choose(at);
  list.scrollTop = card.offsetTop - list.offsetTop;
}

async function find(what: string | number, options?: TaskOptions): Promise<void> {
  try {
    showFound(await worker.run('search', { what, text: naming() }, options));
  } catch (error) {
    byId('found', HTMLElement).textContent = '';
    byId('neighbours', HTMLElement).replaceChildren();
    hits = [];
    choose(undefined);
    throw error;
  }
  say(`Done: the ${noun()} nearest to ${cut(word.value.trim(), SHORT)}.`);
}

/** Searches, beside a clustering if one runs: for what was typed, or for a row, which is called `name`. */
function search(row?: number, name?: string): void {
  if (name !== undefined) word.value = name;
  const what = row ?? word.value;
  if ((own || words) && isBusy()) {
    showError('');
    reportErrors(find(what));
    return;
  }
  void runTask('Searching', searchButton, async (options) => {
    await load(options);
    if (!map) await showMap(options);
    await find(what, options);
  });
}

/** Takes away all that is of what was clustered before. */
function clear(): void {
  map = labels = chosen = undefined;
  hits = [];
  cards = new Map();
  list.replaceChildren();
  word.value = '';
  for (const id of ['found', 'neighbours', 'selected', 'legend']) {
    byId(id, HTMLElement).replaceChildren();
  }
  for (const id of ['map', 'facts', 'download']) byId(id, HTMLElement).hidden = true;
  byId('hint', HTMLElement).hidden = false;
}

function offer(select: HTMLSelectElement, first: HTMLOptionElement, at: readonly number[]): void {
  const { columns } = own!.embeddings;
  select.replaceChildren(
    first,
    ...at.map((position) => make('option', { value: String(position) }, columns[position].name)),
  );
}

/** What the page says of a visitor's file, or of the words. */
function showSource(): void {
  byId('title', HTMLElement).textContent = own ? 'Rows by their meaning' : 'Words by their meaning';
  byId('of-words', HTMLElement).hidden = own !== undefined;
  byId('sample', HTMLElement).hidden = own === undefined;
  byId('choices', HTMLElement).hidden = own === undefined;
  byId('colouring', HTMLElement).hidden = own === undefined;
  list.classList.toggle('own', own !== undefined);
  byId('word-label', HTMLElement).textContent = own ? 'A part of a text' : 'An English word';
  byId('hint', HTMLElement).textContent =
    `Each will be named by the ${noun()} nearest to its centroid.`;
  byId('file-facts', HTMLElement).textContent = own
    ? `${own.file}: ${formatCount(own.embeddings.rows)} rows of ${formatCount(own.embeddings.dimensions)} numbers. ${own.embeddings.notes.join(' ')}`.trim()
    : '';
}

async function openFile(file: File, options: TaskOptions): Promise<void> {
  const embeddings = await worker.run('open', file, { ...options, restores: true });
  words = undefined;
  own = { file: file.name, embeddings };
  clear();
  const { columns, rows, text } = embeddings;
  const all = [...columns.keys()];
  const texts = all.filter((at) => 'texts' in columns[at]);
  offer(textChoice, make('option', { value: '-1' }, 'their numbers'), texts);
  textChoice.value = String(text);
  offer(colourChoice, make('option', { value: '' }, 'their clusters'), all);
  byId('k', HTMLInputElement).value = String(
    Math.max(2, Math.min(MOST_OFFERED, Math.round(Math.sqrt(rows / 2)))),
  );
  showSource();
  await showClusters(options, false);
}

byId('sample', HTMLButtonElement).addEventListener('click', () => {
  own = undefined;
  clear();
  colourChoice.replaceChildren();
  showSource();
  cluster();
});
textChoice.addEventListener('change', cluster);
colourChoice.addEventListener('change', () => {
  choose(undefined);
});
byId('download', HTMLButtonElement).addEventListener('click', () => {
  void runTask('Writing the rows', byId('download', HTMLButtonElement), async (options) => {
    const csv = await worker.run('download', undefined, options);
    download(`${stem(own!.file)}-clusters.csv`, csv);
    say('Done: the rows with their clusters.');
  });
});
watchFiles({
  input: byId('file', HTMLInputElement),
  onFile: (file) => {
    void runTask(`Reading ${file.name}`, undefined, async (options) => {
      await openFile(file, options);
      say(`Done: ${formatCount(cards.size)} clusters.`);
    });
  },
  onRefusal: showError,
});
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
void openPage<EmbeddingsJobs>({
  recording: openingUrl,
  show: ({ map: mapped, cluster: clustered }) => {
    drawMap(mapped.output);
    showClustered(clustered.output, true);
  },
  title: 'Loading the words',
  compute: (options, isShown) => showClusters(options, true, isShown),
});
