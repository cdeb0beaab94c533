/** Counts the bytes of all GPU buffers alive, whoever makes them. */

/**
 * Counts from now on, in this page or process, every buffer that any library makes.
 *
 * @returns the most bytes that were alive at a time so far
 */
export function countDeviceMemory(): () => number {
  const { GPUDevice: device, GPUBuffer: buffer } = globalThis as {
    GPUDevice?: { prototype: GPUDevice };
    GPUBuffer?: { prototype: GPUBuffer };
  };
  if (!device || !buffer) return () => 0;
  let alive = 0;
  let peak = 0;
  const sizes = new WeakMap<GPUBuffer, number>();
  const methods = {
    createBuffer: Reflect.get<GPUDevice, 'createBuffer'>(device.prototype, 'createBuffer'),
    destroy: Reflect.get<GPUBuffer, 'destroy'>(buffer.prototype, 'destroy'),
  };
  device.prototype.createBuffer = function (this: GPUDevice, descriptor: GPUBufferDescriptor) {
    const made = methods.createBuffer.call(this, descriptor);
    sizes.set(made, descriptor.size);
    alive += descriptor.size;
    peak = Math.max(peak, alive);
    return made;
  };
  buffer.prototype.destroy = function (this: GPUBuffer): undefined {
    alive -= sizes.get(this) ?? 0;
    sizes.delete(this);
    methods.destroy.call(this);
  };
  return () => peak;
}
