/** Deep clustering of three clouds, and of what cannot be learnt. */
import type { Case } from '../case.js';
import { expectEqual, expectSameBits, expectThat } from '../expect.js';
import { blobs } from '../kmeans/support.js';

const [ROWS, COLUMNS, K] = [60, 5, 3];
const points = blobs(ROWS, COLUMNS, K, 4);
const truth = Uint32Array.from({ length: ROWS }, (_, i) => i % K);
const SMALL = { layers: [6], embeddingSize: 2, batchSize: 25, learningRate: 0.01, seed: 1 };

const methods: Case = {
  name: 'every method of deepClustering finds three clouds, from one autoencoder',
  run: async ({ library, runtime }) => {
    const coder = await library.autoencoder(points, { ...SMALL, epochs: 40, runtime });
    for (const method of ['ae+kmeans', 'dec', 'idec', 'dcn', 'dkm', 'dekm'] as const) {
      const given = { k: K, method, autoencoder: coder, clusteringEpochs: 3, nInit: 5, runtime };
      const model = await library.deepClustering(points, { ...given, batchSize: 25 });
      expectEqual(library.adjustedRandIndex(truth, model.labels), 1, method);
      expectSameBits(await model.predict(points, { runtime }), model.labels, `${method}: predict`);
      const sums = model.softAssignments.data.reduce((sum, share) => sum + share, 0);
      expectThat(Math.abs(sums - ROWS) < 1e-3, `${method}: shares add up to ${sums}`);
    }
  },
};

/** Clouds among images of 4 x 4. */
const images = blobs(ROWS, 16, K, 9);

const filters: Case = {
  name: 'methods of images find three clouds of them',
  run: async ({ library, runtime }) => {
    const image = { width: 4, height: 4 };
    const convolutions = [{ filters: 4, kernel: 3 }];
    const common = {
      k: K,
      image,
      convolutions,
      batchSize: 25,
      learningRate: 0.01,
      seed: 1,
      runtime,
    };
    const options = { ...common, pretrainEpochs: 24, clusteringEpochs: 3, nInit: 5 };
    const { autoencoder, ...deep } = await library.deepClustering(images, {
      ...{ ...options, method: 'dcec', embeddingSize: 2 },
    });
    expectEqual(library.adjustedRandIndex(truth, deep.labels), 1, 'dcec');
    const again = await library.AutoencoderModel.fromSafetensors(await autoencoder.toSafetensors());
    const [one, other] = [
      await autoencoder.encode(images, { runtime }),
      await again.encode(images, { runtime }),
    ];
    expectSameBits(other.data, one.data, 'weights that were written and read');
    const learnt = await library.convolutionalTransformLearning(images, {
      ...{ ...common, epochs: 5, nInit: 5 },
    });
    expectEqual(library.adjustedRandIndex(truth, learnt.labels!), 1, 'filters');
    expectSameBits(await learnt.predict(images, { runtime }), learnt.labels!, 'predict');
    const [smallest] = learnt.smallestSingularValues;
    expectThat(smallest > 0.05, `the smallest singular value is ${smallest}`);
    expectThat(!learnt.features.data.some((value) => value < 0), 'features are negative');
    const { width, height, data } = learnt.picture();
    expectThat(width === 15 && height === 3 && data.length === 4 * 45, `${width} x ${height}`);
  },
};

/** Rows in turns of two planes through the origin of six dimensions. */
const planes = Array.from({ length: 24 }, (_, i) => {
  const [a, b] = [Math.cos(i * i + 1), Math.sin(3 * i + 2)];
  return i % 2 === 0 ? [a, b, a + b, 0, 0.1 * a, 0] : [0, 0.1 * b, 0, a, b, a - b];
});

const subspaces: Case = {
  name: 'both methods of deepSubspaceClustering find two planes',
  run: async ({ library, runtime }) => {
    const of = Uint32Array.from(planes, (_, i) => i % 2);
    const options = { k: 2, standardize: 'none' as const, pretrainEpochs: 60, seed: 1, runtime };
    const net = { ...options, activation: 'linear' as const, learningRate: 0.01 };
    for (const method of ['dscnet', 'party'] as const) {
      const model = await library.deepSubspaceClustering(planes, {
        ...{ ...net, method, layers: [5], epochs: 60, dimension: 2, keep: 1 },
      });
      // So few rows leave no room for the directions that DSC-Net's post-processing keeps besides.
      expectEqual(library.adjustedRandIndex(of, model.plainLabels), 1, method);
      const [first, last] = [model.history[0], model.history[59]];
      expectThat(last.loss < first.loss, `${method}: the loss rose from ${first.loss}`);
    }
  },
};

const diverges: Case = {
  name: 'a rate that is too large ends in an error with the epoch and the last good model',
  run: async ({ library, runtime }) => {
    const options = { ...SMALL, optimizer: 'sgd' as const, learningRate: 1e-3, epochs: 9, runtime };
    const schedule = (done: number) => (done < 0.3 ? 1 : 1e30);
    const error: unknown = await library
      .autoencoder(points, { ...options, schedule })
      .catch((reason: unknown) => reason);
    expectThat(error instanceof library.TrainingDivergedError, `it gave ${String(error)}`);
    const { epoch, lastGood } = error;
    expectThat(epoch >= 3 && epoch <= 6, `epoch ${epoch}`);
    expectThat(lastGood instanceof library.AutoencoderModel, 'no last good model');
  },
};

const resumes: Case = {
  name: 'training from a checkpoint comes to the bits of training in one go',
  run: async ({ library, runtime }) => {
    const options = {
      ...{ ...SMALL, k: K, method: 'idec' as const, pretrainEpochs: 4, clusteringEpochs: 2 },
      ...{ nInit: 2, changeTol: 0, runtime },
    };
    const made: object[] = [];
    const onCheckpoint = (one: object) => made.push(one);
    const whole = await library.deepClustering(points, { ...options, onCheckpoint });
    for (const one of [made[1], made[made.length - 1]]) {
      const resume = JSON.parse(JSON.stringify(one)) as never;
      const again = await library.deepClustering(points, { ...options, resume });
      expectEqual(JSON.stringify(again), JSON.stringify(whole), 'the model');
    }
  },
};

const machine: Case = {
  name: 'a Boltzmann machine holds its rows likelier than others',
  run: async ({ library, runtime }) => {
    const rows = Array.from({ length: 40 }, (_, i) => [i % 2, i % 2, 1 - (i % 2), 1 - (i % 2)]);
    const others = rows.map(([a, , c]) => [a, c, a, c]);
    const options = { components: 4, epochs: 40, rate: 1, seed: 2, runtime };
    for (const persistent of [false, true]) {
      const model = await library.restrictedBoltzmannMachine(rows, { ...options, persistent });
      const [own, other] = [
        await model.freeEnergy(rows, { runtime }),
        await model.freeEnergy(others, { runtime }),
      ].map((energies) => energies.reduce((sum, energy) => sum + energy, 0) / energies.length);
      expectThat(own < other - 0.5, `free energies ${own} and ${other}`);
    }
  },
};

export const clusteringCases: readonly Case[] = [
  methods,
  filters,
  subspaces,
  diverges,
  resumes,
  machine,
];
