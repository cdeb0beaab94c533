/** Prints what took longest in a report of vitest: files, and the ten slowest tests. usage: slowest.mjs REPORT */
import console from 'node:console';
import { readFileSync } from 'node:fs';
import process from 'node:process';

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const print = (title, timed, most) => {
  console.log(`== ${title}`);
  for (const [milliseconds, name] of timed.sort(([a], [b]) => b - a).slice(0, most)) {
    console.log(`${(milliseconds / 1000).toFixed(1).padStart(7)} s  ${name}`);
  }
};
const files = testResults.map(({ name, assertionResults }) => [
  assertionResults.reduce((sum, { duration }) => sum + (duration ?? 0), 0),
  name.slice(name.lastIndexOf('/test/') + 1),
]);
const tests = testResults.flatMap(({ assertionResults }) =>
  assertionResults.map(({ duration, fullName }) => [duration ?? 0, fullName]),
);
print('the ten slowest test files', files, 10);
print('the ten slowest tests', tests, 10);
