/** How networks are trained: begun again, ended early, gone astray, collapsed, and written down. In float64. */
import { describe, expect, it, vi } from 'vitest';
import {
  adjustedRandIndex,
  autoencoder,
  AutoencoderModel,
  deepClustering,
  type DeepMethod,
  InvalidArgumentError,
  type TrainingCheckpoint,
  TrainingDivergedError,
} from '../../src/index.js';
import { readSafetensors, writeSafetensors } from '../../src/networks/safetensors.js';

const [ROWS, COLUMNS, K] = [60, 5, 3];
/** Three clouds. */
const points = Array.from({ length: ROWS }, (_, i) =>
  Array.from(
    { length: COLUMNS },
    (__, j) => 0.4 * Math.sin(7.3 * i + 1.7 * j) + (i % K === j ? 4 : 0),
  ),
);
/** Of no clusters, whose labels change for long. */
const vague = points.map((row) => row.map((value, j) => Math.sin(9 * value + j)));
const truth = Uint32Array.from({ length: ROWS }, (_, i) => i % K);
const SMALL = {
  ...{ layers: [6], embeddingSize: 2, batchSize: 25, learningRate: 0.01, seed: 1 },
  runtime: 'cpu',
} as const;
const text = (value: unknown) => JSON.stringify(value);
const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe('a checkpoint', () => {
  it('brings training layer by layer and of the whole on to the same bits', async () => {
    const options = { ...SMALL, layers: [6, 4], epochs: 4, layerwise: 2, noise: 0.1 };
    const made: TrainingCheckpoint[] = [];
    const onCheckpoint = (one: TrainingCheckpoint) => made.push(one);
    const whole = text(await autoencoder(points, { ...options, onCheckpoint }));
    expect(made.map(({ phase, epoch }) => `${phase} ${epoch}`)).toEqual([
      ...['layers 1', 'layers 2', 'layers 1', 'layers 2', 'layers 1', 'layers 2'],
      ...['pretrain 1', 'pretrain 2', 'pretrain 3', 'pretrain 4'],
    ]);
    for (const one of made) {
      const told: number[] = [];
      const resume = JSON.parse(text(one)) as TrainingCheckpoint;
      const onEpoch = ({ epoch }: { readonly epoch: number }) => told.push(epoch);
      expect(text(await autoencoder(points, { ...options, resume, onEpoch }))).toBe(whole);
      expect(told).toHaveLength(made.length - 1 - made.indexOf(one));
    }
  });

  it('of a network with filters does, too; and its weights are read again', async () => {
    const rows = points.map((row) => Array.from({ length: 16 }, (_, at) => row[at % COLUMNS]));
    const options = {
      ...{ image: { width: 4, height: 4 }, convolutions: [{ filters: 2, kernel: 3 }] },
      ...{ embeddingSize: 2, batchSize: 25, epochs: 2 },
      runtime: 'cpu',
    } as const;
    const made: TrainingCheckpoint[] = [];
    const onCheckpoint = (one: TrainingCheckpoint) => made.push(one);
    const whole = await autoencoder(rows, { ...options, onCheckpoint });
    const resume = JSON.parse(text(made[0])) as TrainingCheckpoint;
    expect(text(await autoencoder(rows, { ...options, resume }))).toBe(text(whole));
    const again = await AutoencoderModel.fromSafetensors(await whole.toSafetensors());
    expect(text(again)).toBe(text(whole));
  });

  it.each<DeepMethod>(['dec', 'idec', 'dcn', 'dkm', 'dekm'])(
    "of '%s' brings it on to the same bits",
    async (method) => {
      const options = {
        ...{ ...SMALL, k: K, method, pretrainEpochs: 2, clusteringEpochs: 3, nInit: 2 },
        ...{ changeTol: 0, updateInterval: 4 },
      };
      const made: TrainingCheckpoint[] = [];
      const onCheckpoint = (one: TrainingCheckpoint) => made.push(one);
      const whole = text(await deepClustering(vague, { ...options, onCheckpoint }));
      expect(made[made.length - 1].phase).toBe('cluster');
      for (const resume of [made[1], made[2], made[made.length - 1]]) {
        expect(text(await deepClustering(vague, { ...options, resume }))).toBe(whole);
      }
    },
  );

  it('of other points, other options or other weights is refused by name', async () => {
    const options = { ...SMALL, epochs: 1 };
    let made: TrainingCheckpoint | undefined;
    await autoencoder(points, { ...options, onCheckpoint: (one) => (made = one) });
    const resume = JSON.parse(text(made)) as NonNullable<ReturnType<TrainingCheckpoint['toJSON']>>;
    for (const [work, message] of [
      [
        () => autoencoder(points, { ...options, seed: 2, resume }),
        /whose seed is 1, and here .* 2/,
      ],
      [() => autoencoder(points.slice(30), { ...options, resume }), /whose rows is '60 x 5'/],
      [() => deepClustering(points, { ...SMALL, k: 3, resume }), /./],
      [
        () => autoencoder(points, { ...options, resume: { ...resume, arrays: {} } }),
        /the weights in resume are none of this network/,
      ],
      [
        () => autoencoder(points, { ...options, resume: { ...resume, history: [[]] } }),
        /'history' must be/,
      ],
    ] as const) {
      const error = await reasonOf(work());
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect((error as Error).message).toMatch(message);
    }
  });
});

