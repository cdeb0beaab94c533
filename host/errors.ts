/**
 * Base class of every error this library throws on purpose. `code` is stable and meant for
 * programs; the message names the value, the rule and the remedy and is meant for people.
 */
export class ClusteringError extends Error {
  /** Stable, machine-readable name of what went wrong. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    // Subclasses say their names themselves: a minified class is called something else.
    this.name = new.target.name;
  }
}

/** No WebGPU adapter could be had (no `navigator.gpu`, no driver, or the adapter was refused). */
export class NoAdapterError extends ClusteringError {
  override readonly name = 'NoAdapterError';

  constructor(message: string, options?: ErrorOptions) {
    super('no-adapter', message, options);
  }
}

/** The GPUDevice was lost while, or before, work was running on it. */
export class DeviceLostError extends ClusteringError {
  override readonly name = 'DeviceLostError';

  constructor(message: string, options?: ErrorOptions) {
    super('device-lost', message, options);
  }
}

/** The device refused an allocation. */
export class OutOfMemoryError extends ClusteringError {
  override readonly name = 'OutOfMemoryError';

  constructor(message: string, options?: ErrorOptions) {
    super('out-of-memory', message, options);
  }
}

/** The data or the parameters exceed what the device can hold even when split into chunks. */
export class DeviceLimitError extends ClusteringError {
  override readonly name = 'DeviceLimitError';

  constructor(message: string, options?: ErrorOptions) {
    super('device-limit', message, options);
  }
}

/** A kernel did not compile or was bound wrongly, or the device reported a validation error. */
export class KernelError extends ClusteringError {
  override readonly name = 'KernelError';

  constructor(message: string, options?: ErrorOptions) {
    super('kernel', message, options);
  }
}

/** An argument or an option breaks a rule; `argument` names it as the caller wrote it. */
export class InvalidArgumentError extends ClusteringError {
  override readonly name = 'InvalidArgumentError';
  readonly argument: string;

  constructor(argument: string, message: string, options?: ErrorOptions) {
    super('invalid-argument', message, options);
    this.argument = argument;
  }
}
