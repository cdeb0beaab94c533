/** A list of dispatches, recorded once and submitted as often as wanted. */
import { KernelError } from './errors.js';
import {
  type BufferBinding,
  checkBindings,
  type KernelBindings,
  type UniformValues,
  writeUniform,
} from './kernel.js';
import { foldGrid } from './plan.js';
import type { Kernel, Runtime } from './runtime.js';

/** Offsets of uniform bindings: the default of every device. */
const UNIFORM_ALIGNMENT = 256;

type Command =
  | {
      readonly type: 'dispatch';
      readonly kernel: Kernel;
      readonly bindings: KernelBindings;
      /** Their number, or the buffer that begins with it in three dimensions. */
      readonly workgroups: number | GPUBuffer;
    }
  | {
      readonly type: 'copy';
      readonly source: GPUBuffer;
      readonly sourceOffset: number;
      readonly target: GPUBuffer;
      readonly targetOffset: number;
      readonly bytes: number;
    }
  | { readonly type: 'clear'; readonly buffer: GPUBuffer };

interface Prepared {
  readonly command: Command;
  readonly group: GPUBindGroup | undefined;
}

/** A run of commands, and what the host does before they may be sent. */
interface Part {
  readonly before: (() => Promise<void>) | undefined;
  readonly commands: Command[];
}

/** What a recording is made for: the workspace that owns its buffers and sends it off. */
interface Owner {
  readonly runtime: Runtime;
  /** A buffer for a recording's uniforms. */
  uniformBuffer(label: string, bytes: number): GPUBuffer;
  release(...buffers: GPUBuffer[]): void;
  submit(recordings: readonly Recording[]): void;
}

/**
 * Named kernels over named buffers, in order. Each dispatch sees what those before it wrote.
 * Nothing reaches the device before `submit`.
 */
export class Recording {
  readonly #owner: Owner;
  readonly #label: string;
  readonly #parts: Part[] = [{ before: undefined, commands: [] }];
  #prepared: Prepared[][] | undefined;
  #uniforms: GPUBuffer | undefined;
  #workgroups = 0;

  constructor(owner: Owner, label: string) {
    this.#owner = owner;
    this.#label = label;
  }

  /** Runs `workgroups` workgroups of a kernel, folded to two dimensions where there are too many. */
  dispatch(kernel: Kernel, bindings: KernelBindings, workgroups: number): this {
    checkBindings(kernel.source, bindings);
    if (workgroups > 0) this.#add({ type: 'dispatch', kernel, bindings, workgroups });
    this.#workgroups += workgroups;
    return this;
  }

  /** Of all dispatches whose number is known. */
  get workgroups(): number {
    return this.#workgroups;
  }

  /** Runs as many workgroups of a kernel as the first three u32 of a buffer say by then. */
  dispatchIndirect(kernel: Kernel, bindings: KernelBindings, workgroups: GPUBuffer): this {
    checkBindings(kernel.source, bindings);
    return this.#add({ type: 'dispatch', kernel, bindings, workgroups });
  }

  copy(
    source: GPUBuffer,
    sourceOffset: number,
    target: GPUBuffer,
    targetOffset: number,
    bytes: number,
  ): this {
    return this.#add({ type: 'copy', source, sourceOffset, target, targetOffset, bytes });
  }

  /** Sets a buffer to zero. */
  clear(buffer: GPUBuffer): this {
    return this.#add({ type: 'clear', buffer });
  }

  /**
   * Each time the recording is submitted, what follows is sent only once `work` of the host is done.
   * Such a recording is for `Workspace.submitInParts`.
   */
  hostStep(work: () => Promise<void>): this {
    this.#refuseGrowth();
    this.#parts.push({ before: work, commands: [] });
    return this;
  }

  /** What the host does before each part of the recording; the first has nothing to wait for. */
  get hostSteps(): readonly ((() => Promise<void>) | undefined)[] {
    return this.#parts.map(({ before }) => before);
  }

