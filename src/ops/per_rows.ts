import type { DeviceRows } from './op.js';

/**
 * What ops make once for rows and find again the next time. Its buffers are the rows' workspace's, with
 * which they end.
 */
export function perRows<Made>(make: () => Made): (rows: DeviceRows) => Made {
  const made = new WeakMap<DeviceRows, Made>();
  return (rows) => {
    let own = made.get(rows);
    if (own === undefined) {
      own = make();
      made.set(rows, own);
    }
    return own;
  };
}
