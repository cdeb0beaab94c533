import { InvalidArgumentError } from '../errors.js';

/** Of a checkpoint that says it fits, and does not. */
export const damaged = (what: string): InvalidArgumentError =>
  new InvalidArgumentError(
    'resume',
    `the ${what} in resume are none of this network; give a checkpoint as it was made.`,
  );
