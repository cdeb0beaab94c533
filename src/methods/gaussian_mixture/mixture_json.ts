/** Mixtures as plain JSON, and back from JSON that nobody vouches for. */
import { InvalidArgumentError } from '../../errors.js';
import type { CovarianceType } from '../../ops/mixtures/scorer.js';
import { jsonObject } from '../../fit/json_reader.js';
import { covarianceShape } from './mixture_arrays.js';
import type { MixtureState } from './mixture_model.js';

/** What both kinds of mixture write. */
export interface MixtureJson<Format extends string> {
  readonly format: Format;
  readonly version: 1;
  readonly covarianceType: CovarianceType;
  readonly shape: readonly [k: number, columns: number];
  readonly shift: readonly number[];
  readonly scale: readonly number[];
  readonly weights: readonly number[];
  /** Less the shift. */
  readonly means: readonly number[];
  readonly covariances: readonly number[];
  readonly precisionsCholesky: readonly number[];
  readonly labels: readonly number[];
  readonly logLikelihood: number;
  readonly history: readonly number[];
  readonly converged: boolean;
  readonly engine: string;
}

export function mixtureToJson<Format extends string>(
  format: Format,
  state: MixtureState,
): MixtureJson<Format> {
  const { parameters } = state;
  return {
    format,
    version: 1,
    covarianceType: state.covarianceType,
    shape: [parameters.weights.length, state.shift.length],
    shift: [...state.shift],
    scale: [...state.scale],
    weights: [...parameters.weights],
    means: [...parameters.means],
    covariances: [...parameters.covariances],
    precisionsCholesky: [...parameters.factors],
    labels: [...state.labels],
    logLikelihood: state.logLikelihood,
    history: [...state.history],
    converged: state.converged,
    engine: state.engine,
  };
}

/** Reads one part of the JSON, held to a rule. */
export interface JsonParts {
  value(name: string, holds: (value: unknown) => boolean, rule: string): unknown;
  /** Finite numbers; exactly so many, where a length is given. */
  numbers(name: string, length?: number): Float64Array;
}

const TYPES: readonly CovarianceType[] = ['full', 'tied', 'diag', 'spherical', 'fixed'];

/** @throws InvalidArgumentError naming the part that is missing or wrong */
export function mixtureFromJson(
  json: unknown,
  format: string,
): { readonly state: MixtureState; readonly parts: JsonParts } {
  const parts = readParts(json, format);
  parts.value('format', (value) => value === format, `'${format}'`);
  parts.value('version', (value) => value === 1, '1');
  const covarianceType = parts.value(
    'covarianceType',
    (value) => TYPES.includes(value as CovarianceType),
    TYPES.join(', '),
  ) as CovarianceType;
  const isSize = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
  const [k, d] = parts.value(
    'shape',
    (value) => Array.isArray(value) && value.length === 2 && value.every(isSize),
    '[k, columns]',
  ) as [number, number];
  const size = covarianceShape(covarianceType, k, d).reduce((product, side) => product * side, 1);
  const isLabel = (value: unknown) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < k;
  const state: MixtureState = {
    covarianceType,
    shift: parts.numbers('shift', d),
    scale: parts.numbers('scale', d),
    parameters: {
      weights: parts.numbers('weights', k),
      means: parts.numbers('means', k * d),
      covariances: parts.numbers('covariances', size),
      factors: parts.numbers('precisionsCholesky', size),
    },
    labels: Uint32Array.from(
      parts.value(
        'labels',
        (value) => Array.isArray(value) && value.every(isLabel),
        `whole numbers from 0 to ${k - 1}`,
      ) as number[],
    ),
    logLikelihood: parts.value('logLikelihood', Number.isFinite, 'a number') as number,
    history: parts.numbers('history'),
    converged: parts.value(
      'converged',
      (value) => typeof value === 'boolean',
      'true or false',
    ) as boolean,
    engine: parts.value('engine', (value) => typeof value === 'string', 'a string') as string,
  };
  return { state, parts };
}

function readParts(json: unknown, format: string): JsonParts {
  const given = jsonObject('model', json);
  const parts: JsonParts = {
    value(name, holds, rule) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (holds(value)) return value;
      throw new InvalidArgumentError(
        'json',
        `fromJSON: '${name}' must be ${rule}; give what the toJSON() of '${format}' returned.`,
      );
    },
    numbers(name, length) {
      const holds = (value: unknown) =>
        Array.isArray(value) &&
        value.every((entry) => Number.isFinite(entry)) &&
        (length === undefined ? value.length > 0 : value.length === length);
      const rule = length === undefined ? 'finite numbers' : `${length} finite numbers`;
      return Float64Array.from(parts.value(name, holds, rule) as number[]);
    },
  };
  return parts;
}
