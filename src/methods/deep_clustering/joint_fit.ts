/** Trains an encoder, perhaps with its decoder, and clusters of its codes together. */
import { createPause } from '../../math/event_loop.js';
import { symmetricEigen } from '../../math/symmetric_eigen.js';
import type { AutoencoderNetwork } from '../../networks/autoencoder_network.js';
import { mappedRows } from '../../networks/mapped_rows.js';
import { type Numbers, ParameterBlock, parametersIn } from '../../networks/parameter_block.js';
import { gather, type ResidentRows } from '../../networks/resident_rows.js';
import {
  type AutoencoderBlocks,
  openAutoencoder,
  reconstructionWeight,
} from '../../networks/train_autoencoder.js';
import {
  type EpochLoss,
  type EpochsOptions,
  type StepPlace,
  Trainer,
  type TrainerState,
  type Visit,
} from '../../networks/trainer.js';
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';
import { clusterWeights, pullCentres, pullRows } from '../../ops/networks/clusters.js';
import { squaredError } from '../../ops/networks/gradients.js';
import type { Optimizer } from '../../ops/networks/optimizer.js';
import { lessMeans, meansOf } from '../transformed_kmeans/cluster_means.js';
import type { MethodPlan } from './methods.js';
import { changed, distances, nearest, sharpened, shares } from './soft_assignment.js';

/** Rows that a centre has followed when a fit begins (boyangumn/DCN). */
const FIRST_COUNT = 100;

/** Where training stands between two epochs. */
export interface JointState extends Clustered {
  readonly trainer: TrainerState;
  /** What the next steps aim at, n x k, or n x columns of 'dekm'; empty before the first look. */
  readonly wanted: Float32Array;
  /** Of centres that follow their rows: where they are, to the last bit, and how many rows each has followed, [k]. */
  readonly followed: Numbers;
  readonly counts: Numbers;
  readonly looks: number;
}

export interface JointOptions extends Omit<EpochsOptions, 'visit' | 'from' | 'keep'> {
  readonly plan: MethodPlan;
  readonly batch: number;
  readonly optimizer: Optimizer;
  readonly clipNorm?: number | undefined;
  /** Steps between two looks at all labels. */
  readonly updateInterval: number;
  /** The share of labels that may still change when the fit ends. */
  readonly changeTol: number;
  readonly keepJoint: (read: () => Promise<JointState>) => Promise<void>;
  /** Clusters of codes, n x columns; from centres where there are some. */
  readonly cluster: (codes: Float32Array, centres?: Float32Array) => Promise<Clustered>;
}

/** Clusters of codes. */
export interface Clustered {
  readonly labels: Uint32Array;
  /** k x columns. */
  readonly centres: Float32Array;
}

export interface JointResult {
  readonly history: readonly EpochLoss[];
  readonly centres: Float32Array;
  /** Whether few enough labels changed to end the fit. */
  readonly converged: boolean;
}

