/** What `gapStatistic` returns. */
import { nameClass } from '../../../host/class_name.js';
import { as, float64s, modelRecord, number, size, text, word } from '../../fit/model_record.js';
import { type GapReference, REFERENCES } from './options.js';
import { GAP_RULES, type GapRule, maxSE } from './max_se.js';

export interface GapState {
  readonly kMax: number;
  readonly references: number;
  readonly reference: GapReference;
  readonly power: number;
  readonly rule: GapRule;
  readonly seFactor: number;
  readonly gaps: Float64Array;
  readonly standardErrors: Float64Array;
  readonly logW: Float64Array;
  readonly expectedLogW: Float64Array;
  readonly engine: string;
}

const curve = float64s(as('kMax'));
const RECORD = modelRecord('webgpu-clustering/gap-statistic', 'GapStatistic', {
  kMax: size,
  references: size,
  reference: word(...REFERENCES),
  power: number,
  rule: word(...GAP_RULES),
  seFactor: number,
  gaps: curve,
  standardErrors: curve,
  logW: curve,
  expectedLogW: curve,
  engine: text,
});

/** The gap statistic of 1, 2 ... kMax clusters: entry k - 1 of each array is that of k. Immutable. */
export class GapStatistic {
  static {
    nameClass(this, 'GapStatistic');
  }
  /** The number of clusters that `rule` chooses. */
  readonly k: number;
  readonly kMax: number;
  /** expectedLogW - logW, [kMax]: how much tighter the points' clusters are than those of no structure. */
  readonly gaps: Float64Array;
  /** s_k = sd sqrt(1 + 1 / B), sd the standard deviation of the B references' log W, [kMax]; 0 for B = 1. */
  readonly standardErrors: Float64Array;
  /** log W_k of the points, [kMax]; W_k is half the inertia, as in R's `clusGap` with d.power 2. */
  readonly logW: Float64Array;
  /** The mean over the reference sets of their log W_k, [kMax]. */
  readonly expectedLogW: Float64Array;
  readonly references: number;
  readonly reference: GapReference;
  readonly power: number;
  readonly rule: GapRule;
  readonly seFactor: number;
  /** What ran K-means: the adapter, or 'cpu'; 'a function' where one was given. */
  readonly engine: string;

  constructor(state: GapState) {
    this.k = maxSE(state.gaps, state.standardErrors, state.rule, state.seFactor);
    this.kMax = state.kMax;
    this.gaps = state.gaps;
    this.standardErrors = state.standardErrors;
    this.logW = state.logW;
    this.expectedLogW = state.expectedLogW;
    this.references = state.references;
    this.reference = state.reference;
    this.power = state.power;
    this.rule = state.rule;
    this.seFactor = state.seFactor;
    this.engine = state.engine;
    Object.freeze(this);
  }

  /** Everything, as plain JSON: `GapStatistic.fromJSON(JSON.parse(JSON.stringify(result)))`. */
  toJSON() {
    return { ...RECORD.toJSON(this), k: this.k };
  }

  /**
   * A result from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): GapStatistic {
    return new GapStatistic(RECORD.fromJSON(json));
  }
}
