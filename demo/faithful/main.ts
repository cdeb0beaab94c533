/** The page: choose a start, take steps, watch the bound. */
import { formatCount, formatNumber } from '../../src/cli/format.js';
import type { CovarianceType } from '../../src/index.js';
import faithfulUrl from '../../test/golden/faithful.csv?url';
import { nameEngine, startPage } from '../shared/adapter.js';
import { drawCurve } from '../shared/charts.js';
import { byId, make } from '../shared/dom.js';
import { showFacts } from '../shared/facts.js';
import { fetchSample } from '../shared/file_input.js';
import { keepInAddress } from '../shared/permalink.js';
import { channels, clusterColours } from '../shared/marks.js';
import { type Centre, packColour, Scatter } from '../shared/scatter.js';
import {
  cancelTask,
  reportErrors,
  runOpening,
  runTask,
  say,
  type TaskOptions,
} from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import type { FaithfulJobs, Moved, StartSettings, State } from './jobs.js';

const worker = new WorkerClient<FaithfulJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const method = byId('method', HTMLSelectElement);
const covariance = byId('covariance', HTMLSelectElement);
const startFrom = byId('start', HTMLSelectElement);
const variance = byId('variance', HTMLInputElement);
const form = byId('settings', HTMLFormElement);
const stepButton = byId('step', HTMLButtonElement);
const runButton = byId('run', HTMLButtonElement);
const shrinkButton = byId('shrink', HTMLButtonElement);
const told = byId('told', HTMLElement);

const scatter = new Scatter(byId('scatter', HTMLCanvasElement), {
  fileName: () => 'old-faithful',
  describe,
  onMove: (cluster, to) => {
    moveTo({ cluster, to });
  },
});

let csv: string | undefined;
/** The settings that the worker has begun with. */
let begunWith = '';
let state: State | undefined;
/** The bound, or the objective of K-means. */
let bounds: number[] = [];
let likelihoods: number[] = [];

/** ε, which the slider gives as a power of 2. */
function readVariance(): number {
  return 2 ** variance.valueAsNumber;
}

function formatVariance(value: number): string {
  return value === 1 ? '1' : `1/${formatCount(Math.round(1 / value))}`;
}

function readSettings(): StartSettings {
  return {
    method: method.value as StartSettings['method'],
    k: byId('k', HTMLInputElement).valueAsNumber,
    covarianceType: covariance.value as CovarianceType,
    variance: readVariance(),
    start: startFrom.value as StartSettings['start'],
    seed: byId('seed', HTMLInputElement).valueAsNumber,
  };
}

/** The components' colours mixed by each point's responsibilities; without any, all one colour. */
function mixColours({ responsibilities, centres }: State): Uint32Array | undefined {
  if (!responsibilities) return undefined;
  const k = centres.length;
  const palette = clusterColours().map(channels);
  const colours = new Uint32Array(responsibilities.length / k);
  for (let i = 0; i < colours.length; i++) {
    const mixed = [0, 1, 2].map((channel) => {
      let sum = 0;
      for (let c = 0; c < k; c++) {
        sum += responsibilities[i * k + c] * palette[c % palette.length][channel];
      }
      return Math.round(sum);
    });
    colours[i] = packColour(mixed[0], mixed[1], mixed[2]);
  }
  return colours;
}

function describe(row: number): string {
  const lines = [`eruption ${row}`];
  if (state?.responsibilities) {
    const k = state.centres.length;
    for (let c = 0; c < k; c++) {
      lines.push(`component ${c}: ${(100 * state.responsibilities[row * k + c]).toFixed(1)} %`);
    }
  }
  return lines.join('\n');
}

function marksOf(shown: State) {
  const colours = mixColours(shown);
  const { centres, ellipses } = shown;
  return { centres, ellipses, ...(colours && { colours }) };
}

const STEPS = {
  mixture: { E: 'E-step', M: 'M-step' },
  kmeans: { E: 'Assign', M: 'Move' },
} as const;

