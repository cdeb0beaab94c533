import { writeFile } from 'node:fs/promises';
import { CHIPS, CLASS_NAMES } from './adapter_classes.js';
import { gather } from './evidence.js';
const e = await gather(CLASS_NAMES, CHIPS, console.log);
await writeFile('/tmp/gpus/evidence.json', JSON.stringify(e));
