import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { cholesky, transpose, triangularInverse } from '../../src/math/cholesky.js';
import type { Results, Workload } from '../workload.js';
import type { Contender, Loaded } from './contender.js';
import { unitFactors } from './unit_factors.js';

const REGULARISATION = 1e-6;

interface Parameters {
  readonly logWeights: tf.Tensor1D;
  readonly means: tf.Tensor2D;
  /** full: [k, d, d], diag: [k, d]; the precisions' roots. */
  readonly factors: tf.Tensor;
}

/** log (weight times density) of each row and component, [n, k], without the constant. */
function scores(points: tf.Tensor2D, { logWeights, means, factors }: Parameters): tf.Tensor2D {
  if (factors.rank === 2) {
    // The squares multiplied out, as scikit-learn does.
    const precisions = tf.square<tf.Tensor2D>(factors as tf.Tensor2D);
    const square = tf.matMul(tf.square(points), precisions, false, true);
    const cross = tf.matMul(points, tf.mul(means, precisions), false, true);
    const own = tf.sum(tf.mul(tf.square(means), precisions), 1);
    const distance = tf.add(tf.sub(square, tf.mul(cross, 2)), own);
    const offsets = tf.add(logWeights, tf.sum(tf.log(factors), 1));
    return tf.sub(offsets, tf.div(distance, 2));
  }
  const factorOf = tf.unstack(factors) as tf.Tensor2D[];
  const columns = (tf.unstack(means) as tf.Tensor1D[]).map((mean, k) => {
    const whitened = tf.matMul(tf.sub<tf.Tensor2D>(points, mean), factorOf[k]);
    return tf.div(tf.sum(tf.square(whitened), 1), -2);
  });
  const diagonals = tf.stack(
    factorOf.map((factor) => tf.sum(tf.log(tf.sum(tf.mul(factor, tf.eye(factor.shape[0])), 1)))),
  );
  return tf.add(tf.stack(columns, 1), tf.add(logWeights, diagonals));
}

/** Weights, means and covariances; those of full components as [k, d, d]. */
function maximize(points: tf.Tensor2D, logs: tf.Tensor2D, full: boolean) {
  const responsibilities = tf.exp(tf.sub<tf.Tensor2D>(logs, tf.logSumExp(logs, 1, true)));
  const owned = tf.sum(responsibilities, 0);
  const means = tf.div<tf.Tensor2D>(
    tf.matMul(responsibilities, points, true),
    tf.expandDims(owned, 1),
  );
  const logWeights = tf.log(tf.div<tf.Tensor1D>(owned, points.shape[0]));
  if (!full) {
    const squares = tf.div(
      tf.matMul(responsibilities, tf.square(points), true),
      tf.expandDims(owned, 1),
    );
    const variances = tf.add(tf.sub(squares, tf.square(means)), REGULARISATION);
    return { logWeights, means, spread: tf.rsqrt(variances) };
  }
  const weightsOf = tf.unstack(responsibilities, 1) as tf.Tensor1D[];
  const covariances = (tf.unstack(means) as tf.Tensor1D[]).map((mean, k) => {
    const apart = tf.sub<tf.Tensor2D>(points, mean);
    const weighted = tf.mul<tf.Tensor2D>(apart, tf.expandDims(weightsOf[k], 1));
    return tf.div(tf.matMul(weighted, apart, true), tf.sum(weightsOf[k]));
  });
  return { logWeights, means, spread: tf.stack(covariances) };
}

/** tfjs has no Cholesky factorization: the host does it. */
async function factorsOf(covariances: tf.Tensor, k: number, d: number): Promise<tf.Tensor> {
  const values = Float64Array.from(await covariances.data());
  const factors = new Float32Array(k * d * d);
  for (let c = 0; c < k; c++) {
    const own = values.subarray(c * d * d, (c + 1) * d * d);
    for (let j = 0; j < d; j++) own[j * (d + 1)] += REGULARISATION;
    factors.set(transpose(triangularInverse(cholesky(own, d).factor, d), d), c * d * d);
  }
  return tf.tensor3d(factors, [k, d, d]);
}

/** Expectation maximisation as one writes it with tensors: the N x K responsibilities are kept. */
export const tfjsMixture: Contender<'mixture'> = async () => {
  await tf.setBackend('webgpu');
  return { load: (workload) => Promise.resolve(load(workload)), dispose: () => undefined };
};

function load(workload: Workload): Loaded<Results['mixture']> {
  const { data, n, d, k, start, covarianceType } = workload;
  const points = tf.tensor2d(data, [n, d]);
  const full = covarianceType === 'full';
  const step = async (from: Parameters): Promise<Parameters> => {
    const { logWeights, means, spread } = tf.tidy(() =>
      maximize(points, scores(points, from), full),
    );
    if (!full) return { logWeights, means, factors: spread };
    const factors = await factorsOf(spread, k, d);
    spread.dispose();
    return { logWeights, means, factors };
  };
  return {
    async iterate(iterations) {
      const unit = Float32Array.from(unitFactors(workload));
      let parameters: Parameters = {
        logWeights: tf.fill([k], -Math.log(k)),
        means: tf.tensor2d(start, [k, d]),
        factors: full ? tf.tensor3d(unit, [k, d, d]) : tf.tensor2d(unit, [k, d]),
      };
      for (let i = 0; i < iterations; i++) {
        const next = await step(parameters);
        tf.dispose([parameters.logWeights, parameters.means, parameters.factors]);
        parameters = next;
      }
      const { logWeights, means, factors } = parameters;
      const result = {
        weights: (await logWeights.data()).map(Math.exp),
        means: await means.data(),
        factors: await factors.data(),
      };
      tf.dispose([logWeights, means, factors]);
      return { result, iterations };
    },
    dispose() {
      points.dispose();
    },
  };
}
