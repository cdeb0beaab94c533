/** The page: cluster the images, decompose them, look. */
import { formatCount, formatNumber } from '../../src/cli/format.js';
import { ranOn } from '../shared/adapter.js';
import { drawCurve } from '../shared/charts.js';
import { byId, make } from '../shared/dom.js';
import { showFacts } from '../shared/facts.js';
import { fetchSample } from '../shared/file_input.js';
import { keepInAddress } from '../shared/permalink.js';
import { openPage } from '../shared/opening.js';
import { reportErrors, runTask, say, type TaskOptions } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import digitsUrl from './digits.png?url';
import type {
  Centroids,
  ClusterResult,
  ClusterUpdate,
  Components,
  DigitsJobs,
  Reconstruction,
} from './jobs.js';
import openingUrl from './opening.json?url';
import { picture, tile } from './tiles.js';

/** Clusters of each digit, and of all digits, that are offered at first. */
const K_PER_CLASS = 4;
const K_ALL = 10;
const SHOWN_IMAGES = 16;
const SHOWN_COMPONENTS = 15;

const startWorker = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const clusterWorker = new WorkerClient<DigitsJobs>(startWorker);
/** Its own, so that a cancelled clustering does not take the components with it. */
const pcaWorker = new WorkerClient<DigitsJobs>(startWorker);
const clusterButton = byId('cluster', HTMLButtonElement);
const findButton = byId('find', HTMLButtonElement);
const slider = byId('components', HTMLInputElement);
const others = byId('others', HTMLButtonElement);
const of = byId('of', HTMLSelectElement);
const k = byId('k', HTMLInputElement);
const centroidPlace = byId('centroids', HTMLElement);

let sample: File | undefined;
let images = 0;
/** The first of the images that are reconstructed. */
let first = 0;
let explained: Float64Array = new Float64Array(0);
let reconstructing = false;

/** Gives a worker the images, which are fetched once. */
async function load(
  worker: WorkerClient<DigitsJobs>,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  sample ??= await fetchSample(digitsUrl, 'digits.png', options.signal);
  images = await worker.run('load', sample, { ...options, restores: true });
}

function centroidTiles({ digit, images: rows, counts, digits, most }: Centroids): HTMLElement[] {
  const tiles = Array.from(counts, (count, c) => {
    const share = Math.round((100 * most[c]) / Math.max(1, count));
    const shows = digit === undefined ? `, ${share} % show ${digits[c]}` : '';
    const caption = `${formatCount(count)} ${count === 1 ? 'image' : 'images'}${shows}`;
    return tile(caption, picture(rows, c, `Centroid of cluster ${c}: ${caption}`));
  });
  return digit === undefined ? tiles : [make('h3', {}, `Digit ${digit}`), ...tiles];
}

/** What the page shows of a clustering; the function returned shows it again. */
function keepShown(): () => void {
  const filled = [centroidPlace, byId('objective-curve', HTMLElement)].map(
    (place) => [place, [...place.childNodes]] as const,
  );
  const hidden = ['centroids-hint', 'cluster-facts', 'objective'].map((id) => {
    const element = byId(id, HTMLElement);
    return [element, element.hidden] as const;
  });
  return () => {
    for (const [place, nodes] of filled) place.replaceChildren(...nodes);
    for (const [element, isHidden] of hidden) element.hidden = isHidden;
  };
}

const showBlank = keepShown();
let showWhole = showBlank;
let clusterings = 0;

/** @param isKept whether what is shown stays until there is something to take its place */
async function showClusters(
  options: TaskOptions,
  isOpening: boolean,
  isKept = false,
): Promise<void> {
  await load(clusterWorker, options);
  const settings = {
    perClass: of.value === 'class',
    k: k.valueAsNumber,
    seed: byId('seed', HTMLInputElement).valueAsNumber,
    live: byId('live', HTMLInputElement).checked,
  };
  if (!isKept) {
    byId('cluster-facts', HTMLElement).hidden = true;
    centroidPlace.replaceChildren();
  }
  if (!isOpening) centroidPlace.scrollIntoView({ block: 'nearest' });
  const updates: ClusterUpdate[] = [];
  const shown: HTMLElement[][] = [];
  const result = await clusterWorker.run('cluster', settings, {
    ...options,
    isLight: isOpening,
    onUpdate: (update) => {
      updates.push(update);
      const { centroids } = update;
      if (centroids) {
        shown[centroids.digit ?? 0] = centroidTiles(centroids);
        centroidPlace.replaceChildren(...shown.flat());
      }
      showObjective(updates, settings.perClass);
    },
  });
  showClustered(result, updates, settings.perClass);
}

function showObjective(updates: readonly ClusterUpdate[], perClass: boolean): void {
  byId('centroids-hint', HTMLElement).hidden = true;
  byId('objective', HTMLElement).hidden = perClass;
  if (perClass) return;
  const history = updates.map(({ objective }) => objective);
  drawCurve(byId('objective-curve', HTMLElement), history, 'Objective at each iteration');
}

