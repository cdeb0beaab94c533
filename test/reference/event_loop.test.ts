import { describe, expect, it } from 'vitest';
import { createPause, nextTask, rowBlocks } from '../../src/math/event_loop.js';

describe('rowBlocks', () => {
  it.each([1, 63, 64, 65, 128, 200])('covers %i rows once, in order', (n) => {
    const blocks = [...rowBlocks(n, 2 ** 16)];
    expect(blocks[0][0]).toBe(0);
    blocks.slice(1).forEach(([start], i) => {
      expect(start).toBe(blocks[i][1]);
    });
    expect(blocks.at(-1)?.[1]).toBe(n);
    expect(Math.max(...blocks.map(([start, end]) => end - start))).toBe(Math.min(n, 64));
  });

  it('never makes an empty block, however much work a row is', () => {
    expect([...rowBlocks(2, 2 ** 40)]).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});

describe('nextTask', () => {
  it('lets other tasks of the event loop run', async () => {
    const fired: boolean[] = [];
    setTimeout(() => fired.push(true), 0);
    const started = performance.now();
    while (fired.length === 0 && performance.now() - started < 1000) await nextTask();
    expect(fired).toEqual([true]);
  });
});

describe('createPause', () => {
  it('hands over the event loop once its slice of time is spent', async () => {
    const pause = createPause();
    const fired: boolean[] = [];
    setTimeout(() => fired.push(true), 0);
    const started = performance.now();
    while (fired.length === 0 && performance.now() - started < 1000) await pause();
    expect(fired).toEqual([true]);
  });

  it('hands it over amid short pieces of work, each with a pause of its own', async () => {
    const fired: boolean[] = [];
    setTimeout(() => fired.push(true), 0);
    const started = performance.now();
    while (fired.length === 0 && performance.now() - started < 1000) await createPause()();
    expect(fired).toEqual([true]);
  });

  it('throws the reason of an aborted signal', async () => {
    const controller = new AbortController();
    const pause = createPause(controller.signal);
    await pause();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(pause()).rejects.toBe(reason);
  });
});
