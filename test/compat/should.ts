/** As much of the assertions of `should`, which is not installed, as the peers' suites use. */
import { expect } from 'vitest';

class Assertion {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  get be(): this {
    return this;
  }

  get have(): this {
    return this;
  }

  get true(): this {
    expect(this.#value).toBe(true);
    return this;
  }

  eql = (expected: unknown): void => {
    expect(this.#value).toEqual(expected);
  };

  equal = (expected: unknown): void => {
    expect(this.#value).toBe(expected);
  };

  lengthOf = (count: number): void => {
    expect(this.#value).toHaveLength(count);
  };

  length = this.lengthOf;

  within = (least: number, most: number): void => {
    this.aboveOrEqual(least);
    this.belowOrEqual(most);
  };

  aboveOrEqual = (least: number): void => {
    expect(this.#value).toBeGreaterThanOrEqual(least);
  };

  belowOrEqual = (most: number): void => {
    expect(this.#value).toBeLessThanOrEqual(most);
  };

  greaterThan = (least: number): void => {
    expect(this.#value).toBeGreaterThan(least);
  };

  throw = (message: string): void => {
    expect(this.#value).toThrow(message);
  };
}

Object.defineProperty(Object.prototype, 'should', {
  configurable: true,
  get(this: unknown) {
    return new Assertion(Object(this) === this ? unboxed(this) : this);
  },
  // As any property that is assigned to.
  set(this: object, value: unknown) {
    Object.defineProperty(this, 'should', { value, configurable: true, writable: true });
  },
});

const unboxed = (value: unknown): unknown =>
  value instanceof Number || value instanceof String || value instanceof Boolean
    ? value.valueOf()
    : value;

export const should = {
  exist: (value: unknown): void => {
    expect(value ?? undefined).toBeDefined();
  },
  not: {
    exist: (value: unknown): void => {
      expect(value ?? undefined).toBeUndefined();
    },
  },
};
