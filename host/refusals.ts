/** What is said where WebGPU refuses; loaded when it does. */
import { KernelError, NoAdapterError } from './errors.js';

/** That there is no adapter, or no device of it. */
export function noDevice(
  what: 'adapter' | 'device',
  why: string,
  options?: ErrorOptions,
): NoAdapterError {
  return new NoAdapterError(
    `WebGPU is here but gives no ${what} (${why}): no graphics driver was found, or it is blocked. ` +
      'In a browser look at its page about the GPU (chrome://gpu) and update it or the driver; ' +
      'in Node on Linux install a Vulkan driver (Mesa), or name one in VK_ICD_FILENAMES.',
    options,
  );
}

/** That there is no `navigator.gpu`, nor anything in its place. */
export function noWebGpu(): NoAdapterError {
  return new NoAdapterError(
    'This environment has no WebGPU (navigator.gpu is missing). Pages need HTTPS or localhost and a browser with WebGPU enabled.',
  );
}

/** That Node has taken what was built for pages. */
export function noDawn(): NoAdapterError {
  return new NoAdapterError(
    `This is the build of webgpu-clustering for pages, which loads no Dawn in Node; import it without the condition 'browser'.`,
  );
}

/** That nothing came of the iterations after so many. */
export function nothingDone(iterations: number): KernelError {
  return new KernelError(
    `The device did nothing after iteration ${iterations}, most likely because it ran out of memory; ` +
      `free memory, use fewer rows, or set runtime to 'cpu'.`,
  );
}

/** That only so many of the rows were labelled. */
export function labelsMissing(labelled: number, rows: number): KernelError {
  return new KernelError(
    `The device returned labels for ${labelled} of ${rows} rows, most likely because it ran out of memory; ` +
      `free memory, use fewer rows, or set runtime to 'cpu'.`,
  );
}

/** What a compiler found wrong, with the lines where it did. */
export function compilationFailed(
  label: string,
  code: string,
  errors: readonly GPUCompilationMessage[],
): KernelError {
  const lines = code.split('\n');
  return new KernelError(
    errors
      .map(
        ({ lineNum, linePos, message }) =>
          `kernel '${label}', line ${lineNum}, column ${linePos}: ${message}\n  ${lines[lineNum - 1] ?? ''}`,
      )
      .join('\n'),
  );
}
