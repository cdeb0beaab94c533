/**
 * `.vq` files, which say all that it takes to read them. Numbers are little-endian:
 *
 *     0  89 56 51 0d 0a 1a 0a 00   what every such file begins with; what changes line ends changes it
 *     8  u16 version, u8 bits of a number in the codebook (8 or 32), u8 0 for rows, 1 for a picture
 *    12  u32 k, sub-spaces, rows, columns
 *    28  u32 width, height, channels, block of the picture, or zeros
 *    44  u32 bytes of the codes, f64 distortion
 *    56  the codebooks, one after the other, k x its columns each: u8 or f32
 *        the codes, as packCodes has them
 *        u32 CRC-32 (IEEE 802.3) of all bytes before
 */
import { show } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import type { RasterImage } from '../../rows/image.js';
import { pictureOf, type PictureShape } from './blocks.js';
import { MOST_CODES, packCodes, unpackCodes } from './pack_codes.js';
import { type EncodedVectors, VectorQuantizer } from './vector_quantizer_model.js';

const MAGIC = [0x89, 0x56, 0x51, 0x0d, 0x0a, 0x1a, 0x0a, 0x00];
const VERSION = 1;
const HEADER_BYTES = 56;
const CHECKSUM_BYTES = 4;
/** Numbers of a picture or of rows that a file may ask for: a GiB of float32. */
const MOST_NUMBERS = 2 ** 28;
const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

function checksum(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) rest = (rest >>> 8) ^ TABLE[(rest ^ bytes[i]) & 255];
  return ~rest >>> 0;
}

export interface VqParts {
  /** What is written; by default the rows of the fit. */
  readonly encoded?: EncodedVectors;
  /** The picture that the rows are blocks of. */
  readonly picture?: PictureShape;
}

/** What a `.vq` file holds. */
export interface VqContent {
  readonly quantizer: VectorQuantizer;
  readonly encoded: EncodedVectors;
  /** The picture that the rows are blocks of, if so. */
  readonly picture: PictureShape | undefined;
}

/** A quantizer with rows in its codes as the bytes of a `.vq` file. */
export function writeVq(
  quantizer: VectorQuantizer,
  { encoded = quantizer.encoded, picture }: VqParts = {},
): Uint8Array {
  const { k, subspaces, valueBits, codebooks } = quantizer;
  const codes = packCodes(encoded.codes, k);
  const values = codebooks.flatMap(({ data }) => [...data]);
  const codebookBytes = (values.length * valueBits) / 8;
  const bytes = new Uint8Array(HEADER_BYTES + codebookBytes + codes.length + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(8, VERSION, true);
  bytes[10] = valueBits;
  bytes[11] = picture ? 1 : 0;
  const { width = 0, height = 0, channels = 0, block = 0 } = picture ?? {};
  [k, subspaces, ...encoded.shape, width, height, channels, block, codes.length].forEach(
    (value, i) => {
      view.setUint32(12 + 4 * i, value, true);
    },
  );
  view.setFloat64(48, encoded.distortion, true);
  values.forEach((value, i) => {
    if (valueBits === 8) bytes[HEADER_BYTES + i] = value;
    else view.setFloat32(HEADER_BYTES + 4 * i, value, true);
  });
  bytes.set(codes, HEADER_BYTES + codebookBytes);
  const end = bytes.length - CHECKSUM_BYTES;
  view.setUint32(end, checksum(bytes.subarray(0, end)), true);
  return bytes;
}

function refuse(rule: string, remedy: string): never {
  throw new InvalidArgumentError('bytes', `the .vq file ${rule}; ${remedy}.`);
}

/**
 * What a `.vq` file holds.
 *
 * @throws InvalidArgumentError where the bytes are no such file, of another version, cut off, altered, or ask for
 *   more than 2^28 numbers
 */
export function readVq(bytes: Uint8Array): VqContent {
  if (!((bytes as unknown) instanceof Uint8Array)) {
    throw new InvalidArgumentError('bytes', `bytes is ${show(bytes)}; give a Uint8Array.`);
  }
  const again = 'copy it again';
  if (!MAGIC.every((byte, i) => bytes.length <= i || bytes[i] === byte) || bytes.length === 0) {
    refuse('does not begin as such files do', 'give one that writeVq or encodeImage made');
  }
  if (bytes.length < HEADER_BYTES + CHECKSUM_BYTES) {
    refuse(`ends after ${bytes.length} bytes, within its header`, again);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(8, true);
  if (version !== VERSION) {
    refuse(
      `is of version ${version}`,
      `this library reads version ${VERSION}: use the one that wrote it`,
    );
  }
  const [valueBits, isPicture] = [bytes[10], bytes[11] === 1];
  const [k, subspaces, n, d, width, height, channels, block, codeBytes] = Array.from(
    { length: 9 },
    (_, i) => view.getUint32(12 + 4 * i, true),
  );
  const isShaped =
    (valueBits === 8 || valueBits === 32) &&
    bytes[11] <= 1 &&
    Math.min(k, subspaces, n, d) >= 1 &&
    k <= MOST_CODES &&
    subspaces <= d;
  const codebookBytes = (k * d * valueBits) / 8;
  const length = HEADER_BYTES + codebookBytes + codeBytes + CHECKSUM_BYTES;
  if (isShaped && bytes.length !== length) {
    refuse(`has ${bytes.length} bytes, but its header says ${length}`, again);
  }
  const end = bytes.length - CHECKSUM_BYTES;
  if (!isShaped || view.getUint32(end, true) !== checksum(bytes.subarray(0, end))) {
    refuse('was altered: its checksum is another', again);
  }
  const picture = { width, height, channels, block };
  const blocks = Math.ceil(width / block) * Math.ceil(height / block);
  if (isPicture && !(blocks === n && block * block * channels === d)) {
    refuse('says of its picture what does not fit its blocks', 'write it again');
  }
  if (n * d > MOST_NUMBERS || n * subspaces > MOST_NUMBERS) {
    refuse(`holds ${n} rows of ${d} numbers`, `at most ${MOST_NUMBERS} numbers are read`);
  }
  const codebook = Float32Array.from({ length: k * d }, (_, i) =>
    valueBits === 8 ? bytes[HEADER_BYTES + i] : view.getFloat32(HEADER_BYTES + 4 * i, true),
  );
  const quantizer = new VectorQuantizer({
    ...{ k, subspaces, valueBits, shape: [n, d], codebook },
    codes: unpackCodes(bytes.subarray(HEADER_BYTES + codebookBytes, end), n * subspaces, k),
    distortion: view.getFloat64(48, true),
    engine: 'file',
  });
  return { quantizer, encoded: quantizer.encoded, picture: isPicture ? picture : undefined };
}

/**
 * The picture in a `.vq` file that encodeImage made; of bytes where its codebook is.
 *
 * @throws as readVq does
 */
export function decodeImage(bytes: Uint8Array): Required<RasterImage> {
  const { quantizer, picture } = readVq(bytes);
  if (!picture) refuse('holds rows, no picture', 'read it with readVq');
  const { width, height, channels } = picture;
  const data = pictureOf(quantizer.decode(), picture);
  const isBytes = quantizer.valueBits === 8;
  return { data: isBytes ? Uint8ClampedArray.from(data) : data, width, height, channels };
}
