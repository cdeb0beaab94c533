declare module 'skmeans' {
  export default function skmeans(
    data: number[][],
    k: number,
    centroids: number[][],
    maxIterations: number,
  ): { centroids: number[] | number[][]; it: number; idxs: number[] };
}
