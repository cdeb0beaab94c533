/** three draws points from rows on our device, in colours by the labels that lie there. */
import {
  BufferAttribute,
  BufferGeometry,
  OrthographicCamera,
  Points,
  PointsNodeMaterial,
  RenderTarget,
  Scene,
  WebGPURenderer,
} from 'three/webgpu';
import { attribute, float, vec4 } from 'three/tsl';
import { createRuntime, kmeans } from 'webgpu-clustering';
import { toThree } from 'webgpu-clustering/interop';
import { readBack, type Told } from './read_back.js';

/** A square of `side` x `side` points, each in the middle of a pixel; of the left half, then the right, y by y. */
export async function run(n: number): Promise<Told> {
  const side = Math.sqrt(n);
  const runtime = await createRuntime();
  const { device } = runtime;
  const data = Float32Array.from({ length: 3 * n }, (_, at) => {
    const [i, axis] = [Math.floor(at / 3), at % 3];
    return axis === 2 ? 0 : ((axis === 0 ? i % side : Math.floor(i / side)) + 0.5) / (side / 2) - 1;
  });
  const usage = GPUBufferUsage.VERTEX | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ size: data.byteLength, usage });
  device.queue.writeBuffer(buffer, 0, data);
  const rows = { buffer, shape: [n, 3] as const, finite: true };
  const init = [
    [-0.5, 0, 0],
    [0.5, 0, 0],
  ];
  const fit = await readBack(() =>
    kmeans(rows, { k: 2, init, runtime, output: 'gpu', usage: GPUBufferUsage.VERTEX }),
  );
  const renderer = new WebGPURenderer({ device, canvas: document.createElement('canvas') });
  await renderer.init();
  const target = new RenderTarget(side, side);
  const way = await readBack(async () => {
    const labels = await fit.result.predict(rows, {
      ...{ runtime, output: 'gpu', usage: GPUBufferUsage.VERTEX },
    });
    const geometry = new BufferGeometry();
    const places = new BufferAttribute(new Float32Array(3 * n), 3);
    const kinds = new BufferAttribute(new Uint32Array(n), 1);
    toThree(renderer, places, rows);
    toThree(renderer, kinds, labels);
    geometry.setAttribute('position', places).setAttribute('kind', kinds);
    const material = new PointsNodeMaterial();
    // Red is 0 or 1 by the label.
    material.colorNode = vec4(float(attribute('kind', 'uint')), 0, 0, 1);
    const points = new Points(geometry, material);
    points.frustumCulled = false;
    renderer.setRenderTarget(target);
    renderer.render(new Scene().add(points), new OrthographicCamera(-1, 1, 1, -1, -1, 1));
  });
  const pixels = await renderer.readRenderTargetPixelsAsync(target, 0, 0, side, side);
  const end = Array.from({ length: n }, (_, i) =>
    pixels[4 * i + 3] === 0 ? -1 : pixels[4 * i] / 255,
  );
  return { fit: fit.bytes, between: way.times, end };
}
