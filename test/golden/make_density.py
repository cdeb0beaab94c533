"""Writes density.json and density.bin: scikit-learn's DBSCAN, and HDBSCAN by plain loops.

scikit-learn 1.2 has no HDBSCAN: its values come from the rules of scikit-learn 1.3's (which are those of the
package hdbscan, but that a row counts among its own minSamples): Prim's tree of the mutual reachability in
float64, a single linkage of its sorted edges, the condensed tree, clusters by excess of mass or the leaves.
"""

from golden_io import Golden, load

import numpy as np
from sklearn.cluster import DBSCAN
from sklearn.datasets import make_blobs, make_circles, make_moons


def dbscan_case(golden, name, points, eps, min_samples):
    # 'kd_tree' compares sums of squared differences with eps^2; 'brute' has distances that cancel.
    model = DBSCAN(eps=eps, min_samples=min_samples, algorithm="kd_tree").fit(points)
    return {
        "name": name,
        "points": golden.put(points),
        "eps": eps,
        "minSamples": min_samples,
        "labels": golden.put(model.labels_),
        "core": golden.put(model.core_sample_indices_, "uint32"),
    }


def minimum_spanning_tree(points, min_samples):
    """(source, row, distance) in the order in which Prim's algorithm finds them from row 0."""
    n = len(points)
    distances = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    core = np.sort(distances, axis=1)[:, min_samples - 1]
    reach = np.maximum(np.maximum(core[:, None], core[None]), distances)
    best = np.full(n, np.inf)
    source = np.zeros(n, int)
    outside = np.ones(n, bool)
    current, edges = 0, []
    for _ in range(n - 1):
        outside[current] = False
        nearer = outside & (reach[current] < best)
        best[nearer], source[nearer] = reach[current][nearer], current
        following = int(np.argmin(np.where(outside, best, np.inf)))
        edges.append((int(source[following]), following, float(best[following])))
        current = following
    return edges


def single_linkage(edges):
    """(left, right, distance, size): node n + i is the i-th."""
    n = len(edges) + 1
    parent, size = list(range(2 * n - 1)), [1] * n + [0] * (n - 1)
    joined = []

    def top(node):
        while parent[node] != node:
            node = parent[node]
        return node

    for i, (a, b, distance) in enumerate(sorted(edges, key=lambda edge: edge[2])):
        left, right = top(a), top(b)
        parent[left] = parent[right] = n + i
        size[n + i] = size[left] + size[right]
        joined.append((left, right, distance, size[n + i]))
    return joined


def below(joined, node):
    """The node and all below it, level by level."""
    n = len(joined) + 1
    level, found = [node], []
    while level:
        found += level
        level = [child for inner in level if inner >= n for child in joined[inner - n][:2]]
    return found


def condense(joined, least):
    """(parent, child, lambda, size): rows below n, clusters from n on, the root first."""
    n = len(joined) + 1
    root = 2 * n - 2
    names, following, ignored, rows = {root: n}, n + 1, set(), []
    size_of = lambda node: joined[node - n][3] if node >= n else 1  # noqa: E731
    for node in below(joined, root):
        if node < n or node in ignored:
            continue
        left, right, distance, _ = joined[node - n]
        value = 1 / distance if distance > 0 else np.inf
        large = [child for child in (left, right) if size_of(child) >= least]
        for child in (left, right):
            if len(large) == 2:
                names[child] = following
                following += 1
                rows.append((names[node], names[child], value, size_of(child)))
            elif child in large:
                names[child] = names[node]
            else:
                for inner in below(joined, child):
                    ignored.add(inner)
                    if inner < n:
                        rows.append((names[node], inner, value, 1))
    return rows


def choose(rows, n, method):
    births = {child: value for _, child, value, _ in rows if child >= n}
    births[n] = 0.0
    stability = {cluster: 0.0 for cluster in births}
    for parent, _, value, size in rows:
        stability[parent] += (value - births[parent]) * size
    children = {c: [b for a, b, _, s in rows if a == c and b >= n] for c in births}
    if method == "leaf":
        leaves = [c for c in births if not children[c]]
        return [] if leaves == [n] else leaves
    chosen = {cluster: True for cluster in births if cluster != n}
    for cluster in sorted(chosen, reverse=True):
        inner = sum(stability[child] for child in children[cluster])
        if inner > stability[cluster]:
            chosen[cluster] = False
            stability[cluster] = inner
        else:
            open_ = list(children[cluster])
            while open_:
                child = open_.pop()
                chosen[child] = False
                open_ += children[child]
    return [cluster for cluster in chosen if chosen[cluster]]


def hdbscan_case(golden, name, points, least, min_samples, method="eom"):
    n = len(points)
    edges = minimum_spanning_tree(points, min_samples)
    rows = condense(single_linkage(edges), least)
    clusters = sorted(choose(rows, n, method))
    parent_of = {child: parent for parent, child, _, _ in rows}
    deaths = {c: max(value for parent, _, value, _ in rows if parent == c) for c in clusters}
    labels, probabilities = np.full(n, -1), np.zeros(n)
    for _, child, value, _ in rows:
        if child >= n:
            continue
        cluster = parent_of[child]
        while cluster not in clusters and cluster != n:
            cluster = parent_of[cluster]
        if cluster not in clusters:
            continue
        labels[child] = clusters.index(cluster)
        death = deaths[cluster]
        whole = death == 0 or not np.isfinite(value)
        probabilities[child] = 1.0 if whole else min(value, death) / death
    return {
        "name": name,
        "points": golden.put(points),
        "options": {
            "minClusterSize": least,
            "minSamples": min_samples,
            "clusterSelectionMethod": method,
        },
        "labels": golden.put(labels),
        "probabilities": golden.put(probabilities),
    }


golden = Golden("density")
iris = load("iris")
moons = make_moons(300, noise=0.06, random_state=1)[0]
circles = make_circles(200, factor=0.4, noise=0.04, random_state=2)[0]
random = np.random.default_rng(5)
varied = np.vstack(
    [
        make_blobs(90, centers=[[0, 0], [6, 1]], cluster_std=[0.3, 1.2], random_state=3)[0],
        make_blobs(60, centers=[[1.6, 0.2], [0, 9]], cluster_std=[0.2, 0.6], random_state=4)[0],
        random.uniform(-4, 12, (30, 2)),
    ]
)
varied = varied[random.permutation(len(varied))]
wide = make_blobs(200, n_features=9, centers=4, cluster_std=2, random_state=8)[0]
tenths = random.integers(0, 40, (400, 2)) / 10
steps = random.integers(0, 12, (300, 3)).astype(float)
golden.save(
    dbscan=[
        dbscan_case(golden, "moons", moons, 0.15, 5),
        dbscan_case(golden, "iris", iris, 0.5, 5),
        dbscan_case(golden, "tenths, eps on the grid", tenths, 0.2, 7),
        dbscan_case(golden, "whole numbers far from 0", steps + 1e6, 1.0, 3),
        dbscan_case(golden, "wide", wide, 6.0, 8),
    ],
    hdbscan=[
        hdbscan_case(golden, "moons", moons, 5, 5),
        hdbscan_case(golden, "varied", varied, 8, 4),
        hdbscan_case(golden, "varied, leaves", varied, 8, 4, "leaf"),
        hdbscan_case(golden, "circles", circles, 10, 9),
        hdbscan_case(golden, "wide", wide, 6, 3),
        hdbscan_case(golden, "iris", iris, 5, 5),
    ],
)
