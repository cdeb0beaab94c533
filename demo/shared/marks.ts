/** How clusters are told apart: eight colours (charts.css), then the same in other shapes. */
import { symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from 'd3-shape';

export const COLOURS = 8;
const SHAPES = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond];
const SVG = 'http://www.w3.org/2000/svg';

/** The number of a cluster's colour, 0 to 7: `--c0` to `--c7` in charts.css. */
export function colourOf(cluster: number): number {
  return cluster % COLOURS;
}

/** The number of a cluster's shape, 0 to 3. */
export function shapeOf(cluster: number): number {
  return Math.floor(cluster / COLOURS) % SHAPES.length;
}

/** Outline of a shape around the origin, of an area in square pixels. */
export function outline(shape: number, area: number): string {
  return symbol(SHAPES[shape], area)() ?? '';
}

/** Colours of the style sheet by their variables, as the scheme (light or dark) has them now. */
export function readColours(...names: readonly string[]): string[] {
  const probe = document.createElement('span');
  document.body.append(probe);
  const colours = names.map((name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colours;
}

/** The clusters' eight colours as the scheme has them now. */
export function clusterColours(): string[] {
  return readColours(...Array.from({ length: COLOURS }, (_, c) => `--c${c}`));
}

/** Red, green and blue of a computed colour such as 'rgb(0, 114, 178)', 0 to 255 each. */
export function channels(colour: string): readonly [red: number, green: number, blue: number] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** A cluster's mark, to go before its number. */
export function clusterMark(cluster: number): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '-6 -6 12 12');
  svg.setAttribute('class', `mark c${colourOf(cluster)}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', outline(shapeOf(cluster), 64));
  svg.append(path);
  return svg;
}

/** From valleys to ridges, as in the palette cividis: its lightness alone tells them apart. */
const LOW = [0, 34, 78];
const HIGH = [255, 234, 70];

/** Red, green and blue of a share of 1, 0 to 255 each: 0 is dark, 1 is bright. */
export function ramp(share: number): readonly [red: number, green: number, blue: number] {
  const [red, green, blue] = LOW.map((low, i) => Math.round(low + (HIGH[i] - low) * share));
  return [red, green, blue];
}
