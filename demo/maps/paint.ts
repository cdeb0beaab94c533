/** What is drawn into the cells: colours, digits, heights. */
import { picture } from '../digits/tiles.js';
import { ramp } from '../shared/marks.js';
import type { Paint } from './cells.js';
import type { SampleName } from './jobs.js';

/** An image's border is empty: the digit fills its cell. */
const DIGIT_SIDE = 1.1;

function fill(context: CanvasRenderingContext2D, colour: string): void {
  context.fillStyle = colour;
  context.fillRect(-1, -1, 2, 2);
}

const channel = (value: number) => Math.round(Math.min(255, Math.max(0, value)));

/** The colour that a unit's three weights are. */
export function colourAt(weights: Float32Array, unit: number): string {
  return `rgb(${Array.from(weights.subarray(3 * unit, 3 * unit + 3), channel).join(', ')})`;
}

function paintColours(weights: Float32Array): Paint {
  return (context, unit) => {
    fill(context, colourAt(weights, unit));
  };
}

function paintDigits(weights: Float32Array): Paint {
  const drawn: HTMLCanvasElement[] = [];
  return (context, unit) => {
    fill(context, '#000');
    const image = (drawn[unit] ??= picture(weights, unit, ''));
    context.drawImage(image, -DIGIT_SIDE / 2, -DIGIT_SIDE / 2, DIGIT_SIDE, DIGIT_SIDE);
  };
}

/** Units as what their weights are. */
export const PAINTS: Readonly<Record<SampleName, (weights: Float32Array) => Paint>> = {
  colours: paintColours,
  digits: paintDigits,
};

/** The lowest value dark, the highest bright. */
export function paintHeights(heights: Float32Array): Paint {
  const low = heights.reduce((least, value) => Math.min(least, value), Infinity);
  const high = heights.reduce((most, value) => Math.max(most, value), 0);
  return (context, unit) => {
    const share = (heights[unit] - low) / (high - low || 1);
    fill(context, `rgb(${ramp(share).join(', ')})`);
  };
}
