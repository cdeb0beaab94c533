/** The page: bring a photograph, slide the number of colours, look, keep. */
import { formatCount, formatNumber, formatSeconds, formatShare } from '../../src/cli/format.js';
import { isLight, nameEngine, startPage } from '../shared/adapter.js';
import { byId, make } from '../shared/dom.js';
import { download, stem } from '../shared/download.js';
import { showFacts } from '../shared/facts.js';
import { fetchSample, watchFiles } from '../shared/file_input.js';
import { keepInAddress } from '../shared/permalink.js';
import { drawShown, type Shown } from '../shared/shown.js';
import { runOpening, runTask, say, showError, type TaskOptions } from '../shared/task.js';
import { WorkerClient } from '../shared/worker_client.js';
import chinaUrl from './china.jpg?url';
import { MOST_POINTS, psnr } from './colours.js';
import type { PaletteJobs, Quantized } from './jobs.js';

/** A choice that is followed by another one within this time is passed over. */
const SETTLE_MS = 250;
const BITS_BEFORE = 24;

const worker = new WorkerClient<PaletteJobs>(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
);
const k = byId('k', HTMLInputElement);
const slider = byId('slider', HTMLInputElement);
const quantizeButton = byId('quantize', HTMLButtonElement);
const downloadButton = byId('download', HTMLButtonElement);

let fileName = '';
/** Of the picture. */
let colours = 0;
/** Colours of the palette that is shown. */
let shownColours = 0;
let settling: ReturnType<typeof setTimeout> | undefined;

function draw(id: string, shown: Shown): void {
  drawShown(byId(id, HTMLCanvasElement), shown);
}

function clear(id: string): void {
  const canvas = byId(id, HTMLCanvasElement);
  canvas.getContext('2d')!.clearRect(0, 0, canvas.width, canvas.height);
}

