/** Boltzmann machines beside scikit-learn's BernoulliRBM, on bars and stripes of 4 x 4 pixels: make_boltzmann.py. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { BoltzmannModel, restrictedBoltzmannMachine } from '../../src/index.js';

const cpu = { runtime: 'cpu' } as const;
const [SIDE, UNITS] = [4, 8];
const COLUMNS = SIDE ** 2;

interface Golden {
  readonly weights: readonly number[];
  readonly hiddenBias: readonly number[];
  readonly visibleBias: readonly number[];
  readonly hidden: readonly number[];
  readonly freeEnergies: readonly number[];
  readonly pseudoLikelihoods: readonly number[];
}

const golden = JSON.parse(
  await readFile(new URL('../golden/boltzmann.json', import.meta.url), 'utf8'),
) as Golden;

/** All bars, then all stripes. */
const pictures = [0, 1].flatMap((isStripe) =>
  Array.from({ length: 2 ** SIDE }, (_, bits) =>
    Array.from({ length: COLUMNS }, (__, at) => {
      const [row, column] = [Math.floor(at / SIDE), at % SIDE];
      return (bits >> (isStripe ? row : column)) & 1;
    }),
  ),
);

/** The mean over the pictures of sum_j log p(x_j | the others). */
async function pseudoLikelihood(model: BoltzmannModel): Promise<number> {
  const energies = await model.freeEnergy(pictures, cpu);
  let total = 0;
  for (let j = 0; j < COLUMNS; j++) {
    const flipped = pictures.map((row) => row.map((value, at) => (at === j ? 1 - value : value)));
    const others = await model.freeEnergy(flipped, cpu);
    others.forEach((other, i) => (total -= Math.log1p(Math.exp(energies[i] - other))));
  }
  return total / pictures.length;
}

describe('a restricted Boltzmann machine', () => {
  it("has scikit-learn's hidden probabilities and free energies", async () => {
    const { weights, hiddenBias, visibleBias } = golden;
    const model = BoltzmannModel.fromJSON({
      ...{ format: 'webgpu-clustering/restricted-boltzmann-machine', version: 1 },
      ...{ columns: COLUMNS, k: UNITS, weights, hiddenBias, visibleBias },
      ...{ least: 0, extent: 1, history: [], engine: 'cpu' },
    });
    const { data } = await model.transform(pictures, cpu);
    const energies = await model.freeEnergy(pictures, cpu);
    expect(Math.max(...data.map((value, at) => Math.abs(value - golden.hidden[at])))).toBeLessThan(
      1e-5,
    );
    const off = energies.map((value, i) => Math.abs(value / golden.freeEnergies[i] - 1));
    expect(Math.max(...off)).toBeLessThan(1e-5);
  });

  it("learns what scikit-learn's learns, by persistent chains", async () => {
    const { pseudoLikelihoods: theirs } = golden;
    const settings = { components: UNITS, epochs: 200, rate: 0.2, batchSize: 8 };
    const ours: number[] = [];
    for (const seed of [0, 1]) {
      const model = await restrictedBoltzmannMachine(pictures, {
        ...{ ...settings, persistent: true, seed, ...cpu },
      });
      ours.push(await pseudoLikelihood(model));
    }
    const mean = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(mean(theirs.map((value) => (value - mean(theirs)) ** 2)));
    expect(mean(ours)).toBeGreaterThan(mean(theirs) - 2 * spread);
    // Without learning: 16 columns, each on or off at random.
    expect(mean(theirs)).toBeGreaterThan(COLUMNS * Math.log(0.5) + 1);
  });
});