const TOLD: Readonly<Record<StartSettings['method'], Readonly<Record<State['phase'], string>>>> = {
  mixture: {
    start:
      'The start: ellipses at one and two standard deviations, and no point belongs to any yet.',
    E: 'E-step: each point has the components’ colours, mixed by their responsibilities for it. The bound now touches the log-likelihood.',
    M: 'M-step: each component has moved to the mean and covariance of its points, weighted by its responsibilities. The log-likelihood rose at least as much as the bound.',
  },
  kmeans: {
    start: 'The start: centroids, and no point belongs to any yet.',
    E: 'Assign: each point has gone to the centroid that is nearest (in standard deviations of the columns).',
    M: 'Move: each centroid has gone to the mean of its points. No other place has a smaller sum of squared distances to them.',
  },
};

/** Shows a state in words and numbers, and its marks. */
function showState(shown: State): void {
  state = shown;
  const of = method.value as StartSettings['method'];
  scatter.update(marksOf(shown), shown.phase !== 'start');
  const words = TOLD[of][shown.phase];
  told.textContent = shown.phase === 'E' && shown.converged ? `${words} It has converged.` : words;
  stepButton.textContent = STEPS[of][shown.phase === 'E' ? 'M' : 'E'];
  for (const phase of ['E', 'M']) {
    byId(`formula-${of}-${phase}`, HTMLElement).classList.toggle('taken', phase === shown.phase);
  }
  const { mixture, objective } = shown;
  showFacts(byId('facts', HTMLElement), {
    Iteration: formatCount(shown.iteration),
    ...(mixture
      ? {
          'Lower bound per point': mixture.bound === undefined ? '—' : formatNumber(mixture.bound),
          'Log-likelihood per point': formatNumber(mixture.logLikelihood),
          'K-means puts elsewhere': `${formatCount(mixture.comparison.rows)} of 272`,
          'Means from its centroids': mixture.comparison.distance.toFixed(4),
        }
      : { 'Sum of squared distances': objective === undefined ? '—' : formatNumber(objective) }),
    'Ran on': nameEngine(shown.engine),
  });
}

/** The same after a step, with the curves. */
function showStep(shown: State): void {
  showState(shown);
  const { mixture, objective } = shown;
  const name = mixture ? 'Lower bound after each step' : 'Sum of squared distances';
  // What it is after K-means has moved its centroids is known by the next assignment.
  const value = mixture ? mixture.bound : shown.phase === 'E' ? objective : undefined;
  if (value !== undefined) bounds.push(value);
  byId('curves', HTMLElement).hidden = bounds.length === 0;
  byId('bound-title', HTMLElement).textContent = name;
  drawCurve(byId('bound-curve', HTMLElement), bounds, name, mixture ? 'E- or M-step' : 'iteration');
  if (!mixture) return;
  if (shown.phase !== 'E') likelihoods.push(mixture.logLikelihood);
  drawCurve(
    byId('likelihood-curve', HTMLElement),
    likelihoods,
    'Log-likelihood at the start and after each iteration',
    'M-step, the first is the start',
  );
}

/** What is shown is of other settings than the form has now. */
function forget(): void {
  begunWith = '';
  told.textContent = '';
  for (const id of ['facts', 'curves', 'shrinking']) byId(id, HTMLElement).hidden = true;
  for (const button of [stepButton, runButton, shrinkButton]) button.disabled = true;
}

async function start(options: TaskOptions): Promise<void> {
  csv ??= await (await fetchSample(faithfulUrl, 'faithful.csv', options.signal)).text();
  const settings = readSettings();
  const { plot, state: first } = await worker.run(
    'start',
    { ...settings, csv },
    { ...options, restores: true, isLight: true },
  );
  begunWith = JSON.stringify(settings);
  bounds = [];
  likelihoods = [];
  scatter.show({ ...plot, ...marksOf(first) });
  showStep(first);
  byId('shrinking', HTMLElement).hidden = true;
  for (const button of [stepButton, runButton, shrinkButton]) button.disabled = false;
}

