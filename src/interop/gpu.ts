/** Buffers of other libraries, by what they look like: nothing of theirs is imported. */
import { show } from '../../host/show.js';
import { InvalidArgumentError } from '../errors.js';
import type { GpuMatrix, GpuNumber, GpuResult, GpuVector, HostMatrix } from '../rows/matrix.js';

/** Rows that lie in another library's buffer. */
export interface Lent extends GpuMatrix {
  /** Gives the buffer back. To be called once every call that takes the rows has settled. */
  release(): void;
}

/** What is known of a lent buffer beside what its owner tells. */
export interface LentOptions {
  readonly offset?: number;
  readonly stride?: number;
  readonly device?: GPUDevice;
  /** See GpuMatrix. */
  readonly finite?: boolean;
}

type Result = GpuResult | GpuVector | GpuMatrix;

/** A tensor of onnxruntime-web; transformers.js has it as `tensor.ort_tensor`. */
export interface OrtTensor {
  readonly location: string;
  readonly dims: readonly number[];
  readonly type: string;
  readonly gpuBuffer?: unknown;
  readonly data?: unknown;
}

const nothing = () => undefined;

/**
 * The rows of a tensor of onnxruntime-web: of `dims` [..., d]; three dimensions are kept for `meanPool`. On the
 * device where its `location` is 'gpu-buffer'; the tensor stays its session's: dispose of it when what takes the
 * rows has settled.
 *
 * @param options `device`: `await ort.env.webgpu.device`, unless a runtime around it is given to each call
 * @throws InvalidArgumentError on types other than float32, float16 and uint8
 */
export function fromOrt(tensor: OrtTensor, options: LentOptions = {}): Lent | HostMatrix {
  const { location, dims, type } = tensor;
  if (location === 'gpu-buffer') {
    const buffer = tensor.gpuBuffer as GPUBuffer;
    const shape = dims.length === 3 ? dims : flat(dims);
    return { buffer, shape, type: typeOf('fromOrt', type), ...options, release: nothing };
  }
  if (!(ArrayBuffer.isView(tensor.data) && ['float32', 'float64', 'uint8'].includes(type))) {
    throw unknownType('fromOrt', type);
  }
  const data = tensor.data as unknown as HostMatrix['data'];
  return { data, shape: dims.length === 3 ? dims : flat(dims) };
}

/**
 * A tensor of onnxruntime-web around a result that stayed on its device. The buffer stays the caller's: destroy it
 * after the session's run.
 *
 * @param Tensor `ort.Tensor`
 */
export function toOrt<T>(
  Tensor: {
    fromGpuBuffer(buffer: GPUBuffer, options: { dataType: never; dims: readonly number[] }): T;
  },
  { buffer, shape, type = 'float32' }: Result,
): T {
  return Tensor.fromGpuBuffer(buffer, { dataType: type as never, dims: [...shape] });
}

/** A tensor of tfjs. */
export interface TfjsTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  dataToGPU(): { readonly buffer?: unknown; readonly tensorRef: { dispose(): void } };
}

/**
 * The rows of a tensor of tfjs's WebGPU backend: tfjs makes a copy on the device, which `release` gives back to it.
 *
 * @param options `device`: `tf.backend().device`
 * @throws InvalidArgumentError on types other than float32, and on other backends
 */
export function fromTfjs(tensor: TfjsTensor, options: LentOptions = {}): Lent {
  if (tensor.dtype !== 'float32') throw unknownType('fromTfjs', tensor.dtype);
  const { shape } = tensor;
  let cause: unknown;
  try {
    const { buffer, tensorRef } = tensor.dataToGPU();
    const release = () => {
      tensorRef.dispose();
    };
    const rows = shape.length === 3 ? shape : flat(shape);
    if (buffer) return { buffer: buffer as GPUBuffer, shape: rows, ...options, release };
    release();
  } catch (error) {
    cause = error;
  }
  throw new InvalidArgumentError(
    'tensor',
    `fromTfjs: the tensor is not in WebGPU's memory; call await tf.setBackend('webgpu') before it is made. ` +
      `(What nothing was computed with, and small tensors, tfjs keeps on the host: give { data: await tensor.data(), shape }.)`,
    { cause },
  );
}

/**
 * A tensor of tfjs around a result that stayed on its device, without a copy. The buffer stays the caller's: destroy
 * it after the tensor is disposed of. Labels become int32, of the same bits.
 */
export function toTfjs<T>(
  tf: { tensor(values: never, shape: number[], dtype: never): T },
  { buffer, shape, type = 'float32' }: Result,
): T {
  const dtype = type === 'uint32' ? 'int32' : type;
  if (dtype !== 'int32' && dtype !== 'float32') throw unknownType('toTfjs', dtype);
  return tf.tensor({ buffer, zeroCopy: true } as never, [...shape], dtype as never);
}

/** An array of jax-js. */
export interface JaxArray {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly ref: { gpuBuffer(): Promise<GPUBuffer> };
}

