/** CPU twins of shaders/networks/optimize.wgsl and clip_gradients.wgsl. */
import type { Matrix } from '../algebra/algebra.js';
import { CONTROL } from './control.js';
import type { Clip, Update } from './optimizer.js';

type Values = (matrix: Matrix) => Float64Array;

export function optimize(update: Update, values: Values): void {
  const { name, nesterov, weightDecay, momentum, beta1, beta2, epsilon } = update;
  const state = values(update.control);
  const rate = state[CONTROL.rate];
  const t = state[CONTROL.updates] + 1;
  const [p, gradients] = [update.parameters, update.gradients].map(values);
  const [first, second] = [update.first, update.second].map(values);
  for (let at = 0; at < p.length; at++) {
    let g = state[CONTROL.scale] * gradients[at];
    if (name === 'adamw') p[at] -= rate * weightDecay * p[at];
    else g += weightDecay * p[at];
    if (name === 'sgd') {
      first[at] = momentum * first[at] + g;
      p[at] -= rate * (nesterov ? g + momentum * first[at] : first[at]);
      continue;
    }
    first[at] = beta1 * first[at] + (1 - beta1) * g;
    second[at] = beta2 * second[at] + (1 - beta2) * g * g;
    const size = Math.sqrt(second[at] / (1 - beta2 ** t)) + epsilon;
    p[at] -= ((rate / (1 - beta1 ** t)) * first[at]) / size;
  }
}

export function clipGradients({ squares, most, control }: Clip, values: Values): void {
  const sum = values(squares).reduce((all, value) => all + value, 0);
  values(control)[CONTROL.scale] = Math.min(1, most / Math.sqrt(Math.max(sum, 1e-30)));
}