/** Fields, buttons and formulas that do not apply are hidden. */
function showSettings(): void {
  for (const part of document.querySelectorAll<HTMLElement>('[data-method]')) {
    part.hidden = part.dataset.method !== method.value;
  }
  const isFixed = method.value === 'mixture' && covariance.value === 'fixed';
  byId('variance-field', HTMLElement).hidden = !isFixed;
  byId('seed-field', HTMLElement).hidden = startFrom.value !== 'rows';
  byId('epsilon', HTMLOutputElement).value = formatVariance(readVariance());
  variance.setAttribute('aria-valuetext', formatVariance(readVariance()));
}

function begin(starter?: HTMLElement): void {
  showSettings();
  if (!form.checkValidity()) {
    forget();
    return;
  }
  if (begunWith !== JSON.stringify(readSettings())) forget();
  void runTask('Starting', starter, start);
}

/** A centre's last place that the worker has not been told of, and whether it is at work on another. */
let wanted: Moved | undefined;
let isMoving = false;

/** Begins anew from where a centre is put; places that come faster than answers are passed over. */
function moveTo(moved: Moved): void {
  wanted = moved;
  if (isMoving || begunWith === '') return;
  isMoving = true;
  cancelTask();
  reportErrors(
    (async () => {
      try {
        while (wanted) {
          const asked: Moved = wanted;
          wanted = undefined;
          const shown = await worker.run('move', asked, { isLight: true });
          bounds = [];
          likelihoods = [];
          byId('shrinking', HTMLElement).hidden = true;
          const { cluster, to } = (wanted as Moved | undefined) ?? asked;
          const place = <T extends Centre>(marks: readonly T[]) =>
            marks.map((mark, c) => (c === cluster ? { ...mark, ...to } : mark));
          showStep({
            ...shown,
            centres: place(shown.centres),
            ellipses: place(shown.ellipses),
          });
        }
      } finally {
        isMoving = false;
      }
    })(),
  );
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  begin(byId('restart', HTMLButtonElement));
});
form.addEventListener('change', () => {
  begin();
});
/** A start with other settings may have been given up for this action. */
async function startFirst(options: TaskOptions): Promise<void> {
  if (begunWith !== JSON.stringify(readSettings())) await start(options);
}

async function runOn(options: TaskOptions): Promise<State> {
  const last = await worker.run('run', undefined, {
    ...options,
    isLight: true,
    onUpdate: showStep,
  });
  showStep(last);
  return last;
}

stepButton.addEventListener('click', () => {
  void runTask('Taking a step', stepButton, async (options) => {
    await startFirst(options);
    showStep(await worker.run('step', undefined, { ...options, isLight: true }));
  });
});
runButton.addEventListener('click', () => {
  void runTask('Taking steps', runButton, async (options) => {
    await startFirst(options);
    const { converged, iteration } = await runOn(options);
    say(`Done: ${converged ? 'converged' : 'stopped'} after ${iteration} iterations.`);
  });
});
shrinkButton.addEventListener('click', () => {
  void runTask('Fitting', shrinkButton, async (options) => {
    await start(options);
    const rows = byId('shrinking-rows', HTMLElement);
    rows.replaceChildren();
    byId('shrinking', HTMLElement).hidden = false;
    await worker.run('shrink', undefined, {
      ...options,
      isLight: true,
      onUpdate: ({ variance: epsilon, state: fitted, comparison }) => {
        showState(fitted);
        // A step goes on from the start, not from this fit.
        stepButton.textContent = 'E-step';
        const { rows: elsewhere, distance } = comparison;
        rows.append(
          make(
            'tr',
            {},
            make('th', { scope: 'row' }, formatVariance(epsilon)),
            make('td', {}, formatCount(elsewhere)),
            make('td', {}, distance.toFixed(4)),
          ),
        );
        told.textContent = `The fit with covariances ε I, ε = ${formatVariance(epsilon)}, from the same start.`;
      },
    });
    say('Done: ε has shrunk to where the mixture is K-means.');
  });
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  if (state) scatter.update(marksOf(state), true);
});
// First, so that its worker need not ask for an adapter where there is none.
keepInAddress(form);
showSettings();
void startPage().then(() =>
  runOpening('Starting', async (options) => {
    await start(options);
    await runOn(options);
  }),
);
