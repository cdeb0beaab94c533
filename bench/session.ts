/** A run of the bench: what is measured when, and what it came to. One contender at a time. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gaussianMixture } from '../src/index.js';
import type { Ceiling } from './ceiling.js';
import { CONTENDERS, type ContenderFacts, OURS } from './contenders/registry.js';
import { unitFactors } from './contenders/unit_factors.js';
import { type GrowthAxis, growthExponent, growthSizes } from './growth.js';
import { COMPARED_ITERATIONS, type Effort } from './measure.js';
import { logLikelihoodOf } from './objective.js';
import { dataFolder, type Outcome, type Place } from './places.js';
import { bestCeiling } from './roofline.js';
import { judge } from './judge.js';
import { buildRows, type Measurement, type Row } from './rows.js';
import { chooseStart } from './sources.js';
import { figure, type Growth } from './table.js';
import { shapeOf, type Workload, type WorkloadShape } from './workload.js';
import { growthWorkload, makeWorkload } from './workloads.js';

export interface Settings {
  /** Where contenders of each kind run. */
  readonly adapters: readonly Place[];
  readonly cpu: Place;
  readonly python: Place;
  /** Who is measured beside ours. */
  readonly peers: readonly string[];
  /** The share of the rows. */
  readonly rows: number;
  readonly effort: Effort;
  /** For one contender on one workload. */
  readonly limitMilliseconds: number;
  readonly log: (line: string) => void;
}

/** What results of a workload ought to be worth, by iterations; none for PCA. */
type References = readonly number[];

/** Mean log-likelihoods of the library's float64 twin after each number of iterations. */
async function mixtureReferences(workload: Workload): Promise<References> {
  const { data, n, d, k, start, covarianceType = 'full' } = workload;
  const shape = covarianceType === 'full' ? [k, d, d] : [k, d];
  const init = {
    weights: new Float64Array(k).fill(1 / k),
    means: { data: start, shape: [k, d] },
    precisions: { data: unitFactors(workload), shape },
  };
  const references: number[] = [];
  for (let maxIter = 1; maxIter <= COMPARED_ITERATIONS; maxIter++) {
    const options = { k, covarianceType, init, maxIter, tol: 0, runtime: 'cpu' } as const;
    const model = await gaussianMixture({ data, shape: [n, d] }, options);
    const { weights, means, precisionsCholesky: factors } = model;
    const result = { weights: weights.data, means: means.data, factors: factors.data };
    references.push(logLikelihoodOf(workload, result));
  }
  return references;
}

export class Session {
  readonly #settings: Settings;
  readonly #measurements: Measurement[] = [];
  readonly #growth: Growth[] = [];
  readonly #ceilings: Record<string, Ceiling> = {};
  readonly #adapters: Record<string, string> = {};

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Measures every adapter's rates; of several measurements the best counts. */
  async measureCeilings(): Promise<void> {
    const { adapters, limitMilliseconds, log } = this.#settings;
    for (const place of adapters) {
      const outcome = await place.run({ task: 'ceiling' }, limitMilliseconds);
      const { adapter = '', ceiling, problem } = outcome;
      if (!ceiling) {
        log(`${place.name}: its ceiling is unknown: ${problem ?? 'no answer'}`);
        continue;
      }
      this.#adapters[place.name] = adapter;
      const before = this.#ceilings[place.name] as Ceiling | undefined;
      this.#ceilings[place.name] = before ? bestCeiling(before, ceiling) : ceiling;
    }
  }

