/** Mixtures' parameters and sums as kernels hold them: columns scaled, four to a vec4. */
import { ceilDiv } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import type { FactorForm, Frame, Scorer, Statistics } from './scorer.js';
import { addGram, GRAM_ENTRY, GRAM_RESIDUALS, GRAM_WEIGHT, gramBlocks } from '../products/gram.js';
import { padColumns } from '../../rows/device_points.js';

/** What float32 sums leave of a zero, relative to their terms: two units in the last place. */
export const NOISE = 2 ** -22;

/** vec4s of one lower triangular factor: see shaders/lib/factor_layout.wgsl. */
export function factorEntries(quads: number): number {
  return factorAt(ceilDiv(quads, 2));
}

/** Where a pair of row quads begins. */
function factorAt(pair: number): number {
  return pair * (8 * pair + 4);
}

/** Where element (i, j), j <= i, of a lower triangular factor lies, in floats. */
export function factorIndex(i: number, j: number): number {
  const pair = Math.floor(i / 8);
  const quad = Math.floor(j / 4);
  const lower = Math.floor(i / 4) % 2;
  // The last column quad of a pair has its lower rows only.
  const skipped = quad === 2 * pair + 1 ? 0 : 4 * lower;
  return 4 * (factorAt(pair) + 8 * quad + skipped + (j % 4)) + (i % 4);
}

/** A scorer as `log_density` reads it. */
export interface PackedScorer {
  readonly means: Float32Array;
  readonly offsets: Float32Array;
  readonly factors: Float32Array;
}

/** Lower than any score that matters, and still a finite float32. */
const LEAST_OFFSET = -3e38;

/** The scorer of columns multiplied by `scale`. */
export function packScorer(scorer: Scorer, scale: Float64Array): PackedScorer {
  const { k, form, offsets, means, factors } = scorer;
  const d = scale.length;
  return {
    means: padColumns(scaleBy(means, scale), k, d),
    offsets: Float32Array.from(offsets, (offset) => Math.max(offset, LEAST_OFFSET)),
    factors:
      form === 'diag'
        ? padColumns(
            factors.map((factor, at) => factor / scale[at % d]),
            k,
            d,
          )
        : packFactors(factors, scale),
  };
}

/** Buffers of such arrays, by name. */
export async function uploaded<Name extends string>(
  workspace: Workspace,
  arrays: Readonly<Record<Name, Float32Array>>,
): Promise<Record<Name, GPUBuffer>> {
  const entries = Object.entries<Float32Array>(arrays);
  const sizes = entries.map(([name, { byteLength }]) => [name, byteLength]);
  const buffers = await workspace.allocate(Object.fromEntries(sizes) as Record<Name, number>);
  for (const [name, array] of entries) workspace.upload(buffers[name as Name], array);
  return buffers;
}

/** A frame as `whiten` and the kernels of sums read it. */
export interface PackedFrame {
  readonly means: Float32Array;
  readonly factors?: Float32Array;
  /** What these hold: the frame, rounded. */
  readonly held: Frame;
}

/** The frame of columns multiplied by `scale`, powers of two. */
export function packFrame({ centres, factors }: Frame, scale: Float64Array): PackedFrame {
  const d = scale.length;
  const means = padColumns(scaleBy(centres, scale), centres.length / d, d);
  const rounded = centres.map((value, at) => Math.fround(value * scale[at % d]) / scale[at % d]);
  if (!factors) return { means, held: { centres: rounded } };
  // Factors are by row the columns.
  const by = (at: number) => scale[Math.floor(at / d) % d];
  return {
    means,
    factors: packFactors(factors, scale),
    held: {
      centres: rounded,
      factors: factors.map((value, at) => Math.fround(value / by(at)) * by(at)),
    },
  };
}

/** k x d values with each column multiplied by its scale. */
export function scaleBy(values: Float64Array, scale: Float64Array): Float64Array {
  return values.map((value, at) => value * scale[at % scale.length]);
}

function packFactors(factors: Float64Array, scale: Float64Array): Float32Array {
  const d = scale.length;
  const size = 4 * factorEntries(ceilDiv(d, 4));
  const matrices = factors.length / (d * d);
  const packed = new Float32Array(matrices * size);
  for (let c = 0; c < matrices; c++) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        packed[c * size + factorIndex(i, j)] = factors[(c * d + j) * d + i] / scale[j];
      }
    }
  }
  return packed;
}

/** What `packFactors` packed: d x d for each of so many matrices. */
export function unpackFactors(
  packed: Float32Array,
  matrices: number,
  scale: Float64Array,
): Float64Array {
  const d = scale.length;
  const size = 4 * factorEntries(ceilDiv(d, 4));
  const factors = new Float64Array(matrices * d * d);
  for (let c = 0; c < matrices; c++) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        factors[(c * d + j) * d + i] = packed[c * size + factorIndex(i, j)] * scale[j];
      }
    }
  }
  return factors;
}

/** vec4s of one cluster's sums. */
export function statisticsEntries(form: FactorForm, quads: number): number {
  return form === 'diag' ? 2 * (quads + 1) : GRAM_ENTRY * gramBlocks(quads);
}

/** The sums that `gram` or `moments` left in a frame: of columns multiplied by `scale` without factors. */
export function unpackStatistics(
  totals: Float32Array,
  form: FactorForm,
  frame: Frame,
  columnScale: Float64Array,
): Statistics {
  const d = columnScale.length;
  const k = frame.centres.length / d;
  const scale = frame.factors ? new Float64Array(d).fill(1) : columnScale;
  const quads = ceilDiv(d, 4);
  const width = 4 * statisticsEntries(form, quads);
  const weights = new Float64Array(k);
  const sums = new Float64Array(k * d);
  const products = new Float64Array(form === 'diag' ? k * d : k * d * d);
  for (let c = 0; c < k; c++) {
    const own = totals.subarray(c * width, (c + 1) * width);
    if (form === 'diag') {
      weights[c] = own[8 * quads];
      for (let j = 0; j < d; j++) {
        const at = 8 * Math.floor(j / 4) + (j % 4);
        sums[c * d + j] = own[at] / scale[j];
        products[c * d + j] = own[at + 4] / scale[j] ** 2;
      }
      continue;
    }
    weights[c] = own[4 * GRAM_WEIGHT];
    for (let j = 0; j < d; j++) {
      const row = Math.floor(j / 8);
      const diagonal = ((row + 1) * (row + 2)) / 2 - 1;
      const at = 4 * (GRAM_ENTRY * diagonal + GRAM_RESIDUALS) + (j % 8);
      sums[c * d + j] = own[at] / scale[j];
    }
    const matrix = products.subarray(c * d * d, (c + 1) * d * d);
    addGram(matrix, own, d);
    for (let at = 0; at < d * d; at++) matrix[at] /= scale[at % d] * scale[Math.floor(at / d)];
  }
  return { frame, noise: NOISE, weights, sums, products };
}
