/** In place of node:stream/promises: what the CSV reader needs of it. */

interface Target {
  readonly write: (text: string, done: () => void) => unknown;
  readonly end: () => unknown;
  readonly once: (event: 'error' | 'end', listener: (error: Error) => void) => unknown;
}

/** Writes all of `source` to `target`, and waits until that is through with it. */
export async function pipeline(source: AsyncIterable<string>, target: Target): Promise<void> {
  const failed = new Promise<never>((_, reject) => target.once('error', reject));
  const ended = new Promise<void>((resolve) => {
    target.once('end', () => {
      resolve();
    });
  });
  failed.catch(() => undefined);
  for await (const text of source) {
    const written = new Promise<void>((resolve) => target.write(text, resolve));
    await Promise.race([failed, written]);
  }
  target.end();
  await Promise.race([failed, ended]);
}