function showClustered(
  result: ClusterResult,
  updates: readonly ClusterUpdate[],
  perClass: boolean,
): void {
  showObjective(updates, perClass);
  centroidPlace.replaceChildren(...result.centroids.flatMap(centroidTiles));
  showFacts(byId('cluster-facts', HTMLElement), {
    Inertia: formatNumber(result.inertia),
    Iterations: formatCount(result.iterations),
    ...(!perClass && { Purity: `${(100 * result.purity).toFixed(1)} %` }),
    ...ranOn(result.engine, result.milliseconds),
  });
  showWhole = keepShown();
}

/** Clusters; one that is cancelled leaves what was there before. */
async function cluster(): Promise<void> {
  const clustering = ++clusterings;
  const end = await runTask('Loading the images', clusterButton, async (options) => {
    await showClusters(options, false);
    say('Done: the images are clustered.');
  });
  // A later one has taken the place.
  if (clustering !== clusterings) return;
  if (end === 'failed') showBlank();
  else if (end !== 'done') showWhole();
}

async function showComponents(options: TaskOptions, isOpening: boolean): Promise<void> {
  await load(pcaWorker, options);
  const found = await pcaWorker.run('findComponents', undefined, {
    ...options,
    isLight: isOpening,
  });
  showFound(found);
  slider.disabled = others.disabled = false;
  await showReconstructions();
}

function showFound(found: Components): void {
  explained = found.explainedVarianceRatio;
  showFacts(byId('pca-facts', HTMLElement), {
    'Explained variance': '',
    'Squared error of a pixel': '',
    ...ranOn(found.engine, found.milliseconds),
  });
  const parts = Array.from({ length: 1 + SHOWN_COMPONENTS }, (_, at) => {
    const name = at === 0 ? 'mean' : String(at);
    const label = at === 0 ? 'The mean image' : `Component ${at}`;
    return tile(name, picture(found.images, at, label, at === 0 ? 'ink' : 'signed'));
  });
  byId('component-images', HTMLElement).replaceChildren(...parts);
  byId('pca-hint', HTMLElement).hidden = true;
  for (const id of ['slider', 'others', 'pca-result']) byId(id, HTMLElement).hidden = false;
}

function find(): void {
  void runTask('Loading the images', findButton, async (options) => {
    await showComponents(options, false);
    say('Done: move the slider.');
  });
}

/** Shows the reconstructions for where the slider is, and again if it has moved meanwhile. */
async function showReconstructions(): Promise<void> {
  byId('t', HTMLOutputElement).value = slider.value;
  if (reconstructing) return;
  reconstructing = true;
  try {
    let shown = '';
    while (shown !== `${slider.value} ${first}`) {
      shown = `${slider.value} ${first}`;
      const count = slider.valueAsNumber;
      const rows = Array.from({ length: SHOWN_IMAGES }, (_, at) => (first + at) % images);
      const made = await pcaWorker.run('reconstruct', { rows, count }, { isLight: true });
      showMade(made, rows, count);
    }
  } finally {
    reconstructing = false;
  }
}

function showMade(made: Reconstruction, rows: readonly number[], count: number): void {
  const tiles = rows.map((row, at) =>
    tile(
      '',
      picture(made.reconstructed, at, `Image ${row} from ${count} components`),
      picture(made.originals, at, `Image ${row} as it is`),
    ),
  );
  byId('reconstructions', HTMLElement).replaceChildren(...tiles);
  const kept = explained.subarray(0, count).reduce((sum, share) => sum + share, 0);
  const [variance, error] = document.querySelectorAll('#pca-facts dd');
  variance.textContent = `${(100 * kept).toFixed(1)} %`;
  error.textContent = formatNumber(made.squaredError);
}

of.addEventListener('change', () => {
  k.value = String(of.value === 'class' ? K_PER_CLASS : K_ALL);
});
byId('cluster-settings', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void cluster();
});
byId('pca-settings', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  find();
});
slider.addEventListener('input', () => {
  reportErrors(showReconstructions());
});
others.addEventListener('click', () => {
  first = (first + SHOWN_IMAGES) % images;
  reportErrors(showReconstructions());
});
keepInAddress(byId('cluster-settings', HTMLFormElement));
void openPage<DigitsJobs>({
  recording: openingUrl,
  show: ({ cluster: clustered, findComponents, reconstruct }) => {
    showClustered(clustered.output, clustered.updates, false);
    showFound(findComponents.output);
    byId('t', HTMLOutputElement).value = slider.value;
    showMade(reconstruct.output, [...Array(SHOWN_IMAGES).keys()], slider.valueAsNumber);
    // Until the components are in the worker.
    slider.disabled = others.disabled = true;
  },
  title: 'Loading the images',
  compute: async (options, isShown) => {
    await showClusters(options, true, isShown);
    await showComponents(options, true);
  },
}).then((end) => {
  if (end !== 'done' && clusterings === 0) showWhole();
});
