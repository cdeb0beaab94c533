import { describe, expect, it } from 'vitest';
import { rowNorms } from '../../src/ops/assign/row_norms.twin.js';

describe('rowNorms', () => {
  it('are squared lengths', () => {
    expect([...rowNorms(Float32Array.of(3, 4, 0, 0, -1, 2), 3, 2)]).toEqual([25, 0, 5]);
  });
});
