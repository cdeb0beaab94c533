/** What the commands of clusters by density do with what they found. */
import { plural } from '../../../errors.js';
import { formatCount, formatSeconds } from '../../../cli/format.js';
import { finishJob, headOf, type Job, type Timed } from '../../../cli/job.js';
import type { SharedOptions } from '../../../cli/options.js';
import { choosePlane, placeRows, sampleOf } from '../../../cli/plane.js';
import type { ColumnGroup } from '../../../cli/write/rows.js';
import { renderPage, scatterSection } from '../../../cli/write/report_page.js';
import { sizesSection } from '../../kmeans/cli/report.js';

/** Labels from 0; -1 is noise. */
interface Found {
  readonly labels: Int32Array;
  readonly k: number;
}

/** How a command tells of its method. */
interface Telling {
  readonly title: string;
  /** As the user gave them, by option name. */
  readonly options: Readonly<Record<string, string | number>>;
  /** What else goes to --out. */
  readonly columns?: readonly ColumnGroup[];
}

/** Prints, and writes the files that were asked for. */
export async function finishDensityJob(
  job: Job,
  options: SharedOptions,
  { model, milliseconds }: Timed<Found>,
  { title, options: told, columns = [] }: Telling,
): Promise<void> {
  const { labels, k } = model;
  const { say, where } = job;
  const counts = new Array<number>(k).fill(0);
  for (const label of labels) if (label >= 0) counts[label]++;
  const noise = labels.length - counts.reduce((sum, count) => sum + count, 0);
  say(`${formatCount(k)} ${plural(k, 'cluster')}, ${formatCount(noise)} rows of noise`);
  say(`cluster sizes: ${counts.join(' ')}`);
  say(`time: ${formatSeconds(milliseconds)}`);
  const adapter = where.runtime === 'cpu' ? 'cpu' : (where.runtime?.info.description ?? 'WebGPU');
  const report = async () => {
    const sample = sampleOf(job);
    const plane = await choosePlane(job, sample);
    return renderPage(
      headOf(title, job, adapter, milliseconds, {
        ...told,
        standardize: options.standardize ?? false,
      }),
      [
        ['Clusters', formatCount(k)],
        ['Noise', formatCount(noise)],
      ],
      [
        sizesSection('Cluster sizes', 'cluster', counts),
        plane &&
          scatterSection(
            'The clusters',
            {
              xName: plane.names[0],
              yName: plane.names[1],
              note: plane.note,
              ...placeRows(plane, sample.points.data),
              labels: Uint32Array.from(sample.rows, (row) =>
                labels[row] === -1 ? k : labels[row],
              ),
              kind: 'cluster',
              groups: [...counts.map((_, c) => String(c)), 'noise'],
            },
            labels.length,
          ),
      ],
    );
  };
  await finishJob(job, options, {
    out: () => [{ key: 'labels', names: ['label'], data: labels }, ...columns],
    model: inJson(model),
    report,
    json: () => ({ milliseconds, k, noise, counts }),
  });
}

/** Typed arrays as arrays. */
function inJson(found: Found): object {
  const entries = Object.entries(found) as [string, unknown][];
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value,
    ]),
  );
}
