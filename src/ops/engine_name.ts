import type { Runtime } from '../../host/runtime.js';

/** A device's engine, for people. */
export function engineName({ info }: Runtime): string {
  const { vendor, architecture, description } = info;
  return [vendor, architecture, description].filter(Boolean).join(' ') || 'WebGPU';
}
