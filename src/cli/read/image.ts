/** Photographs and other pictures: PNG and JPEG, told by their first bytes. */
import { readFile } from 'node:fs/promises';
import type { DecodedPng } from 'fast-png';
import { asFileError, FileError } from '../errors.js';
import { regularFileSize } from './byte_source.js';

export interface ReadImage {
  /** 0 to 255, [height][width][channels] */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 (grey), 2 (grey, opacity), 3 (red, green, blue) or 4 (with opacity). */
  readonly channels: number;
}

const MOST_MEGAPIXELS = 100;
/** What jpeg-js may take for so many: coefficients, planes and pixels. */
const MOST_JPEG_MEGABYTES = 4096;
const PNG_START = [0x89, 0x50, 0x4e, 0x47];
const JPEG_START = [0xff, 0xd8, 0xff];
/** Where the header of a PNG file has its sides. */
const PNG_WIDTH = 16;
const PNG_HEIGHT = 20;

const startsWith = (bytes: Uint8Array, start: readonly number[]) =>
  start.every((byte, i) => bytes[i] === byte);

/** Whether the file's name is that of a picture that readImage reads. */
export const isImageName = (path: string): boolean => /\.(?:png|jpe?g)$/i.test(path);

/**
 * A picture from a PNG or JPEG file; 16 bits a channel become 8.
 *
 * @throws FileError, naming the file, what is wrong with it and what to do; of pictures of more than 100
 *   megapixels before they are decoded
 */
export async function readImage(path: string): Promise<ReadImage> {
  try {
    await regularFileSize(path);
    const bytes = await readFile(path);
    if (startsWith(bytes, PNG_START)) return await readPng(path, bytes);
    if (startsWith(bytes, JPEG_START)) return await readJpeg(path, bytes);
  } catch (error) {
    throw asFileError(path, error, 'read');
  }
  throw new FileError(path, 'it is no PNG or JPEG picture', 'Save it as one of these.');
}

const tooLarge = (path: string) =>
  new FileError(
    path,
    `it has more than ${MOST_MEGAPIXELS} megapixels`,
    'Scale it down, or cut it into parts.',
  );

const damaged = (path: string, error: unknown) =>
  new FileError(
    path,
    `it cannot be decoded (${(error as Error).message})`,
    'It is damaged or cut off; save it again.',
    { cause: error },
  );

async function readPng(path: string, bytes: Buffer): Promise<ReadImage> {
  const sides = bytes.length >= PNG_HEIGHT + 4;
  if (
    sides &&
    bytes.readUInt32BE(PNG_WIDTH) * bytes.readUInt32BE(PNG_HEIGHT) > MOST_MEGAPIXELS * 1e6
  ) {
    throw tooLarge(path);
  }
  const { convertIndexedToRgb, decode } = await import('fast-png');
  let png: DecodedPng;
  try {
    png = decode(bytes);
  } catch (error) {
    throw damaged(path, error);
  }
  const { width, height, palette, depth } = png;
  if (palette) {
    const channels = palette[0].length;
    return { data: convertIndexedToRgb(png), width, height, channels };
  }
  const data =
    depth === 16 ? Uint8Array.from(png.data, (value) => value >> 8) : unpacked(png, depth);
  return { data, width, height, channels: png.channels };
}

/** Greys of less than 8 bits lie side by side in a byte, rows in whole bytes. */
function unpacked({ data, width, height }: DecodedPng, depth: number): Uint8Array {
  if (depth === 8) return Uint8Array.from(data);
  const line = Math.ceil((width * depth) / 8);
  const most = 2 ** depth - 1;
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * line + (bit >> 3)];
    return (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most;
  });
}

async function readJpeg(path: string, bytes: Buffer): Promise<ReadImage> {
  const { default: jpeg } = await import('jpeg-js');
  try {
    const { data, width, height } = jpeg.decode(bytes, {
      ...{ useTArray: true, formatAsRGBA: false, tolerantDecoding: false },
      ...{ maxResolutionInMP: MOST_MEGAPIXELS, maxMemoryUsageInMB: MOST_JPEG_MEGABYTES },
    });
    return { data, width, height, channels: 3 };
  } catch (error) {
    throw /maxResolutionInMP|maxMemoryUsageInMB/.test((error as Error).message)
      ? tooLarge(path)
      : damaged(path, error);
  }
}
