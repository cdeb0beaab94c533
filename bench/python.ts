/** Python, for the peers that are written in it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** That of the path, then the system's own, which a version manager may hide. */
const CANDIDATES = ['python3', '/usr/bin/python3', '/usr/local/bin/python3'];

/** The first Python that can import these modules (by comma); undefined where there is none. */
export async function findPython(modules: string): Promise<string | undefined> {
  for (const python of CANDIDATES) {
    try {
      await promisify(execFile)(python, ['-c', `import ${modules}`]);
      return python;
    } catch {
      continue;
    }
  }
  return undefined;
}
