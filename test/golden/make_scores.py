"""Writes scores.json and scores.bin: scikit-learn's scores of labels, alone and with the rows.

`labels` holds label sets against true classes; `points` holds label sets of rows. Matched accuracy is not
in scikit-learn: it comes from SciPy's linear_sum_assignment over the contingency table; purity from its
definition over the same table.
"""

from golden_io import Golden, load, read_csv

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    normalized_mutual_info_score,
    silhouette_score,
)
from sklearn.metrics.cluster import contingency_matrix


def label_case(golden, name, truth, labels):
    table = contingency_matrix(truth, labels)
    matched = linear_sum_assignment(-table)
    return {
        "name": name,
        "truth": golden.put(truth),
        "labels": golden.put(labels),
        "adjustedRandIndex": float(adjusted_rand_score(truth, labels)),
        "arithmetic": float(normalized_mutual_info_score(truth, labels)),
        "geometric": float(normalized_mutual_info_score(truth, labels, average_method="geometric")),
        "clusteringAccuracy": float(table[matched].sum() / len(truth)),
        "purity": float(table.max(axis=0).sum() / len(truth)),
    }


def point_case(golden, name, points, labels, held):
    return {
        "name": name,
        "points": held,
        "labels": golden.put(labels),
        "silhouette": float(silhouette_score(points, labels)),
        "silhouetteCosine": float(silhouette_score(points, labels, metric="cosine")),
        "daviesBouldin": float(davies_bouldin_score(points, labels)),
        "calinskiHarabasz": float(calinski_harabasz_score(points, labels)),
    }


def main():
    golden = Golden("scores")
    random = np.random.RandomState(4)
    iris, classes = read_csv("iris")
    clusters = KMeans(3, n_init=1, random_state=0).fit_predict(iris)
    many = random.randint(0, 40, 150)
    wide, wide_labels = make_blobs(700, 7, centers=5, cluster_std=3.0, random_state=1)
    lonely = wide_labels.copy()
    lonely[:3] = [11, 12, 13]
    digits = load("digits", 600)
    digit_clusters = KMeans(10, n_init=1, random_state=0).fit_predict(digits)
    large = random.randint(0, 60, 3000)
    pairs = np.array([[1.0, 2], [2, 2], [5, 1]])
    twins = np.array([[1.0, 4], [1, 4], [3, 1], [3, 1], [8, 2]])
    # Rows, how they are stored, and labels of them by the case's name.
    data = [
        (iris, golden.put(iris), {"iris": clusters, "iris, classes": classes - 1}),
        (
            wide,
            golden.put(wide),
            {
                "blobs": wide_labels,
                "blobs, clusters of one row": lonely,
                "blobs, random labels": random.randint(-3, 300, 700),
            },
        ),
        (digits, golden.put(digits, "uint8"), {"digits": digit_clusters}),
        (pairs, golden.put(pairs), {"two rows and one": np.array([0, 0, 1])}),
        (twins, golden.put(twins), {"equal rows": np.array([2, 2, 0, 0, 1])}),
    ]
    golden.save(
        labels=[
            label_case(golden, "iris", classes, clusters),
            label_case(golden, "the same, renamed", classes, (classes + 1) % 3 * 7 - 9),
            label_case(golden, "negative and unequal sets", classes - 5, many - 20),
            label_case(golden, "fewer clusters than classes", many, classes),
            label_case(golden, "one cluster", classes, np.zeros(150, int)),
            label_case(golden, "one class and one cluster", np.ones(9, int), np.zeros(9, int)),
            label_case(golden, "every row a cluster", classes, np.arange(150)),
            label_case(golden, "worse than chance", np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])),
            label_case(golden, "60 classes, noisy", large, (large + random.randint(0, 4, 3000) * 7) % 60),
        ],
        points=[
            point_case(golden, name, points, labels, held)
            for points, held, sets in data
            for name, labels in sets.items()
        ],
    )


main()
