/** What a coordinator keeps, so that another can go on. */
import type { Message } from './message.js';

/** Parts of a fit's state by name, kept outside of the process. */
export interface Checkpoints {
  /** What an earlier run wrote last; undefined where it wrote nothing. */
  read(part: string): Message | undefined;
  /** Keeps a part; it replaces what was kept of it. */
  write(part: string, state: Message): Promise<void>;
}
