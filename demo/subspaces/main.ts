/** The page: points in space, what each is expressed by, and what the graph of that comes to. */
import { formatCount, formatShare } from '../../src/cli/format.js';
import { knownAdapter, ranOn } from '../shared/adapter.js';
import { byId, make } from '../shared/dom.js';
import { showFacts } from '../shared/facts.js';
import { clusterMark } from '../shared/marks.js';
import { openPage } from '../shared/opening.js';
import { keepInAddress } from '../shared/permalink.js';
import { runTask, say, type TaskOptions } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import type { Cut, Expressed, Expression, SubspacesJobs } from './jobs.js';
import openingUrl from './opening.json?url';
import { drawAffinity, drawEigenvalues, drawFlatPicture, orderOf } from './pictures.js';
import { type FlatName, type Sample, type SpaceName, SUBSPACES } from './samples.js';
import { Space, Turn } from './space.js';

/** So many coefficients are listed and drawn, the largest. */
const MOST_LISTED = 8;
/** Magnitudes below this share of the largest are not told of. */
const NOTHING = 1e-3;
/** A slider being dragged is waited for. */
const REST_MS = 120;

const worker = new WorkerClient<SubspacesJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const canvasOf = (id: string) => byId(id, HTMLCanvasElement);
const outputOf = (id: string) => byId(id, HTMLOutputElement);
const valueOf = (id: string) => byId(id, HTMLInputElement).valueAsNumber;
const chosenIn = (id: string) => byId(id, HTMLSelectElement).value;

const form = byId('settings', HTMLFormElement);
const flatForm = byId('flat-settings', HTMLFormElement);
const turnButton = byId('turn', HTMLButtonElement);
const pointInput = byId('point', HTMLInputElement);

const turn = new Turn((isTurning) => {
  turnButton.ariaPressed = String(isTurning);
});
const clouds = {
  express: new Space(canvasOf('cloud'), turn, (point) => {
    pick(point);
  }),
  found: new Space(canvasOf('found-cloud'), turn),
  kMeans: new Space(canvasOf('k-means-cloud'), turn),
};

/** At first one whose sum adds one and takes another away. */
let picked = 2;
let space: { readonly sample: Sample; readonly expressed?: Expressed } | undefined;
let flat: { readonly sample: Sample; readonly cut?: Cut } | undefined;
/** What is asked for and not yet shown. */
const due = { express: true, cut: true };
const seeds = { express: 0, cut: 0 };

/** A software driver does on the processor, slower, what the processor does at once. */
const onCpu = () => knownAdapter() === 'software';

const methodOf = () => new FormData(form).get('method') as Expression;

function showSettings(): void {
  outputOf('rows-value').value = String(valueOf('rows'));
  outputOf('noise-value').value = String(valueOf('noise'));
  outputOf('n-value').value = String(valueOf('n'));
  outputOf('flat-noise-value').value = String(valueOf('flat-noise'));
  outputOf('neighbours-value').value = String(valueOf('neighbours'));
  for (const formula of document.querySelectorAll<HTMLElement>('[data-method]')) {
    formula.hidden = formula.dataset.method !== methodOf();
  }
}

/** The coefficients of a point, the largest first. */
function partnersOf({ coefficients }: Expressed, n: number): [point: number, weight: number][] {
  const row = coefficients.subarray(picked * n, (picked + 1) * n);
  const most = row.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return Array.from(row, (value, point): [number, number] => [point, value])
    .filter(([, value]) => Math.abs(value) > NOTHING * most)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
}

function pick(point: number): void {
  picked = point;
  pointInput.value = String(point + 1);
  outputOf('point-value').value = String(point + 1);
  showExpression();
}

/** What the picked point is the sum of. */
function showExpression(): void {
  if (!space) return;
  const { sample, expressed } = space;
  const list = byId('coefficients', HTMLOListElement);
  if (!expressed) {
    clouds.express.mark({ picked });
    list.replaceChildren();
    return;
  }
  const { truth } = sample;
  const n = truth.length;
  const partners = partnersOf(expressed, n);
  const size = (all: typeof partners) => all.reduce((sum, [, value]) => sum + Math.abs(value), 0);
  const within = size(partners.filter(([point]) => truth[point] === truth[picked]));
  const shown = partners.slice(0, MOST_LISTED);
  clouds.express.mark({ picked, joined: partners.slice(0, 3 * MOST_LISTED) });
  const count = partners.length;
  const left = count > shown.length ? `, the largest ${shown.length} below` : '';
  byId('expression', HTMLElement).textContent =
    count === 0
      ? `Point ${picked + 1} is not expressed by any other.`
      : `Point ${picked + 1} is a sum of ${formatCount(count)} other${count === 1 ? '' : 's'}${left}. ` +
        `Its own ${SUBSPACES[chosenIn('sample') as SpaceName][truth[picked]].length === 1 ? 'line' : 'plane'} has ${formatShare(within / size(partners))} of their weight.`;
  const most = Math.abs(shown[0]?.[1] ?? 1);
  list.replaceChildren(
    ...shown.map(([point, value]) => {
      const bar = make('div', { className: value > 0 ? 'plus' : 'minus' });
      bar.style.width = `${(100 * Math.abs(value)) / most}%`;
      return make(
        'li',
        {},
        make('span', {}, clusterMark(truth[point]), ` point ${point + 1}`),
        make('div', { className: 'bar-room' }, bar),
        make('span', { className: 'value' }, value.toFixed(3).replace('-', '−')),
      );
    }),
  );
  drawAffinity(canvasOf('affinity'), expressed.affinity, expressed.found.labels, picked);
}

