/** Layers one after the other. */
import { ShapeError } from '../errors.js';
import type { Matrix } from '../ops/algebra/algebra.js';
import type { Layer, LayerPlace, OpenLayer } from './layer.js';

/** Layers of which each takes what the one before gives. */
export interface Chain {
  readonly layers: readonly Layer[];
  readonly inputs: number;
  readonly outputs: number;
}

/** @throws ShapeError where a layer does not fit the one before */
export function chain(layers: readonly Layer[]): Chain {
  layers.forEach(({ inputs }, i) => {
    if (i === 0 || inputs === layers[i - 1].outputs) return;
    throw new ShapeError(
      `layer ${i} of a network takes ${inputs} columns, but layer ${i - 1} gives ${layers[i - 1].outputs}; ` +
        `make the two the same.`,
    );
  });
  return { layers, inputs: layers[0].inputs, outputs: layers[layers.length - 1].outputs };
}

/** As a layer is opened, all of them. */
export async function openChain({ layers }: Chain, place: LayerPlace): Promise<OpenLayer> {
  const open: OpenLayer[] = [];
  for (const layer of layers) open.push(await layer.open(place));
  return {
    async forward(x) {
      let y = x;
      for (const layer of open) y = await layer.forward(y);
      return y;
    },
    async backward(gradient, passOn) {
      let passed: Matrix | undefined = gradient;
      for (let i = open.length - 1; i >= 0; i--) {
        passed = await open[i].backward(passed!, passOn || i > 0);
      }
      return passed;
    },
  };
}
