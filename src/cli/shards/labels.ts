/** The labels of all rows in one file, from those that workers wrote shard by shard. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { partName } from '../../shard/index.js';
import { asFileError, FileError } from '../errors.js';
import type { Sources } from './sources.js';

type Format = 'npy' | 'csv';

/** What labels are written as. Throws FileError on another extension. */
export function labelsFormat(path: string): Format {
  const extension = /\.(npy|csv)$/i.exec(path)?.[1].toLowerCase();
  if (extension === 'npy' || extension === 'csv') return extension;
  throw new FileError(
    path,
    'labels of workers are not written in a format of that extension',
    'Give a name that ends in .npy (4 bytes a row) or .csv.',
  );
}

/** The folder that workers write to, beside the file: they must see it under the same path. */
export async function openParts(out: string): Promise<string> {
  labelsFormat(out);
  const folder = join(dirname(resolve(out)), `.${basename(out)}.parts`);
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  } catch (error) {
    throw asFileError(out, error, 'write');
  }
  return folder;
}

/**
 * Writes `out` of all parts, in the order of the rows and a part at a time, then removes these. A failure leaves
 * the parts, and no half of `out`.
 */
export async function mergeParts(
  out: string,
  parts: string,
  { shards, shape: [n] }: Sources,
): Promise<void> {
  const temporary = join(dirname(resolve(out)), `.${randomUUID()}.tmp`);
  const isText = labelsFormat(out) === 'csv';
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.appendFile(isText ? 'row,label\n' : npyHeader(n));
      for (const { index, rows, start } of shards) {
        const path = join(parts, partName(index));
        await checkPart(path, 4 * rows);
        let row = start;
        for await (const block of createReadStream(path, { highWaterMark: 1 << 18 })) {
          const bytes = block as Buffer;
          if (isText) {
            await handle.write(csvOf(bytes, row));
            row += bytes.length / 4;
          } else await handle.write(bytes);
        }
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, out);
    await rm(parts, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { force: true });
    throw asFileError(out, error, 'write');
  }
}

async function checkPart(path: string, bytes: number): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.size === bytes) return;
  throw new FileError(
    path,
    found ? `it has ${found.size} bytes, not ${bytes}` : 'no worker left it there',
    'Workers must see the folder of --out under the same path; run again with --resume.',
  );
}

/** Blocks are whole labels: they begin and end at multiples of 4 bytes. */
function csvOf(bytes: Buffer, first: number): string {
  let text = '';
  for (let at = 0, row = first; at < bytes.length; at += 4, row++) {
    text += `${row},${bytes.readUInt32LE(at)}\n`;
  }
  return text;
}

/** Of n u32, as numpy.save writes it. */
function npyHeader(n: number): Buffer {
  const text = `{'descr': '<u4', 'fortran_order': False, 'shape': (${n},), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(length, 8);
  return Buffer.concat([head, Buffer.from(`${text.padEnd(length - 1)}\n`)]);
}
