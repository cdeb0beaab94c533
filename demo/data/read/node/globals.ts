/** Imported before the command line's readers, which take Node's Buffer for granted. */
import { Buffer } from 'buffer/';

Object.assign(globalThis, { Buffer });
