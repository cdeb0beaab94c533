import { describe, expect, test } from 'vitest';
import { permute } from '../../host/permutation.js';
import { minify, shortNames } from '../../build/wgsl_minify.js';

const lines = (...text: readonly string[]) => text.join('\n');

describe('permute', () => {
  test('leaves a text without # lines alone', () => {
    expect(permute('const A = 1;\n\nfn main() {}', { A: '1' })).toBe(
      'const A = 1;\n\nfn main() {}',
    );
  });

  test.each([
    ['TILE > 4', 'a'],
    ['TILE > 8', 'b'],
    ['TILE == 8 && !NARROW', 'a'],
    ['NARROW || TILE * 2 - 1 >= 16', 'b'],
    ['(TILE + 1) / 2 % 3 == 1', 'a'],
    ['HALF <= 4', 'a'],
  ])('#if %s', (condition, kept) => {
    const text = lines(`#if ${condition}`, 'a', '#else', 'b', '#end', 'c');
    expect(permute(text, { TILE: '8', NARROW: false, HALF: 'TILE / 2' })).toBe(lines(kept, 'c'));
  });

  test('#repeat fills in numbers and expressions', () => {
    const text = lines('#repeat i 1..N', 'k$i = c[$(i * 2 - (i + 1) / 2)];', '#end');
    expect(permute(text, { N: 4 })).toBe(lines('k1 = c[1];', 'k2 = c[3];', 'k3 = c[4];'));
    expect(permute(text, { N: '1' })).toBe('');
  });

  test('#let names a number to the end of its block', () => {
    const text = lines('#repeat i 0..2', '#let at = 3 * i + N', 'k$at = c[$(at % 2)];', '#end');
    expect(permute(text, { N: 4 })).toBe(lines('k4 = c[0];', 'k7 = c[1];'));
    expect(() => permute(lines(text, '$at'), { N: 4 })).toThrow("no constant 'at'");
    expect(permute(lines('#if N > 4', '#let a = b', '#end'), { N: 4 })).toBe('');
  });

  test('blocks lie in blocks, and what does not count is not evaluated', () => {
    const text = lines(
      '#repeat i 0..2',
      '#repeat j i..2',
      '#if i == j',
      'd$i',
      '#else',
      'o$i$j',
      '#end',
      '#end',
      '#end',
      '#if false',
      '#repeat i 0..UNKNOWN',
      'x$(UNKNOWN)',
      '#end',
      '#end',
    );
    expect(permute(text, {})).toBe(lines('d0', 'o01', 'd1'));
  });

  test.each([
    ['#if A', /no constant 'A'/],
    ['#if 1 +\n#end', /ends too early/],
    ['#if (1\n#end', /bracket/],
    ['#if 1 ? 2\n#end', /cannot be read/],
    ['#if 1 2\n#end', /'2' is not expected/],
    ['#if 1', /lacks an #end/],
    ['#end', /#end too many/],
    ['#unless 1\n#end', /'#unless 1'/],
  ])('refuses %j', (text, message) => {
    expect(() => permute(text, {})).toThrow(message);
  });
});

describe('minify', () => {
  const text = lines(
    'struct Shape {',
    '  rows: u32,',
    '}',
    'const WIDE = 4;',
    'fn total(values: vec4f) -> f32 {',
    '  var sum = 0.0;',
    '  #repeat i 0..WIDE',
    '  let part$i = values[$i] * values.x;',
    '  sum += part$i;',
    '  #end',
    '  return sum - -dot(values, values);',
    '}',
  );

  test('shortens names of ours only, and keeps # lines, constants, columns and counted names', () => {
    const short = minify(text, shortNames([text]));
    expect(short).not.toMatch(/Shape|rows|total|values|sum/);
    expect(short).toMatch(/const WIDE ?= ?4;/);
    expect(short).toContain('#repeat i 0..WIDE\n');
    expect(short).toMatch(/let part\$i ?= ?(\w+)\[\$i\]\*\1\.x;/);
    expect(short).toMatch(/- -dot\(/);
  });

  test('no two names become one, and what WGSL calls its own stays', () => {
    const names = shortNames([text, 'fn other(values: f32) -> f32 { return values; }']);
    expect(new Set(names.values()).size).toBe(names.size);
    expect(names.get('values')).toBeDefined();
    expect(names.has('dot')).toBe(false);
  });
});
