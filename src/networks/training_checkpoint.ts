/** Where the training of a network stands, for it to go on from later. */
import { nameClass } from '../../host/class_name.js';
import { show } from '../../host/show.js';
import { InvalidArgumentError } from '../errors.js';
import { JsonReader } from '../fit/json_reader.js';
import type { OptionRule } from '../fit/options.js';
import { bytesOf, toBase64 } from './base64.js';
import { damaged } from './damaged.js';
import type { Numbers } from './parameter_block.js';
import type { EpochLoss, TrainerState } from './trainer.js';

const MODEL = 'TrainingCheckpoint';
const FORMAT = 'webgpu-clustering/training-checkpoint';

/** 'layers': each layer by itself; 'pretrain': the autoencoder; 'cluster': with the clusters. */
export type Phase = 'layers' | 'pretrain' | 'cluster';
const PHASES: readonly Phase[] = ['layers', 'pretrain', 'cluster'];

/** What two trainings must have in common for one to go on where the other stood. */
export type Recipe = Readonly<Record<string, string | number | boolean>>;

const KINDS = { float32: Float32Array, float64: Float64Array, uint32: Uint32Array } as const;
type Kind = keyof typeof KINDS;

interface ArrayJson {
  readonly type: Kind;
  readonly base64: string;
}

/** A checkpoint as JSON. */
export interface TrainingCheckpointJson {
  readonly format: typeof FORMAT;
  readonly version: 1;
  readonly phase: Phase;
  /** Of each epoch of the phase the parts of the loss, then the loss. */
  readonly history: readonly (readonly number[])[];
  readonly recipe: Recipe;
  readonly arrays: Readonly<Record<string, ArrayJson>>;
}

export interface CheckpointState {
  readonly phase: Phase;
  readonly history: readonly EpochLoss[];
  readonly recipe: Recipe;
  readonly arrays: Readonly<Record<string, Numbers | undefined>>;
}

/** Weights, what the optimizer keeps of them, and the losses so far, after an epoch. Immutable. */
export class TrainingCheckpoint {
  static {
    nameClass(this, MODEL);
  }
  readonly phase: Phase;
  /** Of the phase, as many as are done. */
  readonly epoch: number;
  readonly #state: CheckpointState;

  /** @internal given to `onCheckpoint`, or by {@link TrainingCheckpoint.fromJSON} */
  constructor(state: CheckpointState) {
    this.#state = state;
    this.phase = state.phase;
    this.epoch = state.history.length;
    Object.freeze(this);
  }

  /** @internal */
  get state(): CheckpointState {
    return this.#state;
  }