  #add(command: Command): this {
    this.#refuseGrowth();
    this.#parts[this.#parts.length - 1].commands.push(command);
    return this;
  }

  #refuseGrowth(): void {
    if (this.#prepared) {
      throw new KernelError(`${this.#label}: a recording cannot grow once it was submitted.`);
    }
  }

  /** Sends the work to the device. Errors come out of the workspace's promises. */
  submit(): void {
    this.#owner.submit([this]);
  }

  /**
   * Adds a part of the work to command encoders.
   *
   * @param open the encoder of the next command; calls what it is given before it leaves another one
   */
  encode(open: (leave: () => void) => GPUCommandEncoder, part: number): void {
    const { profiler, limits } = this.#owner.runtime;
    const maxPerDimension = limits.maxComputeWorkgroupsPerDimension;
    this.#prepared ??= this.#prepare();
    let pass: GPUComputePassEncoder | undefined;
    const leave = () => {
      pass?.end();
      pass = undefined;
    };
    for (const { command, group } of this.#prepared[part]) {
      const encoder = open(leave);
      if (command.type === 'dispatch') {
        const timestampWrites = profiler?.next(command.kernel.source.name);
        if (timestampWrites) pass?.end();
        if (timestampWrites) pass = encoder.beginComputePass({ timestampWrites });
        pass ??= encoder.beginComputePass({ label: this.#label });
        pass.setPipeline(command.kernel.pipeline);
        pass.setBindGroup(0, group!);
        const { workgroups } = command;
        if (typeof workgroups === 'number') {
          pass.dispatchWorkgroups(...foldGrid(workgroups, maxPerDimension));
        } else pass.dispatchWorkgroupsIndirect(workgroups, 0);
        continue;
      }
      leave();
      if (command.type === 'clear') encoder.clearBuffer(command.buffer);
      else {
        const { source, sourceOffset, target, targetOffset, bytes } = command;
        encoder.copyBufferToBuffer(source, sourceOffset, target, targetOffset, bytes);
      }
    }
    leave();
  }

  /** Gives back what the recording holds, for one that will not be submitted again. */
  release(): void {
    if (this.#uniforms) this.#owner.release(this.#uniforms);
    this.#uniforms = undefined;
    this.#prepared = undefined;
  }

  /** Lays all uniforms into one buffer and makes the bind groups. */
  #prepare(): Prepared[][] {
    const { device } = this.#owner.runtime;
    const commands = this.#parts.flatMap((part) => part.commands);
    const slots = commands.flatMap((command) =>
      command.type === 'dispatch'
        ? command.kernel.source.bindings
            .filter((binding) => binding.type === 'uniform')
            .map((binding) => ({ command, binding }))
        : [],
    );
    const bytes = slots.reduce(
      (sum, { binding }) => sum + Math.ceil(binding.size / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT,
      0,
    );
    const uniforms =
      bytes > 0 ? this.#owner.uniformBuffer(`${this.#label}: uniforms`, bytes) : undefined;
    this.#uniforms = uniforms;
    const contents = new DataView(new ArrayBuffer(bytes));
    let offset = 0;
    const prepare = (command: Command): Prepared => {
      if (command.type !== 'dispatch') return { command, group: undefined };
      const { source, layout } = command.kernel;
      const entries = source.bindings.map((binding): GPUBindGroupEntry => {
        const value = command.bindings[binding.name];
        if (binding.type !== 'uniform') {
          return {
            binding: binding.binding,
            resource: resourceOf(source.name, binding.name, value),
          };
        }
        const values = value as UniformValues;
        writeUniform(source, binding.fields, values, contents, offset);
        const resource = { buffer: uniforms!, offset, size: binding.size };
        offset += Math.ceil(binding.size / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
        return { binding: binding.binding, resource };
      });
      return { command, group: device.createBindGroup({ label: source.name, layout, entries }) };
    };
    const prepared = this.#parts.map((part) => part.commands.map(prepare));
    if (uniforms) device.queue.writeBuffer(uniforms, 0, contents.buffer);
    return prepared;
  }
}

function resourceOf(
  kernel: string,
  name: string,
  value: BufferBinding | UniformValues,
): GPUBufferBinding {
  if (isBuffer(value)) return { buffer: value };
  if ('buffer' in value && isBuffer(value.buffer)) return value as GPUBufferBinding;
  throw new KernelError(`kernel '${kernel}': '${name}' is a storage binding; give it a GPUBuffer.`);
}

function isBuffer(value: unknown): value is GPUBuffer {
  return typeof value === 'object' && value !== null && 'mapState' in value;
}
