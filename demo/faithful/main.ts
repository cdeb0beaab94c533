/** The page: choose a start, take steps, watch the bound. */
import { formatCount, formatNumber } from '../../src/cli/format.js';
import type { CovarianceType } from '../../src/index.js';
import faithfulUrl from '../../test/golden/faithful.csv?url';
import { nameEngine, noticeAdapter } from '../shared/adapter.js';
import { drawCurve } from '../shared/charts.js';
import { byId, make } from '../shared/dom.js';
import { showFacts } from '../shared/facts.js';
import { fetchSample } from '../shared/file_input.js';
import { channels, clusterColours } from '../shared/marks.js';
import { packColour, Scatter } from '../shared/scatter.js';
import { runTask, say, type TaskOptions } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import type { FaithfulJobs, StartSettings, State } from './jobs.js';

const worker = new WorkerClient<FaithfulJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const covariance = byId('covariance', HTMLSelectElement);
const startFrom = byId('start', HTMLSelectElement);
const variance = byId('variance', HTMLInputElement);
const form = byId('settings', HTMLFormElement);
const stepButton = byId('step', HTMLButtonElement);
const runButton = byId('run', HTMLButtonElement);
const shrinkButton = byId('shrink', HTMLButtonElement);
const told = byId('told', HTMLElement);

const scatter = new Scatter(byId('scatter', HTMLCanvasElement), { describe });

let csv: string | undefined;
let isBegun = false;
let state: State | undefined;
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

const TOLD: Readonly<Record<State['phase'], string>> = {
  start: 'The start: ellipses at one and two standard deviations, and no point belongs to any yet.',
  E: 'E-step: each point has the components’ colours, mixed by their responsibilities for it. The bound now touches the log-likelihood.',
  M: 'M-step: each component has moved to the mean and covariance of its points, weighted by its responsibilities. The log-likelihood rose at least as much as the bound.',
};

/** Shows a state in words and numbers, and its marks. */
function showState(shown: State): void {
  state = shown;
  scatter.update(marksOf(shown), shown.phase !== 'start');
  told.textContent =
    shown.phase === 'E' && shown.converged ? `${TOLD.E} It has converged.` : TOLD[shown.phase];
  stepButton.textContent = shown.phase === 'E' ? 'M-step' : 'E-step';
  showFacts(byId('facts', HTMLElement), {
    Iteration: formatCount(shown.iteration),
    'Lower bound per point': shown.bound === undefined ? '—' : formatNumber(shown.bound),
    'Log-likelihood per point': formatNumber(shown.logLikelihood),
    'K-means puts elsewhere': `${formatCount(shown.comparison.rows)} of 272`,
    'Means from its centroids': shown.comparison.distance.toFixed(4),
    'Ran on': nameEngine(shown.engine),
  });
}

/** The same after a step, with the curves. */
function showStep(shown: State): void {
  showState(shown);
  if (shown.bound !== undefined) bounds.push(shown.bound);
  byId('curves', HTMLElement).hidden = bounds.length === 0;
  if (shown.phase !== 'E') likelihoods.push(shown.logLikelihood);
  drawCurve(
    byId('bound-curve', HTMLElement),
    bounds,
    'Lower bound after each step',
    'E- or M-step',
  );
  drawCurve(
    byId('likelihood-curve', HTMLElement),
    likelihoods,
    'Log-likelihood at the start and after each iteration',
    'M-step, the first is the start',
  );
}

async function start(options: TaskOptions): Promise<void> {
  isBegun = true;
  csv ??= await (await fetchSample(faithfulUrl, 'faithful.csv', options.signal)).text();
  const settings = readSettings();
  const { plot, state: first } = await worker.run(
    'start',
    { ...settings, csv },
    { ...options, restores: true },
  );
  bounds = [];
  likelihoods = [];
  scatter.show({ ...plot, ...marksOf(first) });
  showStep(first);
  byId('shrinking', HTMLElement).hidden = true;
}

function begin(starter?: HTMLElement): void {
  byId('variance-field', HTMLElement).hidden = covariance.value !== 'fixed';
  byId('seed-field', HTMLElement).hidden = startFrom.value !== 'rows';
  byId('epsilon', HTMLOutputElement).value = formatVariance(readVariance());
  variance.setAttribute('aria-valuetext', formatVariance(readVariance()));
  if (!form.checkValidity()) return;
  void runTask('Starting', starter, start);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  begin(byId('restart', HTMLButtonElement));
});
form.addEventListener('change', () => {
  begin();
});
stepButton.addEventListener('click', () => {
  void runTask('Taking a step', stepButton, async (options) => {
    showStep(await worker.run('step', undefined, options));
  });
});
runButton.addEventListener('click', () => {
  void runTask('Taking steps', runButton, async (options) => {
    const last = await worker.run('run', undefined, { ...options, onUpdate: showStep });
    showStep(last);
    say(`Done: ${last.converged ? 'converged' : 'stopped'} after ${last.iteration} iterations.`);
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
      onUpdate: ({ variance: epsilon, state: fitted }) => {
        showState(fitted);
        // A step goes on from the start, not from this fit.
        stepButton.textContent = 'E-step';
        const { rows: elsewhere, distance } = fitted.comparison;
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
// First, so that its worker need not ask for an adapter where there is none. Whoever was quicker than
// the answer has begun, and is not to be cut off.
void noticeAdapter().then(() => {
  if (!isBegun) begin();
});