  /** Every contender on one workload: ours first on each driver, and again at the end. */
  async compare(name: string): Promise<void> {
    const { adapters, cpu, python, peers, rows, log } = this.#settings;
    log(`making ${name}`);
    const made = await makeWorkload(name, rows);
    const { workload, references } =
      made.method === 'kmeans'
        ? chooseStart(made)
        : {
            workload: made,
            references: made.method === 'mixture' ? await mixtureReferences(made) : [],
          };
    await this.#write(workload);
    const chosen = CONTENDERS.filter(
      (contender) => contender.methods.includes(workload.method) && peers.includes(contender.name),
    );
    const at = (wanted: ContenderFacts['place']) => chosen.filter(({ place }) => place === wanted);
    const jobs: [string, Place][] = [
      ...adapters.map((place): [string, Place] => [OURS, place]),
      ...at('script').map((peer): [string, Place] => [peer.name, cpu]),
      ...at('python').map((peer): [string, Place] => [peer.name, python]),
      ...adapters.flatMap((place) =>
        at('adapter').map((peer): [string, Place] => [peer.name, place]),
      ),
    ];
    if (chosen.length > 0) jobs.push(...adapters.map((place): [string, Place] => [OURS, place]));
    const measured: Measurement[] = [];
    for (const [contender, place] of jobs) {
      measured.push(await this.#measure(contender, workload, references, place));
    }
    // No basis holds more of the variance than the best one: the least residual is the reference.
    const least = Math.min(
      ...measured.map(({ objective }) => objective || Number.POSITIVE_INFINITY),
    );
    const known =
      workload.method === 'pca' ? measured.map((m) => ({ ...m, reference: least })) : measured;
    const order = CONTENDERS.map((contender) => contender.name);
    const rank = ({ contender }: Measurement) => order.indexOf(contender);
    this.#measurements.push(...known.sort((a, b) => rank(a) - rank(b)));
  }

  /** Ours along one growth curve. */
  async grow(name: string): Promise<void> {
    const { adapters, effort, limitMilliseconds, rows, log } = this.#settings;
    const axis = name.replace('growth-', '') as GrowthAxis;
    const shapes: WorkloadShape[] = [];
    for (const [n, d, k] of growthSizes(axis)) {
      const workload = growthWorkload(Math.max(4 * k, Math.round(rows * n)), d, k);
      await this.#write(workload);
      shapes.push(shapeOf(workload));
    }
    for (const place of adapters) {
      const points: { size: number; milliseconds: number }[] = [];
      for (const workload of shapes) {
        const job = {
          task: 'measure',
          contender: OURS,
          workload,
          effort: { ...effort, wholeFits: false },
        } as const;
        const { figures, problem } = await place.run(job, limitMilliseconds);
        if (figures.iteration === undefined) log(`${workload.title}: ${problem ?? 'no figure'}`);
        else points.push({ size: workload[axis], milliseconds: figures.iteration });
        log(`${workload.title} on ${place.name}: ${figure(figures.iteration)} ms an iteration`);
      }
      this.#growth.push({ axis, on: place.name, points, exponent: growthExponent(points) });
    }
  }

  results(): {
    rows: Row[];
    growth: readonly Growth[];
    ceilings: Readonly<Record<string, Ceiling>>;
    adapters: Readonly<Record<string, string>>;
  } {
    return {
      rows: buildRows(this.#measurements, this.#ceilings),
      growth: this.#growth,
      ceilings: this.#ceilings,
      adapters: this.#adapters,
    };
  }

  async #write({ name, data, start }: Workload): Promise<void> {
    await mkdir(dataFolder, { recursive: true });
    await writeFile(join(dataFolder, `${name}.data`), data);
    await writeFile(join(dataFolder, `${name}.start`), start);
  }

  async #measure(
    contender: string,
    workload: Workload,
    references: References,
    place: Place,
  ): Promise<Measurement> {
    const { effort, limitMilliseconds, log } = this.#settings;
    const job = { task: 'measure', contender, workload: shapeOf(workload), effort } as const;
    const { figures, problem }: Outcome = await place.run(job, limitMilliseconds);
    log(
      `${workload.title}, ${contender} on ${place.name}: ${figure(figures.iteration) || 'no'} ms an iteration` +
        (problem === undefined ? '' : ` (${problem})`),
    );
    return judge(workload, { contender, on: place.name, figures, problem }, references);
  }
}