  toJSON(): TrainingCheckpointJson {
    const { phase, history, recipe, arrays } = this.#state;
    return {
      ...{ format: FORMAT, version: 1, phase, recipe },
      history: history.map(({ loss, parts }) => [...parts, loss]),
      arrays: Object.fromEntries(
        Object.entries(arrays).flatMap(([name, values]) =>
          values ? [[name, { type: kindOf(values), base64: toBase64(values) }]] : [],
        ),
      ),
    };
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): TrainingCheckpoint {
    const reader = new JsonReader(MODEL, json);
    reader.is('format', FORMAT);
    reader.is('version', 1);
    const history = reader.part(
      'history',
      'rows of finite numbers',
      (value): value is number[][] =>
        Array.isArray(value) &&
        value.every((row) => Array.isArray(row) && row.length > 1 && row.every(Number.isFinite)),
    );
    const given = reader.part('arrays', 'an object of arrays', isRecord);
    const arrays = Object.entries(given).map(([name, array]): [string, Numbers] => {
      const values = numbersOf(array);
      if (values) return [name, values];
      throw new InvalidArgumentError(
        'json',
        `fromJSON: the array '${name}' is no ${Object.keys(KINDS).join(', ')} numbers in base64; give what ${MODEL}.toJSON() returned.`,
      );
    });
    return new TrainingCheckpoint({
      phase: reader.is('phase', ...PHASES),
      history: history.map((row) => ({ loss: row[row.length - 1], parts: row.slice(0, -1) })),
      recipe: reader.part('recipe', 'an object', isRecord) as Recipe,
      arrays: Object.fromEntries(arrays),
    });
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const kindOf = (values: Numbers): Kind =>
  values instanceof Float32Array
    ? 'float32'
    : values instanceof Float64Array
      ? 'float64'
      : 'uint32';

function numbersOf(array: unknown): Numbers | undefined {
  if (!isRecord(array) || typeof array.base64 !== 'string') return undefined;
  const type = Object.hasOwn(KINDS, String(array.type)) ? KINDS[array.type as Kind] : undefined;
  const bytes = type && bytesOf(array.base64);
  if (!bytes || bytes.length % type.BYTES_PER_ELEMENT > 0) return undefined;
  const values = new type(bytes.buffer);
  return values.every(Number.isFinite) ? values : undefined;
}

/** What `resume` must be. */
export const aCheckpoint: OptionRule = {
  rule: 'a TrainingCheckpoint, or what its toJSON() gave',
  holds: (value) => value instanceof TrainingCheckpoint || isRecord(value),
};

/**
 * One array of a checkpoint, of so many numbers.
 *
 * @throws InvalidArgumentError where there is none
 */
export function numbersIn({ arrays }: CheckpointState, name: string, length: number): Numbers {
  const values = arrays[name];
  if (values?.length === length) return values;
  throw damaged(name);
}

export const float32sIn = (...given: Parameters<typeof numbersIn>): Float32Array =>
  Float32Array.from(numbersIn(...given));

/** The arrays that a trainer goes on from, by their names in a checkpoint. */
export const trainerArrays = ({ blocks }: TrainerState): Record<string, Numbers> =>
  Object.fromEntries(
    blocks.flatMap((block, i) => block.map((values, j) => [`block ${i}.${j}`, values])),
  );

export function trainerState({ history, arrays }: CheckpointState): TrainerState {
  const blocks: TrainerState['blocks'][number][] = [];
  for (let i = 0; ; i++) {
    const [values, first, second] = [0, 1, 2].map((j) => arrays[`block ${i}.${j}`]);
    if (!values || !first || !second) break;
    blocks.push([values, first, second]);
  }
  return { history, blocks };
}

interface Asked {
  readonly onCheckpoint?: ((checkpoint: TrainingCheckpoint) => void) | undefined;
  readonly resume?: TrainingCheckpoint | TrainingCheckpointJson | undefined;
  readonly runtime?: unknown;
  readonly retries?: number | undefined;
}

/** The time that is spent on checkpoints nobody asked for is at most one part in so many. */
const SELDOM = 20;

/** The checkpoints of one call: the one to go on from, and those that it makes. */
export class Checkpoints {
  readonly #recipe: Recipe;
  readonly #tell: Asked['onCheckpoint'];
  /** Whether one is of use where nobody asks: to go on from on a fresh device. */
  readonly #mayLose: boolean;
  #latest: CheckpointState | undefined;
  #made = Number.NEGATIVE_INFINITY;
  #took = 0;

  /** @throws InvalidArgumentError where `resume` is not of this recipe */
  constructor(recipe: Recipe, { onCheckpoint, resume, runtime, retries }: Asked) {
    this.#recipe = recipe;
    this.#tell = onCheckpoint;
    this.#mayLose = runtime !== 'cpu' && (retries ?? (runtime ? 0 : 1)) > 0;
    if (!resume) return;
    const { state } =
      resume instanceof TrainingCheckpoint ? resume : TrainingCheckpoint.fromJSON(resume);
    for (const [name, wanted] of Object.entries(recipe)) {
      if (state.recipe[name] === wanted) continue;
      throw new InvalidArgumentError(
        'resume',
        `resume is a checkpoint of training whose ${name} is ${show(state.recipe[name])}, and here it is ` +
          `${show(wanted)}; give the points and options that it was made with.`,
      );
    }
    this.#latest = state;
  }

  /** What to go on from, if anything. */
  get latest(): CheckpointState | undefined {
    return this.#latest;
  }

  /** After an epoch of a phase: makes a checkpoint where one is of use. */
  async keep(make: () => Promise<Omit<CheckpointState, 'recipe'>>): Promise<void> {
    const before = performance.now();
    const isDue = this.#mayLose && before - this.#made > SELDOM * this.#took;
    if (!this.#tell && !isDue) return;
    this.#latest = { ...(await make()), recipe: this.#recipe };
    this.#made = performance.now();
    this.#took = this.#made - before;
    this.#tell?.(new TrainingCheckpoint(this.#latest));
  }
}

/** A number that hardly two lists of numbers share (FNV-1a). */
export function digestOf(values: Float32Array): number {
  let hash = 0x811c9dc5;
  for (const word of new Uint32Array(values.buffer, values.byteOffset, values.length)) {
    hash = Math.imul(hash ^ word, 0x01000193);
  }
  return hash >>> 0;
}

/** Tells each epoch once, though training that lost its device may come by again. */
export function toldOnce<T extends { readonly phase: Phase; readonly epoch: number }>(
  tell: ((progress: T) => void) | undefined,
): ((progress: T) => void) | undefined {
  const last: Record<Phase, number> = { layers: 0, pretrain: 0, cluster: 0 };
  return (
    tell &&
    ((progress) => {
      if (progress.epoch <= last[progress.phase]) return;
      last[progress.phase] = progress.epoch;
      tell(progress);
    })
  );
}
