/** Node's Buffer, which the command line's readers take for granted. */
import { Buffer } from 'buffer/';

/** To be called before any of those readers is loaded. */
export function provideBuffer(): void {
  Object.assign(globalThis, { Buffer });
}
