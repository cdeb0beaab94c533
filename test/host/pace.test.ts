import { expect, test } from 'vitest';
import { Pace } from '../../host/pace.js';

test('a dispatch holds what the device was seen to do in 50 ms', () => {
  const pace = new Pace();
  pace.observe(3e6, 2);
  expect(pace.budget).toBe(1.5e6 * 50);
  pace.observe(1e6, 10);
  expect(pace.budget).toBe(1e5 * 50);
});

test('before anything was measured the slowest device is assumed', () => {
  expect(new Pace().budget).toBe(5e7);
});

test('a measurement of nothing, or in no time, changes nothing', () => {
  const pace = new Pace();
  pace.observe(0, 1);
  pace.observe(1e9, 0);
  expect(pace.budget).toBe(new Pace().budget);
});

test('rows are a multiple of the alignment, and at least that', () => {
  const pace = new Pace();
  pace.observe(1000, 1);
  expect(pace.rows(10, 64)).toBe(4992);
  expect(pace.rows(10, 1)).toBe(5000);
  expect(pace.rows(1e9, 64)).toBe(64);
});

test('a time that may hold some waiting raises the pace, and never lowers it', () => {
  const pace = new Pace();
  const assumed = pace.budget;
  pace.observeAtLeast(1, 1000);
  expect(pace.budget).toBe(assumed);
  pace.observeAtLeast(assumed, 1);
  expect(pace.budget).toBeGreaterThan(assumed);
});
