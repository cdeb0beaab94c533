/** A plot as an SVG file that needs nothing else. */
import { scaleLinear } from 'd3-scale';
import { colourOf, outline, readColours, shapeOf } from './marks.js';
import { ellipsePath } from './scatter_data.js';
import { MARGIN, type Overlay } from './scatter_overlay.js';

/** More points are a picture: programs that open SVG files choke on them. */
const MOST_SHAPES = 20_000;
/** Square pixels of a point's mark. */
const MARK_AREA = 24;

/** What is drawn: as for the overlay; `picture` is that of the points, a data: URL. */
export interface SvgPlot extends Pick<
  Overlay,
  'points' | 'domain' | 'across' | 'up' | 'marks' | 'colours'
> {
  readonly picture: () => string;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const at = (value: number): string => String(Math.round(100 * value) / 100);

export function scatterSvg(width: number, height: number, plot: SvgPlot): string {
  const { points, domain, across, up, marks, colours } = plot;
  const [text, rule, page] = readColours('--text', '--rule', '--page');
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
  const px = (x: number) => x * across.scale + across.offset;
  const py = (y: number) => y * up.scale + up.offset;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="${page}"/>`,
    `<clipPath id="room"><rect x="${MARGIN.left}" y="${MARGIN.top}" width="${at(right - MARGIN.left)}" height="${at(bottom - MARGIN.top)}"/></clipPath>`,
    `<g clip-path="url(#room)">`,
    ...pointParts(width, height, plot, px, py),
  ];
  marks.ellipses?.forEach((ellipse, cluster) => {
    for (const deviations of [1, 2]) {
      const path = ellipsePath(ellipse, deviations);
      const corners = Array.from(
        { length: path.length / 2 },
        (_, i) => `${at(px(path[2 * i]))},${at(py(path[2 * i + 1]))}`,
      );
      parts.push(
        `<polygon points="${corners.join(' ')}" fill="none" stroke="${colours[colourOf(cluster)]}" stroke-width="${deviations === 1 ? 2.5 : 1.5}"/>`,
      );
    }
  });
  marks.centres?.forEach(({ x, y }, cluster) => {
    parts.push(
      `<circle cx="${at(px(x))}" cy="${at(py(y))}" r="9" fill="${page}" stroke="${colours[colourOf(cluster)]}" stroke-width="2.5"/>`,
      `<text x="${at(px(x))}" y="${at(py(y))}" dy="0.35em" text-anchor="middle" fill="${text}">${cluster}</text>`,
    );
  });
  marks.hits?.forEach(({ row, name }) => {
    const [x, y] = [px(points.x[row]), py(points.y[row])];
    parts.push(
      `<circle cx="${at(x)}" cy="${at(y)}" r="5" fill="none" stroke="${text}" stroke-width="1.5"/>`,
      `<text x="${at(x + 8)}" y="${at(y)}" dy="0.35em" fill="${text}">${escaped(name)}</text>`,
    );
  });
  parts.push('</g>');
  const x = scaleLinear(domain.x, [MARGIN.left, right]);
  const y = scaleLinear(domain.y, [bottom, MARGIN.top]);
  const ticks = Math.max(2, Math.floor(width / 90));
  const [xFormat, yFormat] = [x.tickFormat(ticks), y.tickFormat(5)];
  parts.push(
    `<rect x="${MARGIN.left}" y="${MARGIN.top}" width="${at(right - MARGIN.left)}" height="${at(bottom - MARGIN.top)}" fill="none" stroke="${rule}"/>`,
    `<g fill="${text}" text-anchor="middle">`,
    ...x
      .ticks(ticks)
      .map((tick) => `<text x="${at(x(tick))}" y="${at(bottom + 18)}">${xFormat(tick)}</text>`),
    `<text x="${at((MARGIN.left + right) / 2)}" y="${at(height - 8)}">${escaped(points.xName)}</text>`,
    `<text transform="translate(18 ${at((MARGIN.top + bottom) / 2)}) rotate(-90)">${escaped(points.yName)}</text>`,
    `</g><g fill="${text}" text-anchor="end">`,
    ...y
      .ticks(5)
      .map(
        (tick) =>
          `<text x="${MARGIN.left - 8}" y="${at(y(tick))}" dy="0.35em">${yFormat(tick)}</text>`,
      ),
    '</g></svg>',
  );
  return `${parts.join('\n')}\n`;
}

function pointParts(
  width: number,
  height: number,
  { points: { x, y }, marks: { labels, colours: own }, colours, picture }: SvgPlot,
  px: (x: number) => number,
  py: (y: number) => number,
): string[] {
  if (x.length > MOST_SHAPES) {
    return [`<image href="${picture()}" width="${width}" height="${height}"/>`];
  }
  const [muted] = readColours('--muted');
  return Array.from(x, (value, i) => {
    const label = labels ? labels[i] : 0;
    const packed = own?.[i];
    const colour =
      packed === undefined
        ? labels
          ? colours[colourOf(label)]
          : muted
        : `rgb(${packed & 255}, ${(packed >>> 8) & 255}, ${(packed >>> 16) & 255})`;
    const place = `translate(${at(px(value))} ${at(py(y[i]))})`;
    return `<path d="${outline(shapeOf(label), MARK_AREA)}" transform="${place}" fill="${colour}" fill-opacity="0.86"/>`;
  });
}