function showSample(sample: Sample): void {
  space = { sample };
  const n = sample.truth.length;
  pointInput.max = String(n);
  picked = Math.min(picked, n - 1);
  const name = chosenIn('sample') as SpaceName;
  const points = { data: sample.points.data, subspaces: SUBSPACES[name] };
  for (const cloud of Object.values(clouds)) cloud.show(points);
  pick(picked);
}

function showExpressed(sample: Sample, expressed: Expressed): void {
  space = { sample, expressed };
  const { found, kMeans, eigenvalues } = expressed;
  const k = SUBSPACES[chosenIn('sample') as SpaceName].length;
  clouds.found.mark({ labels: found.labels });
  clouds.kMeans.mark({ labels: kMeans.labels });
  outputOf('found').value = `${formatShare(found.accuracy)} right`;
  outputOf('k-means').value = `${formatShare(kMeans.accuracy)} right`;
  drawEigenvalues(byId('eigenvalues', HTMLElement), eigenvalues, k);
  showFacts(byId('facts', HTMLElement), {
    'Coefficients per point': expressed.sparsity.toFixed(1),
    'Of their weight in other subspaces': formatShare(expressed.selfExpressionError),
    ...ranOn(expressed.engine, expressed.milliseconds),
  });
  byId('advice', HTMLElement).textContent = adviceOf(expressed, k);
  showExpression();
}

/** Why a result is not better, where its numbers tell. */
function adviceOf({ found, eigenvalues, selfExpressionError }: Expressed, k: number): string {
  if (found.accuracy > 0.97) return '';
  // Below a hundredth parts all but fall from each other.
  const parts = eigenvalues.findIndex((value) => value > 0.01);
  if (parts < 0 || parts > k) {
    return (
      `Too few join hands: the graph falls into ${parts < 0 ? 'many' : parts} parts, more than the ${k} that are sought. ` +
      'Sums of few points find the right others, but need not join all of them; the elastic net and LSR use more.'
    );
  }
  return selfExpressionError > 0.2
    ? 'Many sums reach into other subspaces, as in space a plane and another line or plane are not independent: fewer coefficients (SSC) stay within.'
    : 'Where two planes meet, and with noise about the origin, points belong to either as well.';
}

const clearFacts = (id: string): void => {
  const facts = byId(id, HTMLElement);
  facts.replaceChildren();
  facts.hidden = true;
};

const clearCanvas = (id: string): void => {
  const canvas = canvasOf(id);
  canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
};

/** Takes away what is of other settings; the points stay. */
function clear(part: keyof typeof due): void {
  if (part === 'express') {
    if (space) space = { sample: space.sample };
    for (const id of ['expression', 'coefficients', 'eigenvalues', 'advice']) {
      byId(id, HTMLElement).replaceChildren();
    }
    outputOf('found').value = outputOf('k-means').value = '';
    clouds.found.mark({});
    clouds.kMeans.mark({});
    clearCanvas('affinity');
    clearFacts('facts');
    showExpression();
    return;
  }
  if (flat) flat = { sample: flat.sample };
  outputOf('flat-found').value = outputOf('flat-k-means').value = '';
  clearCanvas('flat-places');
  clearFacts('flat-facts');
  showFlat();
}

