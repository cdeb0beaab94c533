/** K-means as a factorization, transforms and dictionaries. */
import type { Suite } from '../case.js';
import { deepCases } from './deep.js';
import { dictionaryCases } from './dictionary.js';
import { factorizationCases } from './factorization.js';
import { learningCases } from './learning.js';
import { subspaceCases } from './subspaces.js';
import { transformedCases } from './transformed.js';

export const transforms: Suite = {
  name: 'transforms and dictionaries',
  cases: [
...factorizationCases, ...learningCases, ...transformedCases, ...dictionaryCases, ...subspaceCases, ...deepCases],
};
