import { gzipSync } from 'node:zlib';
import { encode as encodePng } from 'fast-png';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { withMountedFile } from '../../demo/data/read/mounted_file.js';
import { ByteSource } from '../../demo/data/read/node/byte_source.js';
import { elbow } from '../../src/cli/elbow.js';
import {
  domainOf,
  ellipsePath,
  nearestRow,
  rowsWithin,
  zoomed,
} from '../../demo/shared/scatter_data.js';
import { packColour, PointRaster, radiusFor } from '../../demo/shared/scatter_raster.js';
import { readPictureHeader } from '../../demo/shared/picture_header.js';
import { unpack } from '../../demo/shared/recorded.js';
import { WorkerClient } from '../../demo/shared/worker_client.js';
import type { FromWorker, ToWorker } from '../../src/worker/protocol.js';

const reading = { signal: new AbortController().signal, onProgress: () => undefined };
const one = { scale: 1, offset: 0 };

describe('scatter', () => {
  const points = {
    xName: 'x',
    yName: 'y',
    x: Float32Array.of(1, 5, 9, 5),
    y: Float32Array.of(1, 5, 9, 8),
  };

  test('the rows within a lasso', () => {
    const square = [0, 0, 6, 0, 6, 6, 0, 6];
    expect([...rowsWithin(points, one, one, square)]).toEqual([0, 1]);
    // A lasso that is not convex: the points at x = 5 lie in its notch.
    const notched = [0, 0, 10, 0, 10, 10, 8, 10, 5, 3, 2, 10, 0, 10];
    expect([...rowsWithin(points, one, one, notched)]).toEqual([0, 2]);
  });

  test('a lasso of many corners, with its first corner anywhere', () => {
    const n = 5000;
    const at = (i: number, step: number) => ((i * step) % n) / n;
    const x = Float32Array.from({ length: n }, (_, i) => 300 * at(i, 1117));
    const y = Float32Array.from({ length: n }, (_, i) => 300 * at(i, 2741));
    const circle = Array.from({ length: 400 }, (_, corner) => {
      const angle = 1 + (2 * Math.PI * corner) / 400;
      return [150.3 + 100 * Math.cos(angle), 149.6 + 100 * Math.sin(angle)];
    });
    const found = new Set(rowsWithin({ ...points, x, y }, one, one, circle.flat()));
    for (let i = 0; i < n; i++) {
      const distance = Math.hypot(x[i] - 150.3, y[i] - 149.6);
      // Between its corners the polygon is a little inside of the circle.
      if (Math.abs(distance - 100) > 0.01) expect(found.has(i)).toBe(distance < 100);
    }
  });

  test('the nearest row within reach', () => {
    expect(nearestRow(points, one, one, 5, 6, 3)).toBe(1);
    expect(nearestRow(points, one, one, 5, 7, 3)).toBe(3);
    expect(nearestRow(points, one, one, 20, 20, 3)).toBe(-1);
    // In pixels, not in data units.
    expect(nearestRow(points, { scale: 10, offset: 100 }, one, 150, 5, 3)).toBe(1);
  });

  test('zoom keeps the point under the pointer', () => {
    const domain = domainOf(points);
    const { x, y } = zoomed(domain, 0.5, 3, 4);
    expect((3 - x[0]) / (x[1] - x[0])).toBeCloseTo((3 - domain.x[0]) / (domain.x[1] - domain.x[0]));
    expect(y[1] - y[0]).toBeCloseTo((domain.y[1] - domain.y[0]) / 2);
  });

  test('an ellipse lies at its Mahalanobis distance', () => {
    const [xx, xy, yy] = [4, 1.5, 2];
    const path = ellipsePath({ x: 10, y: -3, xx, xy, yy }, 2);
    const determinant = xx * yy - xy * xy;
    for (let at = 0; at < path.length; at += 2) {
      const [dx, dy] = [path[at] - 10, path[at + 1] + 3];
      const squared = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
      expect(squared).toBeCloseTo(4, 8);
    }
  });

  test('every point is drawn once, in its colour, in whatever slices', () => {
    const [width, height] = [14, 14];
    const palette = Uint32Array.of(packColour(1, 2, 3), packColour(101, 102, 103));
    // In the middles of pixels, the last two at one place.
    const points = {
      xName: 'x',
      yName: 'y',
      x: Float32Array.of(3.5, 6.5, 10.5, 3.5, 9.5, 9.5),
      y: Float32Array.of(3.5, 6.5, 10.5, 9.5, 3.5, 3.5),
    };
    const marks = {
      labels: Uint32Array.of(0, 1, 0, 1, 0, 1),
      colours: undefined,
      palette,
      selected: Uint8Array.of(1, 1, 1, 0, 1, 1),
    };
    const raster = new PointRaster();
    const draw = (slices: number, radius: number) => {
      const data = new Uint32Array(width * height);
      raster.begin(width, height, radius);
      for (let slice = 0; slice < slices; slice++)
        raster.add(points, one, one, marks, slice, slices);
      raster.resolve(data);
      return data;
    };
    const data = draw(1, 0.3);
    const at = (row: number) => data[Math.floor(points.y[row]) * width + Math.floor(points.x[row])];
    const colour = (packed: number) => packed & 0xffffff;
    expect(data.filter((pixel) => pixel !== 0)).toHaveLength(5);
    expect([0, 1, 2].map((row) => colour(at(row)))).toEqual(
      [0, 1, 0].map((c) => colour(palette[c])),
    );
    // Outside of the selection: the same colour, faded. Two at one place: mixed, and stronger than one.
    expect(colour(at(3))).toBe(colour(palette[1]));
    expect(at(3) >>> 24).toBeLessThan((at(1) >>> 24) / 2);
    expect(colour(at(4))).toBe(colour(packColour(51, 52, 53)));
    expect(at(4) >>> 24).toBeGreaterThan(at(1) >>> 24);
    expect(draw(3, 0.3)).toEqual(data);
    // A disc covers what a disc does, its edge in part.
    const alphas = [...draw(1, 2)].map((pixel) => pixel >>> 24);
    expect(new Set(alphas.filter((alpha) => alpha > 0)).size).toBeGreaterThan(3);
    expect(radiusFor(10, 1e6, 1)).toBeGreaterThan(radiusFor(1e6, 1e6, 1));
  });
});

