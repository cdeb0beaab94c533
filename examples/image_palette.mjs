/**
 * The colours of an image -> a palette, and the image in these colours.
 *
 *     node examples/image_palette.mjs photograph.png 8
 *
 * In a page the image is `context.getImageData(0, 0, width, height)` of a canvas.
 */
import { decode } from 'fast-png';
import console from 'node:console';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { quantizeImage } from 'webgpu-clustering';

/** @returns `colours` as CSS has them, those of most pixels first, and the image in them */
export async function paletteOf(image, colours) {
  const quantized = await quantizeImage(image, { colours, space: 'lab' });
  const { palette, indices } = quantized;
  const counts = new Uint32Array(palette.length / 3);
  for (const index of indices) counts[index]++;
  const hex = (c) =>
    `#${[...palette.subarray(3 * c, 3 * c + 3)].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a]);
  return {
    palette: order.map((c) => ({ colour: hex(c), share: counts[c] / indices.length })),
    image: quantized.toImage(),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file = 'docs/demo-palette.png', colours = '8'] = process.argv.slice(2);
  const { palette } = await paletteOf(decode(await readFile(file)), Number(colours));
  for (const { colour, share } of palette) {
    console.log(`${colour}  ${(100 * share).toFixed(1).padStart(5)} %`);
  }
}
