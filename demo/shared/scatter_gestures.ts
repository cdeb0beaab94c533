/** Pointer, wheel and keyboard on a plot: pan, zoom, hover, lasso, and what is drawn there moved. */

export interface Gestures {
  /** Moves what is seen by pixels. */
  readonly pan: (dx: number, dy: number) => void;
  /** Scales what is seen about a pixel; a factor below 1 comes closer. */
  readonly zoom: (factor: number, px: number, py: number) => void;
  readonly reset: () => void;
  /** The pointer rests on a pixel; absent when it left. */
  readonly hover: (at: readonly [px: number, py: number] | undefined) => void;
  /** A lasso being drawn: x, y, x, y … */
  readonly lassoing: (corners: readonly number[]) => void;
  /** A lasso that is closed; empty where it was given up. */
  readonly lassoed: (corners: readonly number[]) => void;
  /** Takes hold of what lies at a pixel and can be moved; false where nothing does. */
  readonly grab: (at: readonly [px: number, py: number]) => boolean;
  /** Moves what is held to a pixel. */
  readonly drag: (at: readonly [px: number, py: number]) => void;
  /** Picks the next that can be moved; `nudge` moves it by pixels, and is false where none is picked. */
  readonly pickNext: () => void;
  readonly nudge: (dx: number, dy: number) => boolean;
}

const KEY_PAN_PX = 60;
const KEY_NUDGE_PX = 10;
const KEY_ZOOM = 0.8;
/** A wheel's notch is about 100 units. */
const WHEEL_ZOOM_PER_UNIT = 0.002;
/** A lasso of fewer corners is a click. */
const LEAST_CORNERS = 8;

/**
 * Watches the plot.
 *
 * @param lassoChosen whether dragging draws a lasso; with Shift it always does
 */
export function watchGestures(
  canvas: HTMLCanvasElement,
  lassoChosen: () => boolean,
  gestures: Gestures,
): void {
  const pointers = new Map<number, readonly [number, number]>();
  let corners: number[] | undefined;
  let isHolding = false;

  const at = (event: MouseEvent): readonly [number, number] => [event.offsetX, event.offsetY];
  const middle = (): readonly [x: number, y: number, spread: number] => {
    const [a, b = a] = [...pointers.values()];
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, Math.hypot(a[0] - b[0], a[1] - b[1])];
  };

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, at(event));
    isHolding = pointers.size === 1 && gestures.grab(at(event));
    if (isHolding) return;
    if (pointers.size === 1 && (lassoChosen() || event.shiftKey)) corners = [...at(event)];
    else if (corners) {
      corners = undefined;
      gestures.lassoed([]);
    }
    gestures.hover(undefined);
  });

  canvas.addEventListener('pointermove', (event) => {
    if (!pointers.has(event.pointerId)) {
      gestures.hover(at(event));
      return;
    }
    if (isHolding) {
      gestures.drag(at(event));
      return;
    }
    const before = middle();
    pointers.set(event.pointerId, at(event));
    if (corners) {
      corners.push(...at(event));
      gestures.lassoing(corners);
      return;
    }
    const after = middle();
    if (before[2] > 0 && after[2] > 0) gestures.zoom(before[2] / after[2], after[0], after[1]);
    gestures.pan(after[0] - before[0], after[1] - before[1]);
  });

  const release = (event: PointerEvent) => {
    pointers.delete(event.pointerId);
    isHolding = false;
    if (!corners) return;
    const closed = event.type === 'pointerup' && corners.length / 2 >= LEAST_CORNERS;
    gestures.lassoed(closed ? corners : []);
    corners = undefined;
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('pointerleave', () => {
    gestures.hover(undefined);
  });

  canvas.addEventListener(
    'wheel',
    (event) => {
      // Else the wheel scrolls the page, wherever the pointer comes to lie meanwhile.
      const isMeant = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
      if (!isMeant && document.activeElement !== canvas) return;
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
      // With Shift some browsers turn it sideways.
      const factor = Math.exp((event.deltaY || event.deltaX) * lines * WHEEL_ZOOM_PER_UNIT);
      gestures.zoom(factor, ...at(event));
    },
    { passive: false },
  );

  const arrow = (dx: number, dy: number) => (isShifted: boolean) => {
    if (isShifted && gestures.nudge(dx * KEY_NUDGE_PX, dy * KEY_NUDGE_PX)) return;
    gestures.pan(-dx * KEY_PAN_PX, -dy * KEY_PAN_PX);
  };
  const keys: Readonly<Partial<Record<string, (isShifted: boolean) => void>>> = {
    ArrowLeft: arrow(-1, 0),
    ArrowRight: arrow(1, 0),
    ArrowUp: arrow(0, -1),
    ArrowDown: arrow(0, 1),
    c: gestures.pickNext,
    '+': () => {
      gestures.zoom(KEY_ZOOM, canvas.clientWidth / 2, canvas.clientHeight / 2);
    },
    '-': () => {
      gestures.zoom(1 / KEY_ZOOM, canvas.clientWidth / 2, canvas.clientHeight / 2);
    },
    '0': gestures.reset,
    Escape: () => {
      gestures.lassoed([]);
    },
  };
  canvas.addEventListener('keydown', (event) => {
    const act = event.ctrlKey || event.metaKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act(event.shiftKey);
  });
}