test('the elbow of a curve', () => {
  expect(elbow([100, 50, 10, 9, 8, 7])).toBe(3);
  // Clusters that are far apart, but merging them costs less and less.
  expect(elbow([1000, 560, 340, 200, 90, 20, 19, 18, 17, 16])).toBe(6);
  // Three kinds of rows, many of each.
  expect(elbow([100, 40, 0, 0, 0])).toBe(3);
  expect(elbow([5])).toBe(1);
  expect(elbow([0, 0, 0])).toBe(1);
});

describe('files', () => {
  test('a byte source reads plain and gzipped files alike', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);
    for (const content of [bytes, new Uint8Array(gzipSync(bytes))]) {
      await withMountedFile(new File([content], 'data.bin'), reading, async (path) => {
        const source = await ByteSource.open(path);
        expect(source.gzipped).toBe(content !== bytes);
        expect([...(await source.peek(3))]).toEqual([0, 7, 14]);
        expect([...(await source.take(4))]).toEqual([0, 7, 14, 21]);
        let length = 4;
        for await (const block of source.rest()) length += block.length;
        expect(length).toBe(bytes.length);
        await source.expectEnd();
        await expect(source.take(1)).rejects.toThrow(/ends 1 bytes before/);
        source.close();
      });
    }
  });

  test('a byte source refuses damaged gzip, and stops when cancelled', async () => {
    const damaged = gzipSync(new Uint8Array(100_000)).subarray(0, 60);
    await withMountedFile(new File([new Uint8Array(damaged)], 'a.gz'), reading, async (path) => {
      const source = await ByteSource.open(path);
      await expect(source.take(100_000)).rejects.toThrow(/gzip data are damaged or cut off/);
    });
    const controller = new AbortController();
    const cancelled = { ...reading, signal: controller.signal };
    await withMountedFile(new File(['abcdef'], 'a.bin'), cancelled, async (path) => {
      const source = await ByteSource.open(path);
      controller.abort();
      await expect(source.take(3)).rejects.toThrow(/abort/);
    });
  });
});

describe('what the header of a picture says', () => {
  const header = (bytes: readonly number[]) =>
    readPictureHeader(
      new File([Uint8Array.from([...bytes, ...new Array<number>(40).fill(0)])], ''),
    );
  const latin = (text: string) => [...Buffer.from(text, 'latin1')];

  test('its format and size, whatever it is called', async () => {
    const png = encodePng({ width: 300, height: 7, data: new Uint8Array(300 * 7), channels: 1 });
    const sized = (type: string, width: number, height: number) => ({ type, width, height });
    expect(await header([...png])).toEqual(sized('image/png', 300, 7));
    expect(await header([...png.subarray(0, 8), ...latin('noise, not a header at all')])).toEqual({
      type: 'image/png',
    });
    const gif = latin('GIF89a\x2c\x01\x07\x00');
    expect(await header(gif)).toEqual(sized('image/gif', 300, 7));
    // A JPEG's size comes after segments of any length; DHT (0xc4) is none of its frames.
    const jpeg = [0xff, 0xd8, 0xff, 0xe1, 0, 6, 1, 2, 3, 4, 0xff, 0xc4, 0, 3, 9];
    const frame = [0xff, 0xc2, 0, 17, 8, 0, 7, 1, 44];
    expect(await header([...jpeg, ...frame])).toEqual(sized('image/jpeg', 300, 7));
    expect(await header([0xff, 0xd8, 0, 0])).toEqual({ type: 'image/jpeg' });
    const webp = (chunk: string) => latin(`RIFF\0\0\0\0WEBP${chunk}\0\0\0\0`);
    const size = [0x2b, 1, 0, 6, 0, 0];
    expect(await header([...webp('VP8X'), 0, 0, 0, 0, ...size])).toEqual(
      sized('image/webp', 300, 7),
    );
    const lossless = 299 | (6 << 14);
    const bits = [0, 8, 16, 24].map((shift) => (lossless >> shift) & 255);
    expect(await header([...webp('VP8L'), 0x2f, ...bits])).toEqual(sized('image/webp', 300, 7));
    expect(await header(latin('\0\0\0 ftypavif'))).toEqual({ type: 'image/avif' });
  });

  test('of no picture it says nothing', async () => {
    expect(await header(latin('row,label'))).toBeUndefined();
    expect(await readPictureHeader(new File([], 'empty.png'))).toBeUndefined();
  });
});

