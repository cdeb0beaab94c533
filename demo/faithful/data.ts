/** The eruptions as points. */

export interface Eruptions {
  readonly names: readonly string[];
  /** n x 2 in the file's units. */
  readonly minutes: Float64Array;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** n x 2 with mean 0 and deviation 1, as the library takes it. */
  readonly points: { readonly data: Float32Array; readonly shape: readonly [number, number] };
}

/** Two columns of numbers under their names. */
export function readEruptions(csv: string): Eruptions {
  const [head, ...lines] = csv.trim().split('\n');
  const minutes = Float64Array.from(lines.flatMap((line) => line.split(',').map(Number)));
  const n = lines.length;
  const columns = [0, 1].map((j) => minutes.filter((_, at) => at % 2 === j));
  const mean = columns.map((values) => values.reduce((sum, value) => sum + value, 0) / n);
  const deviation = columns.map((values, j) =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - mean[j]) ** 2, 0) / n),
  );
  const data = Float32Array.from(
    minutes,
    (value, at) => (value - mean[at % 2]) / deviation[at % 2],
  );
  return { names: head.split(','), minutes, mean, deviation, points: { data, shape: [n, 2] } };
}
