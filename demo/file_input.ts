/** Every way to bring a file: choose it, drop it, or take the sample. */
import irisUrl from '../test/golden/iris.csv?url';
import { byId } from './dom.js';

export interface Source {
  /** The file; awaited behind the progress bar. */
  readonly read: (signal: AbortSignal) => Promise<File>;
  readonly name: string;
  /** Columns that are not chosen at first. */
  readonly without: readonly string[];
}

/** The classes that the flowers truly have are not what to cluster by. */
const IRIS: Source = {
  name: 'iris.csv',
  without: ['target'],
  read: async (signal) => {
    const response = await fetch(irisUrl, { signal }).catch(() => undefined);
    if (!response?.ok) throw new Error('The sample could not be loaded; are you offline?');
    return new File([await response.blob()], 'iris.csv');
  },
};

/** Calls `onSource` for every file brought, `onRefusal` with a sentence for people. */
export function watchFiles(
  onSource: (source: Source) => void,
  onRefusal: (sentence: string) => void,
): void {
  const input = byId('file', HTMLInputElement);
  const page = document.documentElement;

  const take = (files: FileList | undefined | null) => {
    const file = files?.[0];
    if (!file) return;
    if (files.length > 1) onRefusal('One file at a time, please.');
    else onSource({ name: file.name, without: [], read: () => Promise.resolve(file) });
  };

  input.addEventListener('change', () => {
    take(input.files);
    // So that choosing the same file again, corrected, is a change too.
    input.value = '';
  });
  byId('sample', HTMLButtonElement).addEventListener('click', () => {
    onSource(IRIS);
  });

  page.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    page.classList.add('dragging');
  });
  page.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) page.classList.remove('dragging');
  });
  page.addEventListener('drop', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    page.classList.remove('dragging');
    take(event.dataTransfer.files);
  });
}