describe('training', () => {
  it('ends early where the loss no longer sinks', async () => {
    const model = await autoencoder(points, {
      ...{ ...SMALL, epochs: 50, learningRate: 1e-12, patience: 3 },
    });
    expect(model.epochs).toBe(4);
  });

  it('follows a schedule, and keeps gradients short', async () => {
    const rates: number[] = [];
    const schedule = (done: number) => {
      rates.push(done);
      return 1 - done;
    };
    const options = { ...SMALL, epochs: 4, optimizer: 'sgd', momentum: 0, schedule } as const;
    const [free, clipped] = [
      await autoencoder(points, { ...options, learningRate: 1 }),
      await autoencoder(points, { ...options, learningRate: 1, clipNorm: 1e-9 }),
    ];
    expect(rates.slice(0, 4)).toEqual([0, 0.25, 0.5, 0.75]);
    const moved = ({ history }: AutoencoderModel) => Math.abs(history[3].loss - history[0].loss);
    expect(moved(clipped)).toBeLessThan(1e-6);
    expect(moved(free)).toBeGreaterThan(1e-2);
  });

  it('layer by layer first is better than none after as few epochs', async () => {
    const options = { ...SMALL, layers: [16, 8], epochs: 5 };
    const plain = await autoencoder(points, options);
    const stacked = await autoencoder(points, { ...options, layerwise: 20 });
    expect(stacked.loss).toBeLessThan(0.5 * plain.loss);
  });

  it.each(['layers', 'cluster'] as const)(
    "that diverges in phase '%s' says when, and keeps what was good",
    async (phase) => {
      const schedule = (done: number) => (done < 0.3 ? 1 : 1e200);
      const options = { ...SMALL, optimizer: 'sgd', learningRate: 1e-3, schedule } as const;
      const coder = await autoencoder(points, { ...SMALL, epochs: 1 });
      const error = await reasonOf(
        phase === 'layers'
          ? autoencoder(points, { ...options, epochs: 1, layerwise: 9 })
          : deepClustering(points, {
              ...{ ...options, k: K, method: 'dcn', autoencoder: coder, clusteringEpochs: 9 },
            }),
      );
      expect(error).toBeInstanceOf(TrainingDivergedError);
      const { epoch, lastGood, message } = error as TrainingDivergedError;
      expect(epoch).toBeGreaterThan(3);
      expect(message).toMatch(/give a smaller learningRate/);
      expect(lastGood).toBeInstanceOf(AutoencoderModel);
      const { data } = await (lastGood as AutoencoderModel).encode(points, { runtime: 'cpu' });
      expect(data.every(Number.isFinite)).toBe(true);
    },
  );
});

