/** The report of a subspace clustering. */
import { sparsity, type SubspaceClusteringModel } from '../../../index.js';
import { formatCount, formatNumber } from '../../../cli/format.js';
import {
  type Fact,
  renderPage,
  type ReportHead,
  scatterSection,
} from '../../../cli/write/report_page.js';
import type { ScatterData } from '../../../cli/write/scatter.js';
import { sizesSection } from '../../kmeans/cli/report.js';
import {
  countsOf,
  eigenvaluesSection,
  pictureSection,
} from '../../spectral_clustering/cli/report.js';

/** The report as a self-contained HTML document. Every string given is shown as text. */
export function renderSubspaceReport(
  head: ReportHead,
  model: SubspaceClusteringModel,
  scatter: ScatterData | undefined,
): string {
  const { k, labels, coefficients, affinity, iterations, converged } = model;
  const facts: Fact[] = [
    ['Clusters', formatCount(k)],
    ['Coefficients per row', formatNumber(sparsity(coefficients))],
  ];
  if (iterations > 1) {
    facts.push(['Iterations', `${iterations}${converged ? '' : ', not converged'}`]);
  }
  return renderPage(head, facts, [
    eigenvaluesSection(model.eigenvalues),
    sizesSection('Cluster sizes', 'cluster', countsOf(model)),
    scatter && scatterSection('The clusters', scatter, head.n),
    pictureSection('By which rows each row is expressed', coefficients, labels),
    pictureSection('Affinities', affinity, labels),
  ]);
}
