"""Writes mini_batch.json and mini_batch.bin: scikit-learn's MiniBatchKMeans, one partial_fit a batch.

Batch s holds the rows (stride i) mod n for i from s size to (s + 1) size - 1. Each run starts from
given rows of the data and never reassigns a centroid, so that nothing in it is random. The start is
the first seed of the row sampler from which no row of any batch is (nearly) as close to a second
centroid, and the float32 run ends alike.
"""

from golden_io import Golden, load

import numpy as np
from sklearn.cluster import MiniBatchKMeans

LEAST_GAP = 1e-6


def batches(n, stride, size, steps):
    for step in range(steps):
        yield stride * np.arange(step * size, (step + 1) * size) % n


def run(points, start, weights, order):
    """The centroids and the weight of each after all batches, and the least relative gap."""
    model = MiniBatchKMeans(len(start), init=start, n_init=1, reassignment_ratio=0)
    centroids, gap = start, 1.0
    for rows in order:
        differences = points[rows][:, None] - centroids
        first, second = np.partition((differences**2).sum(2), 1, axis=1)[:, :2].T
        gap = min(gap, float(((second - first) / second).min()))
        model.partial_fit(points[rows], sample_weight=weights[rows])
        centroids = model.cluster_centers_.copy()
    return centroids, model._counts.copy(), gap


def case(golden, name, dataset, k, stride, size, steps, rows=None, weighted=False):
    points = load(dataset, rows)
    n = len(points)
    weights = (np.arange(n) % 7) / 4 if weighted else np.ones(n)
    order = list(batches(n, stride, size, steps))
    for seed in range(100):
        chosen = np.random.RandomState(seed).choice(n, k, replace=False)
        centroids, counts, gap = run(points, points[chosen], weights, order)
        single = points.astype(np.float32)
        other = run(single, single[chosen], weights.astype(np.float32), order)
        if gap >= LEAST_GAP and np.allclose(other[1], counts, rtol=1e-6):
            break
    else:
        raise AssertionError(f"{name}: no start found that leaves no row in the balance")
    print(f"{name}: seed {seed}, gap {gap:.1e}, weights {counts.min():g} to {counts.max():g}")
    return {
        "name": name,
        "dataset": dataset,
        "rows": n,
        "k": k,
        "stride": stride,
        "size": size,
        "steps": steps,
        "start": {"rows": golden.put(chosen, "uint32")},
        "sampleWeight": golden.put(weights) if weighted else None,
        "centroids": golden.put(centroids),
        "weightSums": golden.put(counts),
    }


def main():
    golden = Golden("mini_batch")
    golden.save(
        cases=[
            case(golden, "iris-3", "iris", 3, stride=7, size=30, steps=12),
            case(golden, "iris-8-weighted", "iris", 8, stride=11, size=20, steps=20, weighted=True),
            case(golden, "wine-3-three-rows", "wine", 3, stride=5, size=3, steps=100),
            case(golden, "digits-10", "digits", 10, stride=5, size=256, steps=10),
            case(golden, "digits-10-weighted", "digits", 10, stride=5, size=256, steps=10, weighted=True),
            case(golden, "mnist-16", "mnist", 16, stride=3, size=1000, steps=6, rows=4_000),
        ]
    )


main()
