/** How clusters are told apart: eight colours (charts.css), then the same in other shapes. */
import { symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from 'd3-shape';

const COLOURS = 8;
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

/** The colours as the page's scheme has them now. */
export function readColours(): string[] {
  const style = getComputedStyle(document.documentElement);
  return Array.from({ length: COLOURS }, (_, c) => style.getPropertyValue(`--c${c}`));
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