function showFlat(): void {
  if (!flat) return;
  const { sample, cut } = flat;
  const { data } = sample.points;
  drawFlatPicture(canvasOf('flat-graph'), {
    ...{ data, isEven: true },
    ...(cut && { labels: cut.found.labels, edges: cut.edges }),
  });
  drawFlatPicture(canvasOf('flat-plane'), {
    ...{ data, isEven: true },
    ...(cut && { labels: cut.kMeans.labels, centroids: cut.centroids }),
  });
  if (!cut) return;
  const { found, kMeans, places } = cut;
  drawFlatPicture(canvasOf('flat-places'), { data: places, labels: found.labels, isEven: false });
  outputOf('flat-found').value = `${formatShare(found.accuracy)} right`;
  outputOf('flat-k-means').value = `${formatShare(kMeans.accuracy)} right`;
  showFacts(byId('flat-facts', HTMLElement), {
    'Smallest eigenvalues': Array.from(cut.eigenvalues, (value) => value.toFixed(4)).join(', '),
    Edges: formatCount(cut.edges.length / 2),
    ...ranOn(cut.engine, cut.milliseconds),
  });
}

/** @param isKept whether the points are shown already, with what was computed beforehand */
async function express(options: TaskOptions, isKept = false): Promise<void> {
  const settings = {
    sample: chosenIn('sample') as SpaceName,
    rowsEach: valueOf('rows'),
    noise: valueOf('noise'),
    method: methodOf(),
    seed: seeds.express,
    onCpu: onCpu(),
  };
  let sample: Sample | undefined;
  const expressed = await worker.run('express', settings, {
    ...options,
    onUpdate: (drawn) => {
      sample = drawn;
      if (!isKept) showSample(drawn);
    },
  });
  due.express = false;
  showExpressed(sample!, expressed);
}

async function cutGraph(options: TaskOptions, isKept = false): Promise<void> {
  const settings = {
    sample: chosenIn('flat-sample') as FlatName,
    n: valueOf('n'),
    noise: valueOf('flat-noise'),
    nNeighbours: valueOf('neighbours'),
    seed: seeds.cut,
    onCpu: onCpu(),
  };
  let sample: Sample | undefined;
  const cut = await worker.run('cut', settings, {
    ...options,
    onUpdate: (drawn) => {
      sample = drawn;
      if (isKept) return;
      flat = { sample };
      showFlat();
    },
  });
  due.cut = false;
  flat = { sample: sample!, cut };
  showFlat();
}

/** Does what is due: the one that was asked for last first. */
async function refresh(first: keyof typeof due): Promise<void> {
  due[first] = true;
  const end = await runTask('Starting', undefined, async (options) => {
    const order = first === 'express' ? ([express, cutGraph] as const) : [cutGraph, express];
    for (const work of order) {
      if (due[work === express ? 'express' : 'cut']) await work(options);
    }
  });
  if (end === 'done') say('Done.');
  // What is shown is of the settings before.
  if (end === 'failed' || end === 'cancelled') {
    for (const part of ['express', 'cut'] as const) if (due[part]) clear(part);
  }
}

let resting: ReturnType<typeof setTimeout> | undefined;

function refreshSoon(first: keyof typeof due): void {
  showSettings();
  // What was said is of the settings before.
  say('');
  due[first] = true;
  clearTimeout(resting);
  resting = setTimeout(() => void refresh(first), REST_MS);
}

for (const [given, part] of [
  [form, 'express'],
  [flatForm, 'cut'],
] as const) {
  given.addEventListener('input', () => {
    refreshSoon(part);
  });
  // Sliders are dragged: what they change stays until the next is there.
  given.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement && target.type === 'range')) clear(part);
  });
  given.addEventListener('submit', (event) => {
    event.preventDefault();
    seeds[part]++;
    void refresh(part);
  });
}
pointInput.addEventListener('input', () => {
  pick(pointInput.valueAsNumber - 1);
});
canvasOf('affinity').addEventListener('click', ({ offsetY }) => {
  if (!space?.expressed) return;
  const order = orderOf(space.expressed.found.labels);
  const row = Math.floor((offsetY / canvasOf('affinity').clientHeight) * order.length);
  pick(order[Math.max(0, Math.min(order.length - 1, row))]);
});
turnButton.addEventListener('click', () => {
  turn.turnAlone(!turn.isTurning);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  showExpression();
  showFlat();
});
new ResizeObserver(showFlat).observe(canvasOf('flat-graph'));
for (const given of [form, flatForm]) keepInAddress(given);
showSettings();
if (!matchMedia('(prefers-reduced-motion: reduce)').matches) turn.turnAlone(true);
void openPage<SubspacesJobs>({
  recording: openingUrl,
  show: (recorded) => {
    const { updates, output } = recorded.express;
    showSample(updates[0]);
    showExpressed(updates[0], output);
    flat = { sample: recorded.cut.updates[0], cut: recorded.cut.output };
    showFlat();
  },
  title: 'Starting',
  compute: async (options, isShown) => {
    await express(options, isShown);
    await cutGraph(options, isShown);
  },
});
