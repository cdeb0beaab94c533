/** Hands a file to the visitor. */
import { make } from './dom.js';

/** How long a browser may take to begin reading a download. */
const READING_MS = 60_000;

export function download(name: string, content: Blob): void {
  const href = URL.createObjectURL(content);
  make('a', { href, download: name }).click();
  setTimeout(() => {
    URL.revokeObjectURL(href);
  }, READING_MS);
}

/** A file's name without its last extension. */
export function stem(name: string): string {
  return name.replace(/\.\w+$/, '');
}
