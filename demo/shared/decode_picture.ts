/** Pictures from files, in a worker. */
import { readPictureHeader } from './picture_header.js';

/** Beyond that a page runs out of memory on small devices. */
const MOST_PIXELS = 50_000_000;

/** A picture that is to be drawn on a canvas and then closed. */
type Drawable = ImageBitmap | VideoFrame;

export interface DecodedPicture {
  /** Red, green, blue, opacity. */
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Whether the file has more pixels. */
  readonly scaled: boolean;
  /** Whether any of it let through what lies below. */
  readonly isTransparent: boolean;
}

/**
 * Firefox decodes for createImageBitmap on the page's thread, even in a worker, and the page is
 * silent meanwhile; ImageDecoder decodes elsewhere.
 */
async function decode(file: Blob, type: string | undefined): Promise<Drawable> {
  if (type !== undefined && 'ImageDecoder' in globalThis) {
    const decoder = (await ImageDecoder.isTypeSupported(type))
      ? new ImageDecoder({ data: await file.arrayBuffer(), type })
      : undefined;
    // Closed before all is read, it rejects what nobody waits for here.
    decoder?.completed.catch(() => undefined);
    decoder?.tracks.ready.catch(() => undefined);
    try {
      if (decoder) return (await decoder.decode()).image;
    } catch {
      // What it cannot decode the other way may.
    } finally {
      decoder?.close();
    }
  }
  return createImageBitmap(file);
}

function refuseLarge(name: string, width: number, height: number): void {
  if (width * height <= MOST_PIXELS) return;
  throw new Error(
    `${name} has ${Math.round((width * height) / 1e6)} megapixels; choose one of at most ${MOST_PIXELS / 1e6}.`,
  );
}

/** Mixes what is transparent with white, and tells whether there was any. */
function layOnWhite(data: Uint8ClampedArray): boolean {
  let isTransparent = false;
  for (let at = 0; at < data.length; at += 4) {
    const opacity = data[at + 3];
    if (opacity === 255) continue;
    isTransparent = true;
    for (let i = at; i < at + 3; i++) data[i] = 255 + ((data[i] - 255) * opacity) / 255;
    data[at + 3] = 255;
  }
  return isTransparent;
}

/**
 * The pixels of a picture; what is transparent lies on white.
 *
 * @param mostPixels a larger picture is scaled down to about so many
 * @throws Error with a sentence for people; the signal's reason when cancelled
 */
export async function decodePicture(
  file: File,
  signal: AbortSignal,
  mostPixels = MOST_PIXELS,
): Promise<DecodedPicture> {
  const { name } = file;
  if (file.size === 0) throw new Error(`${name} is empty; choose a file with a picture in it.`);
  const header = await readPictureHeader(file);
  // Before it is decoded to gigabytes.
  refuseLarge(name, header?.width ?? 0, header?.height ?? 0);
  const picture = await decode(file, header?.type).catch(() => {
    throw new Error(
      `${name} is no image that this browser can decode; is it damaged, or of another kind than its name says?`,
    );
  });
  try {
    signal.throwIfAborted();
    const [fullWidth, fullHeight] =
      'displayWidth' in picture
        ? [picture.displayWidth, picture.displayHeight]
        : [picture.width, picture.height];
    refuseLarge(name, fullWidth, fullHeight);
    const scale = Math.min(1, Math.sqrt(mostPixels / (fullWidth * fullHeight)));
    const width = Math.max(1, Math.round(fullWidth * scale));
    const height = Math.max(1, Math.round(fullHeight * scale));
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('This browser gives no canvas to decode images with.');
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    return { data, width, height, scaled: scale < 1, isTransparent: layOnWhite(data) };
  } finally {
    picture.close();
  }
}