describe('a cost with a trivial solution', () => {
  const options = { ...SMALL, k: K, pretrainEpochs: 40, nInit: 5 };
  const quietly = async (given: Parameters<typeof deepClustering>[1]) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const model = await deepClustering(points, given);
    const told = warn.mock.calls.flat().join();
    warn.mockRestore();
    return { model, told };
  };
  const rightOf = ({ labels }: { readonly labels: Uint32Array }) =>
    adjustedRandIndex(truth, labels);

  it('is solved trivially where nothing else is asked of the codes, and the model says so', async () => {
    // All codes and all centres in one point: |z - c|^2 = 0, whatever the rows are.
    const { model, told } = await quietly({
      ...{ ...options, method: 'dkm', sharpness: 1e-3, clusteringWeight: 1e4 },
      ...{ clusteringEpochs: 80, clusteringLearningRate: 0.02, schedule: 'cosine' },
    });
    expect(model.warnings).toEqual(['the clusters have collapsed: only 1 of 3 own rows']);
    expect(told).toContain(model.warnings[0]);
    expect(model.history[model.history.length - 1].clustering).toBeLessThan(
      0.1 * model.history[0].clustering,
    );
    expect(rightOf(model)).toBe(0);
  });

  it.each([
    ['the rows must be given back', { method: 'dcn' }],
    ['with smooth shares, grown sharp', { method: 'dkm', annealed: true }],
    ['shares are drawn to sharper ones', { method: 'dec' }],
    ['both', { method: 'idec' }],
    ['codes keep all but one direction', { method: 'dekm' }],
  ] as const)('is not where a remedy stands beside it: %s', async (_, remedy) => {
    const { model, told } = await quietly({ ...options, ...remedy, clusteringEpochs: 20 });
    expect(model.warnings).toEqual([]);
    expect(told).toBe('');
    expect(rightOf(model)).toBe(1);
  });
});

describe('weights as safetensors', () => {
  it('are the same model again, under the names and in the shapes of PyTorch', async () => {
    for (const tied of [false, true]) {
      const model = await autoencoder(points, { ...SMALL, epochs: 1, tied });
      const bytes = await model.toSafetensors();
      const { tensors } = readSafetensors(bytes);
      expect(tensors['encoder.0.weight'].shape).toEqual([6, COLUMNS]);
      expect(tensors['encoder.1.bias'].shape).toEqual([2]);
      expect('decoder.0.weight' in tensors).toBe(!tied);
      expect(text(await AutoencoderModel.fromSafetensors(bytes))).toBe(text(model));
    }
  });

  it("of another program's nn.Sequential are read, numbered with its activations", async () => {
    const tensor = (outputs: number, inputs: number, start: number) => ({
      data: Float32Array.from({ length: outputs * inputs }, (_, i) => Math.sin(start + i)),
      shape: inputs === 1 ? [outputs] : [outputs, inputs],
    });
    const tensors = {
      'encoder.0.weight': tensor(3, 2, 1),
      'encoder.0.bias': tensor(3, 1, 2),
      'encoder.2.weight': tensor(2, 3, 3),
      'encoder.2.bias': tensor(2, 1, 4),
      'decoder.0.weight': tensor(3, 2, 5),
      'decoder.0.bias': tensor(3, 1, 6),
      'decoder.2.weight': tensor(2, 3, 7),
      'decoder.2.bias': tensor(2, 1, 8),
    };
    const bytes = writeSafetensors({ tensors, metadata: {} });
    const model = await AutoencoderModel.fromSafetensors(bytes);
    const { data } = await model.encode([[1, -2]], { runtime: 'cpu' });
    const [w1, b1, w2, b2] = Object.values(tensors).map((one) => one.data);
    const hidden = [0, 1, 2].map((i) => Math.max(0, w1[2 * i] - 2 * w1[2 * i + 1] + b1[i]));
    const wanted = [0, 1].map((i) => hidden.reduce((sum, h, j) => sum + h * w2[3 * i + j], b2[i]));
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i], 5);
    });
    const fewer = Object.fromEntries(
      Object.entries(tensors).filter(([name]) => name !== 'encoder.2.bias'),
    );
    const broken = writeSafetensors({ tensors: fewer, metadata: {} });
    await expect(AutoencoderModel.fromSafetensors(broken)).rejects.toThrow(
      /'encoder.1.bias' of nothing/,
    );
    await expect(AutoencoderModel.fromSafetensors(bytes.subarray(0, 200))).rejects.toThrow(
      InvalidArgumentError,
    );
  });

  it('of 16 bits are read as they are', () => {
    const header = '{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[3],"data_offsets":[4,10]}}'; // prettier-ignore
    const numbers = Uint16Array.of(0x3fc0, 0xc000, 0x3e00, 0xc000, 0x0001);
    const bytes = new Uint8Array(8 + header.length + numbers.byteLength);
    bytes[0] = header.length;
    bytes.set(new TextEncoder().encode(header), 8);
    bytes.set(new Uint8Array(numbers.buffer), 8 + header.length);
    const { tensors } = readSafetensors(bytes);
    expect([...tensors.a.data]).toEqual([1.5, -2]);
    expect([...tensors.b.data]).toEqual([1.5, -2, 2 ** -24]);
  });
});
