import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const doze = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');

beforeEach(() => {
  vi.resetModules();
  doze.mockClear();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

async function dozes(versions: Readonly<Record<string, string>>): Promise<() => () => void> {
  vi.stubGlobal('process', { ...process, versions });
  return (await import('../../host/dawn.js')).startDozing;
}

async function turns(count: number): Promise<number> {
  doze.mockClear();
  for (let i = 0; i < count; i++) await turn();
  return doze.mock.calls.length;
}

test('Node dozes once a turn while any wait is under way, and no longer', async () => {
  const start = await dozes({ node: '20.0.0' });
  const stops = [start(), start()];
  expect(await turns(5)).toBeGreaterThanOrEqual(4);
  // One ends and another begins between two turns: still one doze each.
  stops.shift()!();
  stops.push(start());
  expect(await turns(5)).toBeLessThanOrEqual(6);
  for (const stop of stops) stop();
  await turns(2);
  expect(await turns(5)).toBe(0);
});

test('a doze is an eighth of the time waited, and a tenth of a millisecond at most', async () => {
  const start = await dozes({ node: '20.0.0' });
  const stop = start();
  const now = performance.now();
  await turns(3);
  const waited = performance.now() - now;
  expect(doze.mock.calls[0][3]).toBeLessThanOrEqual(waited / 8);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await turns(2);
  expect(doze.mock.lastCall?.[3]).toBe(0.1);
  stop();
});

test.each([{ deno: '2.0.0' }, { bun: '1.0.0' }, { electron: '40.0.0' }])(
  'those that only say that they are Node do not: %o',
  async (versions) => {
    const start = await dozes({ node: '20.0.0', ...versions });
    const stop = start();
    expect(await turns(5)).toBe(0);
    stop();
  },
);
