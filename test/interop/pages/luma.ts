/** luma.gl's buffer is clustered on its device, and its model draws in colours by the labels that lie there. */
import { Buffer, luma } from '@luma.gl/core';
import { Model } from '@luma.gl/engine';
import { webgpuAdapter } from '@luma.gl/webgpu';
import { createRuntime, kmeans } from 'webgpu-clustering';
import { fromLuma } from 'webgpu-clustering/interop';
import { readBack, STARTS, type Told, turns, wordsOf } from './read_back.js';

/** One pixel a row, side by side. */
const SOURCE = /* wgsl */ `
struct Out { @builtin(position) place: vec4f, @location(0) @interpolate(flat) label: u32 }
@vertex fn vertexMain(@location(0) labels: u32, @builtin(instance_index) i: u32, @builtin(vertex_index) v: u32) -> Out {
  let x = (f32(i) + f32(v & 1u)) / WIDTH * 2.0 - 1.0;
  return Out(vec4f(x, f32(v >> 1u) * 2.0 - 1.0, 0.0, 1.0), labels);
}
@fragment fn fragmentMain(in: Out) -> @location(0) vec4f { return vec4f(f32(in.label), 0.0, 0.0, 1.0); }`;

export async function run(n: number, d: number): Promise<Told> {
  const device = await luma.createDevice({ type: 'webgpu', adapters: [webgpuAdapter] });
  const gpu = device.handle as GPUDevice;
  const runtime = await createRuntime({ device: gpu });
  const usage = Buffer.STORAGE | Buffer.COPY_SRC | Buffer.COPY_DST;
  const rows = fromLuma(device.createBuffer({ data: turns(n, d), usage }), [n, d], {
    finite: true,
  });
  const fit = await readBack(() => kmeans(rows, { k: 2, init: STARTS(d), runtime, output: 'gpu' }));
  const bytes = Math.ceil((4 * n) / 256) * 256;
  const image = gpu.createBuffer({ size: bytes, usage: Buffer.COPY_SRC | Buffer.COPY_DST });
  const way = await readBack(async () => {
    const { buffer } = await fit.result.predict(rows, {
      ...{ runtime, output: 'gpu', usage: GPUBufferUsage.VERTEX },
    });
    const labels = device.createBuffer({
      ...{ handle: buffer, byteLength: 4 * n, usage: Buffer.VERTEX },
    });
    const colours = device.createTexture({
      ...{ format: 'rgba8unorm', width: n, height: 1 },
      usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
    });
    const framebuffer = device.createFramebuffer({ colorAttachments: [colours] });
    const model = new Model(device, {
      ...{ source: SOURCE.replace('WIDTH', `${n}.0`), topology: 'triangle-strip' },
      ...{ vertexCount: 4, instanceCount: n, attributes: { labels } },
      bufferLayout: [{ name: 'labels', format: 'uint32', stepMode: 'instance' }],
      shaderLayout: {
        attributes: [{ name: 'labels', location: 0, type: 'u32', stepMode: 'instance' }],
        bindings: [],
      },
      parameters: {},
    });
    const pass = device.beginRenderPass({ framebuffer, clearColor: [0, 1, 0, 0] });
    model.draw(pass);
    pass.end();
    device.submit();
    const encoder = gpu.createCommandEncoder();
    const texture = colours.handle as GPUTexture;
    encoder.copyTextureToBuffer({ texture }, { buffer: image, bytesPerRow: bytes }, [n, 1]);
    gpu.queue.submit([encoder.finish()]);
  });
  const pixels = await wordsOf(gpu, image, n);
  const end = [...pixels].map((pixel) => (pixel >>> 24 === 0 ? -1 : (pixel & 255) / 255));
  return { fit: fit.bytes, between: way.times, end };
}
