/** As much of a GPUDevice as the host's bookkeeping needs, and control over what it reports. */
import { vi } from 'vitest';

type Scope = GPUErrorFilter;

export class FakeDevice {
  adapterInfo: object | undefined = {
    vendor: 'fake',
    architecture: '',
    device: '',
    description: '',
  };
  readonly features = new Set<string>();
  readonly limits = {
    maxBufferSize: 1 << 20,
    maxStorageBufferBindingSize: 1 << 20,
    maxComputeWorkgroupsPerDimension: 65535,
  };
  readonly buffers: { label: string; size: number; destroyed: boolean }[] = [];
  readonly lost: Promise<GPUDeviceLostInfo>;
  readonly destroy = vi.fn(() => {
    this.lose('destroyed');
  });
  readonly addEventListener = vi.fn();
  readonly removeEventListener = vi.fn();
  /** The next scope of this kind to be popped reports an error. */
  failing: Scope | undefined;
  readonly #scopes: Scope[] = [];
  #resolveLost: (info: GPUDeviceLostInfo) => void = () => undefined;

  constructor() {
    this.lost = new Promise((resolve) => {
      this.#resolveLost = resolve;
    });
  }

  lose(reason: GPUDeviceLostReason): void {
    this.#resolveLost({ __brand: 'GPUDeviceLostInfo', reason, message: 'as the test wanted' });
  }

  createBuffer({ label = '', size, usage }: GPUBufferDescriptor): GPUBuffer {
    const buffer = {
      label,
      size,
      usage,
      destroyed: false,
      destroy: () => {
        buffer.destroyed = true;
      },
    };
    this.buffers.push(buffer);
    return buffer as unknown as GPUBuffer;
  }

  pushErrorScope(filter: Scope): void {
    this.#scopes.push(filter);
  }

  popErrorScope(): Promise<{ message: string } | null> {
    const scope = this.#scopes.pop();
    if (scope === undefined || scope !== this.failing) return Promise.resolve(null);
    this.failing = undefined;
    return Promise.resolve({ message: `the device says ${scope}` });
  }
}

export const asDevice = (fake: FakeDevice) => fake as unknown as GPUDevice;

/** As much of a GPUAdapter. */
export interface FakeAdapter {
  readonly features: Set<string>;
  readonly limits: Record<string, number>;
  readonly info: object | undefined;
  readonly requestDevice: (asked?: GPUDeviceDescriptor) => Promise<FakeDevice | undefined>;
}

/** A GPU object that gives these devices, one after the other. */
export function fakeGpu(devices: readonly FakeDevice[], info?: object): GPU {
  const left = [...devices];
  const { features, limits } = new FakeDevice();
  const requestDevice = vi.fn(() => Promise.resolve(left.shift()));
  const adapter: FakeAdapter = { features, limits, info, requestDevice };
  return {
    requestAdapter: () => Promise.resolve(left.length > 0 ? adapter : null),
  } as unknown as GPU;
}
