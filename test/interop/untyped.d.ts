/** Of three, whose types are a package of their own, what the page uses. */
declare module 'three/webgpu' {
  export class BufferAttribute {
    constructor(array: Float32Array | Uint32Array, itemSize: number);
    readonly count: number;
    readonly itemSize: number;
    readonly array: ArrayLike<number>;
  }
  export class BufferGeometry {
    setAttribute(name: string, attribute: BufferAttribute): this;
  }
  export class OrthographicCamera {
    constructor(
      left: number,
      right: number,
      top: number,
      bottom: number,
      near: number,
      far: number,
    );
    readonly isOrthographicCamera: true;
  }
  export class PointsNodeMaterial {
    colorNode: unknown;
  }
  export class Points {
    constructor(geometry: BufferGeometry, material: PointsNodeMaterial);
    frustumCulled: boolean;
  }
  export class RenderTarget {
    constructor(width: number, height: number);
    readonly isRenderTarget: true;
  }
  export class Scene {
    add(points: Points): this;
  }
  export class WebGPURenderer {
    constructor(options: { device: GPUDevice; canvas: HTMLCanvasElement });
    readonly backend: object;
    init(): Promise<unknown>;
    setRenderTarget(target: RenderTarget): void;
    render(scene: Scene, camera: OrthographicCamera): void;
    readRenderTargetPixelsAsync(
      target: RenderTarget,
      x: number,
      y: number,
      width: number,
      height: number,
    ): Promise<Uint8Array>;
  }
}

declare module 'three/tsl' {
  export function attribute(name: string, type: string): unknown;
  export function float(value: unknown): unknown;
  export function vec4(...values: unknown[]): unknown;
}
