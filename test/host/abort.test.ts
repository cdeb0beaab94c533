import { describe, expect, it, vi } from 'vitest';
import { AbortListeners } from '../../host/abort.js';

describe('AbortListeners', () => {
  it('listens once for all that waits for a signal, and tells each its reason', () => {
    const { signal, abort } = withController();
    const listen = vi.spyOn(signal, 'addEventListener');
    const listeners = new AbortListeners();
    const told: unknown[] = [];
    const stops = [1, 2, 3].map((i) => listeners.add(signal, (reason) => told.push([i, reason])));
    stops[1]();
    abort('enough');
    expect(listen).toHaveBeenCalledTimes(1);
    expect(told).toEqual([
      [1, 'enough'],
      [3, 'enough'],
    ]);
  });

  it('leaves nothing behind when nothing waits, and begins anew', () => {
    const { signal, abort } = withController();
    const stop = vi.spyOn(signal, 'removeEventListener');
    const listeners = new AbortListeners();
    const told: unknown[] = [];
    listeners.add(signal, (reason) => told.push(reason))();
    expect(stop).toHaveBeenCalledTimes(1);
    listeners.add(signal, (reason) => told.push(reason));
    abort('late');
    expect(told).toEqual(['late']);
  });
});

function withController() {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: (reason: unknown) => {
      controller.abort(reason);
    },
  };
}
