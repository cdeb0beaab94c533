/** Points in space that can be turned: by dragging, by the arrow keys, by themselves. */
import { colourOf, readColours } from '../shared/marks.js';
import type { Basis, Vector } from './samples.js';

export interface SpacePoints {
  /** n x 3, within about 1 of the origin. */
  readonly data: Float32Array;
  /** Lines and planes through the origin, drawn faintly. */
  readonly subspaces: readonly Basis[];
}

export interface SpaceMarks {
  /** The cluster of each point; all are grey where absent. */
  readonly labels?: Uint32Array;
  /** A point with a ring about it. */
  readonly picked?: number;
  /** Points that it is joined with, by a number of any sign: above 0 in one colour, below in another. */
  readonly joined?: readonly (readonly [point: number, weight: number])[];
}

const TURN_PER_PIXEL = 0.008;
const TURN_PER_KEY = Math.PI / 24;
/** Radians a millisecond. */
const SPEED = 0.0003;
const START = { around: -0.55, up: 0.36 };
/** How far away the eye is, in radii of the cloud. */
const EYE = 4;
/** Of half the canvas' lesser side, what the cloud's radius takes. */
const FILL = 0.86;
/** CSS pixels. */
const POINT_RADIUS = 4;
const REACH = 16;
/** A press that moves by no more is a click. */
const STILL = 4;
const CORNERS = 72;

/** From where clouds are seen: they turn together. */
export class Turn {
  #around = START.around;
  #up = START.up;
  readonly #clouds: (() => void)[] = [];
  #frame = 0;
  #last = 0;
  /** What is left of the turn that they do by themselves, in radians. */
  #left = 0;
  readonly #onTurning: (isTurning: boolean) => void;

  /** @param onTurning told when they begin or cease to turn by themselves */
  constructor(onTurning: (isTurning: boolean) => void) {
    this.#onTurning = onTurning;
  }

  /** Has `draw` called whenever they have turned. */
  watch(draw: () => void): void {
    this.#clouds.push(draw);
  }

  get isTurning(): boolean {
    return this.#left > 0;
  }

  /** Turns once around, a little at a time, or ceases to. */
  turnAlone(isTurning: boolean): void {
    if (isTurning === this.isTurning) return;
    this.#left = isTurning ? 2 * Math.PI : 0;
    this.#last = 0;
    cancelAnimationFrame(this.#frame);
    if (isTurning) this.#frame = requestAnimationFrame(this.#step);
    this.#onTurning(isTurning);
  }

  readonly #step = (now: number): void => {
    const by = Math.min(this.#left, this.#last === 0 ? 0 : SPEED * Math.min(100, now - this.#last));
    this.#last = now;
    this.#left -= by;
    this.#by(by, 0);
    if (this.isTurning) this.#frame = requestAnimationFrame(this.#step);
    else this.#onTurning(false);
  };

  /** Turns by hand, which ends what they do by themselves. */
  turn(around: number, up: number): void {
    this.turnAlone(false);
    this.#by(around, up);
  }

  reset(): void {
    this.turnAlone(false);
    this.#around = START.around;
    this.#up = START.up;
    this.#by(0, 0);
  }

  #by(around: number, up: number): void {
    this.#around += around;
    this.#up = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, this.#up + up));
    for (const draw of this.#clouds) draw();
  }

  /** To the right, up and towards the eye, with what nearness makes of sizes. */
  see([x, y, z]: Vector): readonly [right: number, up: number, near: number, scale: number] {
    const [cosine, sine] = [Math.cos(this.#around), Math.sin(this.#around)];
    const right = cosine * x - sine * y;
    const ahead = sine * x + cosine * y;
    const [level, tilt] = [Math.cos(this.#up), Math.sin(this.#up)];
    const near = tilt * z - level * ahead;
    const scale = EYE / (EYE - near);
    return [right * scale, (level * z + tilt * ahead) * scale, near, scale];
  }
}

type Place = readonly [px: number, py: number, near: number, scale: number];

export class Space {
  readonly #canvas: HTMLCanvasElement;
  readonly #turn: Turn;
  #points: SpacePoints | undefined;
  #marks: SpaceMarks = {};
  #isDue = false;

  /**
   * @param canvas its size is what the style sheet gives it
   * @param onPick told of a point that is pressed; without it points cannot be
   */
  constructor(canvas: HTMLCanvasElement, turn: Turn, onPick?: (point: number) => void) {
    this.#canvas = canvas;
    this.#turn = turn;
    canvas.tabIndex = 0;
    turn.watch(this.#draw);
    new ResizeObserver(this.#draw).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.#draw);
    this.#watchPointer(onPick);
    this.#watchKeys();
  }

  show(points: SpacePoints, marks: SpaceMarks = {}): void {
    this.#points = points;
    this.mark(marks);
  }

  mark(marks: SpaceMarks): void {
    this.#marks = marks;
    this.#draw();
  }

  #watchPointer(onPick: ((point: number) => void) | undefined): void {
    const canvas = this.#canvas;
    let from: readonly [number, number] | undefined;
    let moved = 0;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      from = [event.offsetX, event.offsetY];
      moved = 0;
    });
    canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      if (!from) return;
      const [dx, dy] = [offsetX - from[0], offsetY - from[1]];
      moved += Math.hypot(dx, dy);
      if (moved <= STILL) return;
      from = [offsetX, offsetY];
      this.#turn.turn(TURN_PER_PIXEL * dx, TURN_PER_PIXEL * dy);
    });
    const release = (event: PointerEvent) => {
      const isClick = from && moved <= STILL && event.type === 'pointerup';
      from = undefined;
      if (!isClick || !onPick) return;
      this.#turn.turnAlone(false);
      const point = this.#nearest(event.offsetX, event.offsetY);
      if (point !== undefined) onPick(point);
    };
    canvas.addEventListener('pointerup', release);
    canvas.addEventListener('pointercancel', release);
  }

  #watchKeys(): void {
    const step = TURN_PER_KEY;
    const keys: Readonly<Partial<Record<string, () => void>>> = {
      ArrowLeft: () => {
        this.#turn.turn(-step, 0);
      },
      ArrowRight: () => {
        this.#turn.turn(step, 0);
      },
      ArrowUp: () => {
        this.#turn.turn(0, -step);
      },
      ArrowDown: () => {
        this.#turn.turn(0, step);
      },
      '0': () => {
        this.#turn.reset();
      },
    };
    this.#canvas.addEventListener('keydown', (event) => {
      const act = event.ctrlKey || event.metaKey ? undefined : keys[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
  }

  #place(at: Vector): Place {
    const { clientWidth, clientHeight } = this.#canvas;
    const size = (FILL * Math.min(clientWidth, clientHeight)) / 2;
    const [right, up, near, scale] = this.#turn.see(at);
    return [clientWidth / 2 + size * right, clientHeight / 2 - size * up, near, scale];
  }

  #places(): readonly Place[] {
    const { data } = this.#points!;
    return Array.from({ length: data.length / 3 }, (_, i) =>
      this.#place([data[3 * i], data[3 * i + 1], data[3 * i + 2]]),
    );
  }

