import { nameClass } from './class_name.js';

/** As `nameClass`, for the errors and their stacks, too. */
export function keepName(type: new (...args: never) => Error, name: string): void {
  nameClass(type, name);
  Object.defineProperty(type.prototype, 'name', {
    value: name,
    configurable: true,
    writable: true,
  });
}

/**
 * Base class of every error this library throws on purpose. `code` is stable and meant for
 * programs; the message names the value, the rule and the remedy and is meant for people.
 */
export class ClusteringError extends Error {
  static {
    keepName(this, 'ClusteringError');
  }
  /** Stable, machine-readable name of what went wrong. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** No WebGPU adapter could be had (no `navigator.gpu`, no driver, or the adapter was refused). */
export class NoAdapterError extends ClusteringError {
  static {
    keepName(this, 'NoAdapterError');
  }
  declare readonly name: 'NoAdapterError';

  constructor(message: string, options?: ErrorOptions) {
    super('no-adapter', message, options);
  }
}

/** The GPUDevice was lost while, or before, work was running on it. */
export class DeviceLostError extends ClusteringError {
  static {
    keepName(this, 'DeviceLostError');
  }
  declare readonly name: 'DeviceLostError';

  constructor(message: string, options?: ErrorOptions) {
    super('device-lost', message, options);
  }
}

/** The device refused an allocation. */
export class OutOfMemoryError extends ClusteringError {
  static {
    keepName(this, 'OutOfMemoryError');
  }
  declare readonly name: 'OutOfMemoryError';

  constructor(message: string, options?: ErrorOptions) {
    super('out-of-memory', message, options);
  }
}

/** The data, the parameters or what is required of a device exceed what it can do, even in chunks. */
export class DeviceLimitError extends ClusteringError {
  static {
    keepName(this, 'DeviceLimitError');
  }
  declare readonly name: 'DeviceLimitError';

  constructor(message: string, options?: ErrorOptions) {
    super('device-limit', message, options);
  }
}

/** A kernel did not compile or was bound wrongly, or the device reported a validation error. */
export class KernelError extends ClusteringError {
  static {
    keepName(this, 'KernelError');
  }
  declare readonly name: 'KernelError';

  constructor(message: string, options?: ErrorOptions) {
    super('kernel', message, options);
  }
}

/** An argument or an option breaks a rule; `argument` names it as the caller wrote it. */
export class InvalidArgumentError extends ClusteringError {
  static {
    keepName(this, 'InvalidArgumentError');
  }
  declare readonly name: 'InvalidArgumentError';
  readonly argument: string;

  constructor(argument: string, message: string, options?: ErrorOptions) {
    super('invalid-argument', message, options);
    this.argument = argument;
  }
}