/** Each colour's code, with its share of the pixels; pressed, it is on the clipboard. */
function listColours({ palette, counts }: Quantized): void {
  const pixels = counts.reduce((sum, count) => sum + count, 0);
  byId('codes', HTMLOListElement).replaceChildren(
    ...Array.from(counts, (count, c) => {
      const channels = Array.from(palette.subarray(3 * c, 3 * c + 3));
      const code = `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
      const patch = make('span', { className: 'patch' });
      patch.style.background = code;
      const share = formatShare(count / pixels);
      const button = make(
        'button',
        { type: 'button', title: `Copy ${code}` },
        patch,
        make('code', {}, code),
        make('small', {}, share),
      );
      button.addEventListener('click', () => {
        navigator.clipboard.writeText(code).then(
          () => {
            say(`${code} is on the clipboard.`);
          },
          () => {
            getSelection()?.selectAllChildren(button.querySelector('code')!);
            say('The code is selected: copy it now.');
          },
        );
      });
      return make('li', {}, button);
    }),
  );
}

/** The palette as a strip, a colour as wide as any other. */
function drawSwatches(palette: Uint8Array): void {
  const colours = palette.length / 3;
  const data = new Uint8ClampedArray(4 * colours).fill(255);
  for (let c = 0; c < colours; c++) data.set(palette.subarray(3 * c, 3 * c + 3), 4 * c);
  draw('swatches', { width: colours, height: 1, data });
  byId('swatches', HTMLCanvasElement).ariaLabel =
    `The palette’s ${colours} colours, the most frequent first`;
}

function showQuantized(result: Quantized): void {
  const { palette, shown, error, bitsPerPixel, squaredError, iterations, engine } = result;
  draw('quantized', shown);
  draw('error-image', error);
  drawSwatches(palette);
  listColours(result);
  showFacts(byId('facts', HTMLElement), {
    Colours: formatCount(palette.length / 3),
    'Bits per pixel': `${bitsPerPixel.toFixed(3)} of ${BITS_BEFORE}`,
    PSNR: squaredError === 0 ? 'no error' : `${psnr(squaredError).toFixed(2)} dB`,
    'Mean squared error': formatNumber(squaredError),
    Iterations: formatCount(iterations),
    'Ran on': nameEngine(engine),
    Time: formatSeconds(result.milliseconds),
  });
  downloadButton.disabled = false;
}

async function quantize(options: TaskOptions): Promise<void> {
  downloadButton.disabled = true;
  const result = await worker.run('quantize', k.valueAsNumber, {
    ...options,
    isLight: isLight(3 * Math.min(colours, MOST_POINTS) * k.valueAsNumber),
  });
  showQuantized(result);
  shownColours = result.palette.length / 3;
}

function sayColours(): void {
  say(`Done: ${formatCount(shownColours)} colour${shownColours === 1 ? '' : 's'}.`);
}

type Read = (signal: AbortSignal) => Promise<File>;

async function load(read: Read, options: TaskOptions): Promise<void> {
  const file = await read(options.signal);
  const picture = await worker.run('load', file, { ...options, restores: true });
  fileName = file.name;
  ({ colours } = picture);
  byId('file-facts', HTMLElement).textContent =
    `${fileName}: ${formatCount(picture.width)} × ${formatCount(picture.height)} pixels, ` +
    `${formatCount(colours)} different colours.` +
    (picture.isTransparent ? ' What is transparent lies on white.' : '');
  byId('work', HTMLElement).hidden = false;
  draw('original', picture.shown);
  forget();
  await quantize(options);
}

function openFile(name: string, read: Read): void {
  clearTimeout(settling);
  void runTask(`Reading ${name}`, undefined, async (options) => {
    await load(read, options);
    sayColours();
  });
}

const readSample: Read = (signal) => fetchSample(chinaUrl, 'china.jpg', signal);

/** What is shown is not what is chosen. */
function forget(): void {
  for (const id of ['quantized', 'error-image', 'swatches']) clear(id);
  byId('facts', HTMLElement).hidden = true;
  byId('codes', HTMLOListElement).replaceChildren();
}

/** Quantizes anew once the choice has settled. */
function choose(): void {
  clearTimeout(settling);
  if (!k.checkValidity()) {
    k.reportValidity();
    return;
  }
  settling = setTimeout(() => {
    void runTask('Starting', quantizeButton, async (options) => {
      await quantize(options);
      sayColours();
    }).then((end) => {
      if (end === 'cancelled' || end === 'failed') forget();
    });
  }, SETTLE_MS);
}

byId('choice', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  choose();
});
k.addEventListener('change', () => {
  if (k.checkValidity()) slider.value = String(Math.log2(k.valueAsNumber));
  choose();
});
slider.addEventListener('input', () => {
  k.value = String(Math.round(2 ** slider.valueAsNumber));
  slider.setAttribute('aria-valuetext', `${k.value} colours`);
  choose();
});
slider.addEventListener('keydown', (event) => {
  const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  if (step === undefined) return;
  // A colour more or less, where the slider's own step is none.
  event.preventDefault();
  const wanted = Math.min(256, Math.max(2, k.valueAsNumber + step));
  slider.value = String(Math.log2(wanted));
  slider.dispatchEvent(new Event('input'));
});
watchFiles({
  input: byId('file', HTMLInputElement),
  onFile: (file) => {
    openFile(file.name, () => Promise.resolve(file));
  },
  onRefusal: showError,
});
byId('sample', HTMLButtonElement).addEventListener('click', () => {
  openFile('china.jpg', readSample);
});
byId('actual', HTMLInputElement).addEventListener('change', (event) => {
  const { checked } = event.target as HTMLInputElement;
  document.querySelector('.pictures')!.classList.toggle('large', checked);
});
downloadButton.addEventListener('click', () => {
  void runTask('Starting', downloadButton, async (options) => {
    const png = await worker.run('encode', undefined, options);
    download(`${stem(fileName)}-${shownColours}-colours.png`, png);
    say(`Done: ${formatCount(Math.ceil(png.size / 1000))} kB.`);
  });
});
keepInAddress(byId('choice', HTMLFormElement));
slider.value = String(Math.log2(k.valueAsNumber));
void startPage().then(() =>
  runOpening('Reading the sample', (options) => load(readSample, options)),
);