  /** Of the points within reach the nearest to the pointer. */
  #nearest(px: number, py: number): number | undefined {
    if (!this.#points) return undefined;
    let nearest: number | undefined;
    let least = REACH;
    this.#places().forEach(([x, y], point) => {
      const distance = Math.hypot(x - px, y - py);
      if (distance >= least) return;
      least = distance;
      nearest = point;
    });
    return nearest;
  }

  /** Draws with the next frame. */
  readonly #draw = (): void => {
    if (this.#isDue || !this.#points) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#drawNow(this.#points!);
    });
  };

  #drawNow({ subspaces }: SpacePoints): void {
    const { clientWidth, clientHeight } = this.#canvas;
    const context = fitted(this.#canvas);
    if (!context) return;
    context.clearRect(0, 0, clientWidth, clientHeight);
    const clusters = Array.from({ length: 4 }, (_, c) => `--c${c}`);
    const [text, muted, page, ...colours] = readColours('--text', '--muted', '--page', ...clusters);
    for (const basis of subspaces) this.#drawSubspace(context, basis, muted);
    const places = this.#places();
    const { labels, picked, joined = [] } = this.#marks;
    context.globalAlpha = 1;
    const partners = new Map(joined);
    if (picked !== undefined) {
      const most = Math.max(...joined.map(([, weight]) => Math.abs(weight)));
      for (const [point, weight] of joined) {
        const share = Math.abs(weight) / most;
        context.beginPath();
        context.moveTo(places[picked][0], places[picked][1]);
        context.lineTo(places[point][0], places[point][1]);
        context.strokeStyle = colours[weight > 0 ? 0 : 1];
        context.lineWidth = 0.5 + 3.5 * share;
        context.globalAlpha = 0.25 + 0.75 * share;
        context.stroke();
      }
    }
    const order = Array.from(places.keys()).sort((a, b) => places[a][2] - places[b][2]);
    for (const point of order) {
      const [x, y, near, scale] = places[point];
      const weight = partners.get(point);
      const marked = weight !== undefined || point === picked;
      context.beginPath();
      context.arc(x, y, POINT_RADIUS * scale ** 2 * (marked ? 1.25 : 1), 0, 2 * Math.PI);
      context.fillStyle =
        point === picked
          ? text
          : weight !== undefined
            ? colours[weight > 0 ? 0 : 1]
            : labels
              ? colours[colourOf(labels[point])]
              : muted;
      // What is far is faint.
      context.globalAlpha = marked ? 1 : Math.min(1, Math.max(0.3, 0.68 + 0.34 * near));
      context.fill();
      context.strokeStyle = page;
      context.lineWidth = 1;
      context.stroke();
      if (point !== picked) continue;
      context.beginPath();
      context.arc(x, y, 10, 0, 2 * Math.PI);
      context.strokeStyle = text;
      context.lineWidth = 2;
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  #drawSubspace(context: CanvasRenderingContext2D, [u, v]: Basis, colour: string): void {
    const corners: Vector[] = v
      ? Array.from({ length: CORNERS }, (_, corner) => {
          const angle = (2 * Math.PI * corner) / CORNERS;
          return [0, 1, 2].map((j) => Math.cos(angle) * u[j] + Math.sin(angle) * v[j]);
        }).map(([x, y, z]) => [x, y, z])
      : [u, [-u[0], -u[1], -u[2]]];
    context.beginPath();
    for (const corner of corners) {
      const [x, y] = this.#place(corner);
      context.lineTo(x, y);
    }
    context.closePath();
    context.fillStyle = context.strokeStyle = colour;
    context.lineWidth = 1;
    context.globalAlpha = 0.1;
    if (v) context.fill();
    context.globalAlpha = 0.45;
    context.stroke();
  }
}

/** The context of a canvas that has as many pixels as the screen has there, measured in CSS pixels. */
export function fitted(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const { clientWidth, clientHeight } = canvas;
  const width = Math.round(clientWidth * devicePixelRatio);
  const height = Math.round(clientHeight * devicePixelRatio);
  if (width === 0 || height === 0) return null;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  context?.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  return context;
}
