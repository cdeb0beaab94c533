/** The ways to bring a file: choose it, drop it anywhere on the page, or paste it. */

export interface FileInput {
  /** The file input of the page; may be hidden behind its label. */
  readonly input: HTMLInputElement;
  readonly onFile: (file: File) => void;
  /** Takes a sentence for people where no file can be taken. */
  readonly onRefusal: (sentence: string) => void;
}

/** Watches for files; while one is dragged over the page, <html> has the class 'dragging'. */
export function watchFiles({ input, onFile, onRefusal }: FileInput): void {
  const page = document.documentElement;
  const take = (files: FileList | undefined | null) => {
    const file = files?.[0];
    if (!file) return;
    if (files.length > 1) onRefusal('One file at a time, please.');
    else onFile(file);
  };
  const takesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

  input.addEventListener('change', () => {
    take(input.files);
    // So that choosing the same file again, corrected, is a change too.
    input.value = '';
  });
  page.addEventListener('dragover', (event) => {
    if (!takesFiles(event)) return;
    event.preventDefault();
    page.classList.add('dragging');
  });
  page.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) page.classList.remove('dragging');
  });
  page.addEventListener('drop', (event) => {
    if (!takesFiles(event)) return;
    event.preventDefault();
    page.classList.remove('dragging');
    take(event.dataTransfer?.files);
  });
  page.addEventListener('paste', (event) => {
    if (event.clipboardData?.files.length) take(event.clipboardData.files);
  });
}

/** A file that ships with the site. Throws Error with a sentence where it cannot be had. */
export async function fetchSample(url: string, name: string, signal: AbortSignal): Promise<File> {
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    return undefined;
  });
  if (!response?.ok) throw new Error(`The sample ${name} could not be loaded; are you offline?`);
  return new File([await response.blob()], name);
}
