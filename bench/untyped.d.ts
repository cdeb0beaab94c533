declare module 'skmeans' {
  export default function skmeans(
    data: number[][],
    k: number,
    centroids?: number[][] | 'kmrand' | 'kmpp',
    maxIterations?: number,
    distance?: (a: number[], b: number[]) => number,
  ): {
    centroids: number[] | number[][];
    it: number;
    idxs: number[];
    test: (point: number[]) => unknown;
  };
}

declare module 'ml-som' {
  export default class SOM {
    constructor(
      x: number,
      y: number,
      options: { fields: number; iterations: number; torus: boolean },
    );
    train(rows: number[][]): void;
    getQuantizationError(): number;
  }
}

declare module 'quantize' {
  type Colour = [number, number, number];
  export default function quantize(
    pixels: Colour[],
    colours: number,
  ): false | { palette: () => Colour[]; map: (pixel: Colour) => Colour };
}
