declare module 'density-clustering' {
  interface DBSCAN {
    noise: number[];
    run(dataset: number[][], epsilon: number, minPts: number): number[][];
  }
  interface KMEANS {
    centroids: number[][];
    run(dataset: number[][], k: number): number[][];
  }
  const all: { DBSCAN: new () => DBSCAN; KMEANS: new () => KMEANS };
  export default all;
}

declare module 'node-kmeans' {
  const all: {
    clusterize: (
      vector: number[][],
      options: { k: number },
      callback: (error: unknown, result?: unknown) => void,
    ) => unknown;
  };
  export default all;
}
