"""Writes online.json and online.bin: online k-means (MacQueen 1967) by a plain float64 loop, row by row.

No library has it with a rate of choice: s = argmin |x - w|^2, w_s += eta (x - w_s), the rows as they lie,
`passes` times. eta is a number, '1/count' (initialCounts, then the row's weight added, in the denominator),
or a schedule (t + 1)^-power of the rows t taken before. A row of weight w moves w_s by 1 - (1 - eta)^w.
The start is the first seed of the row sampler from which no row is (nearly) as close to a second centroid
when it comes, and a float32 run has the same winners.
"""

from golden_io import Golden, load

import numpy as np

LEAST_GAP = 1e-6


def run(points, start, eta, counts, weights, passes):
    """The centroids, their counts, all winners and the least relative gap."""
    centroids, counts, winners, gap = start.copy(), counts.copy(), [], 1.0
    for t in range(passes * len(points)):
        x, weight = points[t % len(points)], weights[t % len(points)]
        squared = ((x - centroids) ** 2).sum(1)
        winner = int(squared.argmin())
        first, second = np.partition(squared, 1)[:2]
        gap = min(gap, float((second - first) / second)) if second > 0 else 0.0
        counts[winner] += weight
        if eta == "1/count":
            rate = weight / counts[winner] if weight > 0 else 0
        else:
            rate = 1 - (1 - (eta if isinstance(eta, float) else (t + 1.0) ** -eta["power"])) ** weight
        centroids[winner] += (rate * (x - centroids[winner])).astype(points.dtype)
        winners.append(winner)
    return centroids, counts, winners, gap


def case(golden, name, dataset, k, eta, passes, initial=0.0, weighted=False):
    points = load(dataset)
    n = len(points)
    weights = np.arange(n) % 4 / 2 if weighted else np.ones(n)
    for seed in range(100):
        chosen = np.random.RandomState(seed).choice(n, k, replace=False)
        first = np.full(k, initial)
        # Not rows themselves, which would be at distance 0 of two when they come twice.
        start = np.float32(points[chosen] + 0.01 * (1 + chosen[:, None] % 7)).astype(np.float64)
        centroids, counts, winners, gap = run(points, start, eta, first, weights, passes)
        single = run(points.astype(np.float32), start.astype(np.float32), eta, first, weights, passes)
        if gap >= LEAST_GAP and single[2] == winners:
            break
    else:
        raise AssertionError(f"{name}: no start found that leaves no row in the balance")
    print(f"{name}: seed {seed}, gap {gap:.1e}, counts {counts.min():g} to {counts.max():g}")
    return {
        "name": name,
        "dataset": dataset,
        "k": k,
        "eta": eta,
        "passes": passes,
        "initialCounts": initial,
        "start": golden.put(start),
        "sampleWeight": golden.put(weights) if weighted else None,
        "centroids": golden.put(centroids),
        "counts": golden.put(counts),
    }


def main():
    golden = Golden("online")
    golden.save(
        cases=[
            case(golden, "iris-3-running-means", "iris", 3, "1/count", passes=1),
            case(golden, "iris-5-counted-from-2", "iris", 5, "1/count", passes=3, initial=2.0),
            case(golden, "wine-4-weighted-means", "wine", 4, "1/count", passes=2, weighted=True),
            case(golden, "faithful-2-constant", "faithful", 2, 0.05, passes=2),
            case(golden, "faithful-2-weighted-constant", "faithful", 2, 0.05, passes=1, weighted=True),
            case(golden, "digits-10-schedule", "digits", 10, {"power": 0.6}, passes=1),
        ]
    )


main()
