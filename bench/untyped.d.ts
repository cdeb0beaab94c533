declare module 'skmeans' {
  export default function skmeans(
    data: number[][],
    k: number,
    centroids: number[][],
    maxIterations: number,
  ): { centroids: number[] | number[][]; it: number; idxs: number[] };
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