/**
 * The rows of an array of jax-js. Its memory is used again once the array is disposed of: keep it until what takes
 * the rows has settled.
 *
 * @param options `device`: `getWebGPUDevice()`
 * @throws InvalidArgumentError on types other than float32 and float16
 */
export async function fromJax(array: JaxArray, options: LentOptions = {}): Promise<Lent> {
  const { shape, dtype } = array;
  const type = typeOf('fromJax', dtype);
  // Asking for the buffer gives up a reference: not the caller's.
  const buffer = await array.ref.gpuBuffer();
  return {
    ...{ buffer, shape: shape.length === 3 ? shape : flat(shape), type },
    ...{ ...options, release: nothing },
  };
}

/**
 * The rows in a buffer of TypeGPU, which stays its root's. Arrays of vec3f have a `stride` of 16 bytes.
 *
 * @param shape [rows, columns]
 */
export function fromTypegpu<B>(
  root: { readonly device: GPUDevice; unwrap(buffer: B): GPUBuffer },
  buffer: B,
  shape: readonly number[],
  options: LentOptions & { readonly type?: GpuNumber } = {},
): Lent {
  const { device } = root;
  return { buffer: root.unwrap(buffer), shape, device, ...options, release: nothing };
}

/** A buffer of luma.gl's WebGPU device. */
export interface LumaBuffer {
  readonly handle: unknown;
  readonly device?: { readonly handle: unknown };
}

/**
 * The rows in a buffer of luma.gl, which stays luma's. It is to be made with `Buffer.COPY_SRC` among its usages.
 *
 * @param shape [rows, columns]
 */
export function fromLuma(
  { handle, device }: LumaBuffer,
  shape: readonly number[],
  options: LentOptions & { readonly type?: GpuNumber } = {},
): Lent {
  return {
    ...{ buffer: handle as GPUBuffer, shape },
    ...(device ? { device: device.handle as GPUDevice } : {}),
    ...{ ...options, release: nothing },
  };
}

/** An attribute of three's geometries. */
export interface ThreeAttribute {
  readonly count: number;
  readonly itemSize: number;
  readonly array: ArrayLike<number>;
  readonly isStorageBufferAttribute?: boolean;
}

/** three's WebGPURenderer; what it knows of an attribute is private, but has been the same for years. */
export interface ThreeRenderer {
  readonly backend: object;
}

interface ThreeBackend {
  readonly device?: GPUDevice;
  get?(attribute: object): { buffer?: GPUBuffer };
}

/**
 * The rows of an attribute that three has put on the device, which stay three's: after the first `render` or
 * `compute` that uses it.
 *
 * @throws InvalidArgumentError before that, and for attributes that are no Float32Array
 */
export function fromThree(
  renderer: ThreeRenderer,
  attribute: ThreeAttribute,
  options: LentOptions = {},
): Lent {
  const { count, itemSize, array, isStorageBufferAttribute } = attribute;
  const backend: ThreeBackend = renderer.backend;
  if (!(array instanceof Float32Array)) {
    throw unknownType('fromThree', Object.prototype.toString.call(array).slice(8, -1));
  }
  const buffer = backend.get?.(attribute).buffer;
  if (!buffer) {
    throw new InvalidArgumentError(
      'attribute',
      `fromThree: the attribute is on no device yet; render or compute with it first.`,
    );
  }
  return {
    ...{ buffer, shape: [count, itemSize] },
    // Vectors of three take the room of four in storage buffers.
    ...(isStorageBufferAttribute && itemSize === 3 ? { stride: 16 } : {}),
    ...(backend.device ? { device: backend.device } : {}),
    ...{ ...options, release: nothing },
  };
}

/**
 * Lets three draw from a result that stayed on its device: before the attribute's first use. Make the renderer with
 * `new WebGPURenderer({ device: runtime.device })`, and the result with `usage: GPUBufferUsage.VERTEX`. The buffer
 * stays the caller's: destroy it after the last frame that shows it.
 */
export function toThree(
  renderer: ThreeRenderer,
  attribute: object,
  { buffer }: Pick<Result, 'buffer'>,
): void {
  const of = (renderer.backend as ThreeBackend).get?.(attribute);
  if (!of) {
    throw new InvalidArgumentError(
      'renderer',
      `toThree: the renderer has no WebGPU backend; await renderer.init() first.`,
    );
  }
  of.buffer = buffer;
}

/** All dimensions but the last are rows. */
function flat(shape: readonly number[]): readonly [number, number] {
  const columns = shape[shape.length - 1];
  return [shape.slice(0, -1).reduce((product, side) => product * side, 1), columns];
}

function typeOf(from: string, type: string): GpuNumber {
  if (type === 'float32' || type === 'float16' || type === 'uint8') return type;
  throw unknownType(from, type);
}

function unknownType(from: string, type: string): InvalidArgumentError {
  return new InvalidArgumentError(
    'type',
    `${from}: the numbers are ${show(type)}; make them float32 first.`,
  );
}
