/** Settings that shrink while a map learns. */
import { show } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';

/**
 * A constant, [at the start, at the end] with a straight line between, or a function of the progress, from 0
 * at the first step to 1 at the last. It may not grow.
 */
export type Schedule =
  number | readonly [from: number, to: number] | ((progress: number) => number);

/** Places at which a function is looked at before the work begins. */
const LOOKS = 100;

/**
 * The value at each progress from 0 to 1, asked for in ascending order.
 *
 * @param name the option's, for messages
 * @param most the largest value allowed
 * @throws InvalidArgumentError where a value is no number from 0 to `most`, or larger than one before it; so
 *   does what is returned
 */
export function follow(
  name: string,
  schedule: Schedule,
  most = Number.MAX_VALUE,
): (progress: number) => number {
  const checked = () => descending(name, valueOf(name, schedule), most);
  const early = checked();
  for (let look = 0; look <= LOOKS; look++) early(look / LOOKS);
  return checked();
}

function valueOf(name: string, schedule: unknown): (progress: number) => unknown {
  if (typeof schedule === 'function') return schedule as (progress: number) => unknown;
  if (typeof schedule === 'number') return () => schedule;
  if (Array.isArray(schedule) && schedule.length === 2) {
    const [from, to] = schedule as [unknown, unknown];
    return (progress) => {
      // What is no number is refused as it stands.
      if (progress === 0 || typeof from !== 'number') return from;
      if (progress === 1 || typeof to !== 'number') return to;
      return from + (to - from) * progress;
    };
  }
  throw new InvalidArgumentError(
    name,
    `selfOrganizingMap: ${name} is ${show(schedule)}; give a number, [from, to], or a function of the progress from 0 to 1.`,
  );
}

function descending(
  name: string,
  value: (progress: number) => unknown,
  most: number,
): (progress: number) => number {
  let before: { readonly progress: number; readonly value: number } | undefined;
  const range = most === Number.MAX_VALUE ? 'a finite number >= 0' : `a number from 0 to ${most}`;
  return (progress) => {
    const now = value(progress);
    if (!(typeof now === 'number' && now >= 0 && now <= most)) {
      throw new InvalidArgumentError(
        name,
        `selfOrganizingMap: ${name} is ${show(now)} at progress ${progress}; it must be ${range}.`,
      );
    }
    if (before && now > before.value) {
      throw new InvalidArgumentError(
        name,
        `selfOrganizingMap: ${name} grows, from ${before.value} at progress ${before.progress} to ${now} at ${progress}; ` +
          `a map settles only while it shrinks or stays: give it in descending order.`,
      );
    }
    before = { progress, value: now };
    return now;
  };
}
