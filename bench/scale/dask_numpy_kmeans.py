"""dask-ml's KMeans iteration (its `_kmeans_single_lloyd`), written plainly with numpy on Dask: Debian has no dask-ml.

Blocks stay with the workers; each iteration gives labels, sums and counts by block, which are added up one after
the other. Prints the milliseconds of an iteration.
"""

import json
import sys
import time

import numpy as np
from distributed import Client


def load(path, first, rows):
    return np.array(np.load(path, mmap_mode='r')[first : first + rows])


def step(x, centroids):
    scores = (centroids**2).sum(1) - 2 * x @ centroids.T
    labels = scores.argmin(1)
    counts = np.bincount(labels, minlength=len(centroids))
    sums = np.zeros((len(centroids), x.shape[1]))
    np.add.at(sums, labels, x)
    inertia = float(((x - centroids[labels]) ** 2).sum())
    return sums, counts, inertia


def add(a, b):
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def main(address, path, k, iterations, shards):
    client = Client(address)
    x = np.load(path, mmap_mode='r')
    n = len(x)
    cuts = [i * n // shards for i in range(shards + 1)]
    blocks = [
        client.submit(load, path, a, b - a, pure=False) for a, b in zip(cuts, cuts[1:])
    ]
    centroids = np.array(x[np.random.default_rng(0).choice(n, k, replace=False)])
    times = []
    for iteration in range(iterations):
        start = time.perf_counter()
        parts = [client.submit(step, block, centroids, pure=False) for block in blocks]
        total = parts[0]
        for part in parts[1:]:
            total = client.submit(add, total, part, pure=False)
        sums, counts, _ = total.result()
        centroids = (sums / np.maximum(counts, 1)[:, None]).astype('f4')
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({'milliseconds': float(np.mean(times[1:]))}))
    client.close()


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
