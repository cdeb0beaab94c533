/** docs/sklearn_tests.md names tests of ours that are there. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('each of our tests that stands beside one of scikit-learn’s is there', () => {
  const table = readFileSync('docs/sklearn_tests.md', 'utf8');
  const named = [...table.matchAll(/`([\w/]+(?:\.test)?\.ts): ([^`]+)`/g)];
  expect(named.length).toBeGreaterThan(100);
  const missing = named.filter(([, file, words]) => {
    // A bar within a table's cell is written behind a backslash.
    const plain = words.replaceAll('\\|', '|');
    return !readFileSync(`test/${file}`, 'utf8').includes(plain);
  });
  expect(missing.map(([all]) => all)).toEqual([]);
  expect(table.match(/^\| `test_\w+` +\|/gm)).toHaveLength(56 + 37 + 14 + 2 + 38);
});