test('recorded arrays are their codes times a step', () => {
  const base64 = Buffer.from(Uint16Array.of(0, 1, 65535).buffer).toString('base64');
  const array = unpack({ kind: 'Float32Array', codes: 'Uint16Array', low: -1, step: 0.5, base64 });
  expect(array).toEqual(Float32Array.of(-1, -0.5, 32766.5));
});

describe('the worker client', () => {
  interface TestJobs {
    load: { readonly takes: string; readonly gives: string };
    slow: { readonly takes: number; readonly gives: string; readonly sends: number };
  }
  type Asked = ToWorker & { readonly type: 'call' };

  class FakeWorker extends EventTarget {
    readonly got: ToWorker[] = [];
    terminated = false;

    postMessage(message: ToWorker): void {
      this.got.push(message);
    }

    terminate(): void {
      this.terminated = true;
    }

    say(data: FromWorker): void {
      this.dispatchEvent(new MessageEvent('message', { data }));
    }

    /** The calls that it was asked for, by what they are of. */
    asked(job: keyof TestJobs | 'settled'): Asked[] {
      return this.got.filter(
        (message): message is Asked =>
          message.type === 'call' && [message.path[0], message.args[0]].includes(job),
      );
    }

    answer({ id }: Asked, value: string): void {
      this.say({ type: 'done', id, value, taken: [] });
    }
  }

  let workers: FakeWorker[];
  let client: WorkerClient<TestJobs>;
  const settle = () => vi.advanceTimersByTimeAsync(0);

  beforeEach(() => {
    vi.useFakeTimers();
    workers = [];
    client = new WorkerClient<TestJobs>(() => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker as unknown as Worker;
    });
    return () => {
      vi.useRealTimers();
    };
  });

  test('hands on updates, and what a job gives or fails with', async () => {
    const updates: number[] = [];
    const first = client.run('slow', 1, { onUpdate: (update) => updates.push(update) });
    const second = client.run('slow', 2);
    const failed = expect(second).rejects.toThrow('No such thing.');
    await settle();
    const [worker] = workers;
    const [one, two] = worker.asked('slow');
    const taken = one.taken.findIndex(({ at }) => at[1] === 'onUpdate');
    worker.say({ type: 'callback', id: one.id, taken, args: [7], isAnswered: false });
    const error = { name: 'Error', message: 'No such thing.' };
    worker.say({ type: 'failed', id: two.id, error });
    worker.answer(one, 'yes');
    expect(await first).toBe('yes');
    await failed;
    expect(updates).toEqual([7]);
  });

  test('a cancelled job rejects at once; the worker stays if it stops in time', async () => {
    const controller = new AbortController();
    const job = client.run('slow', 1, { signal: controller.signal });
    const rejected = expect(job).rejects.toThrow(/aborted/);
    await settle();
    controller.abort();
    await rejected;
    const [worker] = workers;
    expect(worker.got.map(({ type }) => type)).toEqual(['call', 'cancel', 'call']);
    worker.answer(worker.asked('settled')[0], '');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(worker.terminated).toBe(false);
  });

  test('one that does not stop is ended; the next worker is given the file, then what waits', async () => {
    const loaded = client.run('load', 'file', { restores: true });
    await settle();
    workers[0].answer(workers[0].asked('load')[0], 'read');
    await loaded;
    const controller = new AbortController();
    client.run('slow', 1, { signal: controller.signal }).catch(() => undefined);
    const waiting = client.run('slow', 2);
    await settle();
    const [, old] = workers[0].asked('slow');
    controller.abort();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(workers[0].terminated).toBe(true);
    workers[0].answer(old, 'from the dead');
    const fresh = workers[1];
    expect(fresh.got).toMatchObject([{ path: ['run'], args: ['load', 'file', {}] }]);
    fresh.answer(fresh.asked('load')[0], 'read');
    await settle();
    const [again] = fresh.asked('slow');
    expect(again.args.slice(0, 2)).toEqual(['slow', 2]);
    fresh.answer(again, 'late but there');
    expect(await waiting).toBe('late but there');
  });

  test('a worker that breaks fails what was under way, and the next job gets another', async () => {
    const broken = expect(client.run('slow', 1)).rejects.toThrow(
      /worker has ended: out of memory\. Load/,
    );
    await settle();
    const event = Object.assign(new Event('error'), { message: 'out of memory' });
    workers[0].dispatchEvent(event);
    await broken;
    const next = client.run('slow', 2);
    await settle();
    workers[1].answer(workers[1].asked('slow')[0], 'fine');
    expect(await next).toBe('fine');
  });
});
