/** What the first bytes of a picture's file say: its format and size, before it is decoded. */

export interface PictureHeader {
  /** The MIME type, whatever the file is called. */
  readonly type: string;
  /** In pixels; as the file has it, before it is turned. Absent where the header is not understood. */
  readonly width?: number;
  readonly height?: number;
}

/** Enough for every header but a JPEG's, whose size comes after previews and colour profiles. */
const HEADER_BYTES = 64;
/** Segments of a JPEG before its size; real ones have some twenty. */
const MOST_SEGMENTS = 500;

/** Markers of a JPEG that begin a frame, SOF0 to SOF15, but DHT, JPG and DAC. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

async function viewOf(file: Blob, from: number, length: number): Promise<DataView> {
  return new DataView(await file.slice(from, from + length).arrayBuffer());
}

/** None where the file is damaged, which decoding it will say. */
function sizeOfPng(view: DataView, chunk: string): Omit<PictureHeader, 'type'> {
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  return chunk === 'IHDR' && Math.max(width, height) < 2 ** 31 ? { width, height } : {};
}

async function sizeOfJpeg(file: Blob): Promise<Omit<PictureHeader, 'type'>> {
  let at = 2;
  for (let segment = 0; segment < MOST_SEGMENTS; segment++) {
    const view = await viewOf(file, at, 9);
    if (view.byteLength < 9 || view.getUint8(0) !== 0xff) break;
    if (isFrame(view.getUint8(1))) return { height: view.getUint16(5), width: view.getUint16(7) };
    at += 2 + view.getUint16(2);
  }
  return {};
}

function sizeOfWebp(view: DataView, kind: string): Omit<PictureHeader, 'type'> {
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (kind === 'VP8X') return { width: 1 + uint24(24), height: 1 + uint24(27) };
  if (kind === 'VP8 ') {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  if (kind !== 'VP8L') return {};
  const bits = view.getUint32(21, true);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
}

/** Undefined for what is no PNG, JPEG, GIF, WebP, AVIF or BMP. */
export async function readPictureHeader(file: Blob): Promise<PictureHeader | undefined> {
  const view = await viewOf(file, 0, HEADER_BYTES);
  if (view.byteLength < 30) return undefined;
  const text = (from: number, to: number) =>
    String.fromCharCode(...new Uint8Array(view.buffer, from, to - from));
  if (text(1, 4) === 'PNG') return { type: 'image/png', ...sizeOfPng(view, text(12, 16)) };
  if (view.getUint16(0) === 0xffd8) return { type: 'image/jpeg', ...(await sizeOfJpeg(file)) };
  if (text(0, 4) === 'GIF8') {
    return { type: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
  }
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') {
    return { type: 'image/webp', ...sizeOfWebp(view, text(12, 16)) };
  }
  if (text(0, 2) === 'BM') {
    const height = Math.abs(view.getInt32(22, true));
    return { type: 'image/bmp', width: view.getInt32(18, true), height };
  }
  return /^ftypavi[fs]/.test(text(4, 12)) ? { type: 'image/avif' } : undefined;
}
