/** What work tells on its way, as an async generator. */

interface Told<T> {
  readonly value: T;
}

/**
 * Yields each value that `work` gives to `emit`, which resolves once another one is wanted. When the generator is
 * left, `emit` rejects, and with it the work.
 */
export async function* generated<T>(
  work: (emit: (value: T) => Promise<void>) => Promise<void>,
): AsyncGenerator<T, void, undefined> {
  const left = new Error('nobody wants any more');
  let give: (told: Told<T>) => void = () => undefined;
  const toBeTold = () => new Promise<Told<T>>((resolve) => (give = resolve));
  let next = toBeTold();
  let goOn: () => void = () => undefined;
  let stop: (reason: Error) => void = () => undefined;
  const done = work((value) => {
    const wanted = new Promise<void>((resolve, reject) => {
      goOn = resolve;
      stop = reject;
    });
    give({ value });
    return wanted;
  }).then(
    () => undefined,
    (error: unknown) => {
      if (error !== left) throw error;
    },
  );
  const ended = done.then(() => undefined);
  try {
    for (;;) {
      const told = await Promise.race([next, ended]);
      if (!told) return;
      yield told.value;
      next = toBeTold();
      goOn();
    }
  } finally {
    stop(left);
    await done;
  }
}