export async function fitJointly(
  algebra: Algebra,
  rows: ResidentRows,
  network: AutoencoderNetwork,
  blocks: AutoencoderBlocks,
  start: Clustered | JointState,
  options: JointOptions,
): Promise<JointResult> {
  const { plan, batch, updateInterval, changeTol, cluster } = options;
  const { n } = rows;
  const { outputs: columns } = network.encoder;
  const k = start.centres.length / columns;
  const from = 'trainer' in start ? start : undefined;
  const owner = { parameters: [{ name: 'centres', rows: k, columns, start: () => 0 }] };
  const centreBlock = await ParameterBlock.create(algebra, [owner], [start.centres], true);
  const { values, gradients } = centreBlock.of(owner)!;
  if (from) algebra.write(values[0], from.followed);
  const counted = from?.counts ?? new Float32Array(k).fill(FIRST_COUNT);
  const counts = await algebra.matrix(1, k, counted);
  const wanted = await algebra.matrix(n, plan.loss === 'codes' ? columns : k);
  let aims = from?.wanted ?? new Float32Array();
  if (aims.length > 0) algebra.write(wanted, aims);
  const targets: ResidentRows = {
    ...{ n, columns: wanted.columns },
    parts: [{ start: 0, rows: wanted }],
  };
  const mapped = await mappedRows(algebra, rows, network.encoder, parametersIn([blocks.encoder]));

  let { labels } = start;
  let centres = start.centres;
  let converged = false;
  let looks = from?.looks ?? 0;
  const centresNow = async () => Float32Array.from(await algebra.read(values[0]));
  /** Looks at all labels, and makes what the next steps aim at; enough where few have changed. */
  const look = async (): Promise<Visit> => {
    const codes = Float32Array.from(await algebra.read(await mapped.run()));
    if (!codes.every(Number.isFinite)) return 'diverged';
    const before = labels;
    if (plan.loss === 'codes') {
      if (looks > 0) ({ labels, centres } = await cluster(codes, centres));
      aims = await moved(codes, { labels, centres }, columns, options.signal);
    } else {
      centres = await centresNow();
      const of = distances({ codes, centres, k, columns });
      labels = nearest(of, k);
      aims = Float32Array.from(sharpened(shares(of, k, options.sharpness?.(0) ?? 1), k));
    }
    algebra.write(wanted, aims);
    converged = looks > 0 && changed(before, labels) <= changeTol;
    looks++;
    return converged ? 'enough' : 'go on';
  };

  const trainer = await Trainer.create(
    algebra,
    {
      ...{ n, batch, optimizer: options.optimizer, clipNorm: options.clipNorm },
      longest: Math.max(rows.columns, columns, batch),
      parts: ['reconstruction', 'clustering'],
      blocks: [
        blocks.encoder,
        ...(plan.decodes ? [blocks.decoder] : []),
        ...(plan.centres === 'trained' ? [centreBlock] : []),
      ],
    },
    async ({ rows: count, piece, ...place }) => {
      const open = await openAutoencoder(algebra, count, network, blocks, plan.decodes);
      const x = await algebra.matrix(count, rows.columns);
      const back = await algebra.matrix(count, rows.columns);
      const towards = await clusterLoss(count, place, piece);
      return async () => {
        await gather(algebra, rows, place, x);
        const z = await open.encoder.forward(x);
        let gradient: Matrix | undefined;
        if (plan.decodes) {
          const y = await open.decoder.forward(z);
          const weight = reconstructionWeight(plan.reconstruction, count, rows.columns);
          const loss = piece(0, rows.columns);
          await algebra.perform(squaredError, { y, x, weight, gradient: back, loss });
          gradient = await open.decoder.backward(back, true);
        }
        await open.encoder.backward(await towards(z, gradient), false);
      };
    },
  );

  /** Makes what a batch needs; what it returns adds the clusters' part to the gradient by the codes. */
  async function clusterLoss(
    count: number,
    place: Omit<StepPlace, 'rows' | 'piece'>,
    piece: StepPlace['piece'],
  ): Promise<(z: Matrix, gradient: Matrix | undefined) => Promise<Matrix>> {
    const aim = await algebra.matrix(count, wanted.columns);
    const alone = await algebra.matrix(count, columns);
    const { loss } = plan;
    if (loss === 'codes') {
      return async (y) => {
        await gather(algebra, targets, place, aim);
        const weight = plan.weight / (count * columns);
        const given = { y, x: aim, weight, gradient: alone, loss: piece(1, columns) };
        await algebra.perform(squaredError, given);
        return alone;
      };
    }
    const weights = await algebra.matrix(count, k);
    return async (z, before) => {
      const gradient = before ?? alone;
      const own = before ? 1 : 0;
      const given = { z, centres: values[0], weights };
      if (loss === 'divergence') await gather(algebra, targets, place, aim);
      await algebra.perform(clusterWeights, {
        ...{ loss, z, centres: values[0], targets: aim, control: place.control },
        ...{ weight: plan.weight / count, into: weights, losses: piece(1, count) },
      });
      await algebra.perform(pullRows, { ...given, gradient, own });
      const follow = plan.centres === 'follow';
      const into = follow ? counts : gradients![0];
      await algebra.perform(pullCentres, { ...given, into, follow });
      return gradient;
    };
  }

  const history = await trainer.epochs({
    ...options,
    from: from?.trainer,
    keep: (read) =>
      options.keepJoint(async () => ({
        ...{ trainer: await read(), labels, looks, wanted: aims },
        centres: plan.centres === 'anew' ? centres : await centresNow(),
        followed: await algebra.read(values[0]),
        counts: await algebra.read(counts),
      })),
    visit: plan.visits ? { every: updateInterval, call: look } : undefined,
  });
  if (plan.centres !== 'anew') centres = await centresNow();
  else {
    const codes = Float32Array.from(await algebra.read(await mapped.run()));
    ({ centres } = await cluster(codes, centres));
  }
  return { history, centres, converged };
}

/**
 * Codes moved to the means of their clusters in one direction, that in which clusters are widest: what of them tells
 * least (Guo, Lin and Ye 2021).
 */
async function moved(
  codes: Float32Array,
  { labels, centres }: Clustered,
  d: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const means = meansOf(codes, labels, centres.length / d, d);
  const left = lessMeans(codes, labels, means, d);
  const scatter = new Float64Array(d * d);
  for (let i = 0; i < left.length; i += d) {
    for (let p = 0; p < d; p++) {
      for (let q = 0; q < d; q++) scatter[p * d + q] += left[i + p] * left[i + q];
    }
  }
  const { vectors } = await symmetricEigen(scatter, d, createPause(signal));
  const [widest] = vectors;
  const aims = codes.slice();
  for (let i = 0; i < left.length; i += d) {
    let along = 0;
    for (let q = 0; q < d; q++) along += left[i + q] * widest[q];
    for (let q = 0; q < d; q++) aims[i + q] -= along * widest[q];
  }
  return aims;
}
