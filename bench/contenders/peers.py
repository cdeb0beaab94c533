"""Python's peers. argv: folder (points, start as float32), method, contender, n, d, k, covariance.

Reads a request a line, {"task": "iterate" | "seeded" | "converge", "iterations"}; answers a line,
{"milliseconds", "iterations", "result"}, the time by its own clock, without passing the result on.
"""
import json
import shutil
import sys
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")
folder, method, contender = sys.argv[1:4]
n, d, k = map(int, sys.argv[4:7])
covariance = sys.argv[7] if len(sys.argv) > 7 else ""
points = np.fromfile(folder + "/points", np.float32).reshape(n, d)
start = np.fromfile(folder + "/start", np.float32).reshape(-1, d)
# Now, as whoever asks may be cut off any time.
shutil.rmtree(folder)
MOST_ITERATIONS = 300

if contender == "faiss":
    import faiss
elif contender.startswith("scikit-learn"):
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture


def sklearn_kmeans(task, iterations):
    algorithm = "elkan" if contender.endswith("elkan") else "lloyd"
    most, tol = (MOST_ITERATIONS, 1e-4) if task == "converge" else (iterations, 0)
    init = "k-means++" if task == "seeded" else start
    model = KMeans(
        k, init=init, n_init=1, max_iter=most, tol=tol, algorithm=algorithm, random_state=1
    ).fit(points)
    return model.n_iter_, {"centroids": model.cluster_centers_}


def faiss_kmeans(task, iterations):
    model = faiss.Kmeans(
        d, k, niter=iterations, max_points_per_centroid=n, min_points_per_centroid=1
    )
    model.train(points, init_centroids=start)
    return iterations, {"centroids": model.centroids}


def sklearn_mixture(task, iterations):
    precisions = np.tile(np.eye(d), (k, 1, 1)) if covariance == "full" else np.ones((k, d))
    model = GaussianMixture(
        k,
        covariance_type=covariance,
        tol=0,
        max_iter=iterations,
        weights_init=np.full(k, 1 / k),
        means_init=start.astype(float),
        precisions_init=precisions,
        init_params="random_from_data",
    ).fit(points.astype(float))
    return iterations, {
        "weights": model.weights_,
        "means": model.means_,
        "factors": model.precisions_cholesky_,
    }


def sklearn_pca(task, iterations):
    model = PCA(k, random_state=1).fit(points)
    return 1, {"mean": model.mean_, "components": model.components_}


def covariance_pca(task, iterations):
    """X^T X in float32, its eigenvectors in float64: as one writes it for many rows."""
    mean = points.mean(axis=0)
    apart = points - mean
    _, vectors = np.linalg.eigh((apart.T @ apart).astype(float))
    return 1, {"mean": mean, "components": vectors[:, ::-1][:, :k].T}


WORK = {
    ("kmeans", "scikit-learn"): sklearn_kmeans,
    ("kmeans", "scikit-learn-elkan"): sklearn_kmeans,
    ("kmeans", "faiss"): faiss_kmeans,
    ("mixture", "scikit-learn"): sklearn_mixture,
    ("pca", "scikit-learn"): sklearn_pca,
    ("pca", "numpy-covariance"): covariance_pca,
}
work = WORK[method, contender]
for line in sys.stdin:
    request = json.loads(line)
    begin = time.perf_counter()
    iterations, result = work(request["task"], request["iterations"])
    milliseconds = 1000 * (time.perf_counter() - begin)
    answer = {
        "milliseconds": milliseconds,
        "iterations": int(iterations),
        "result": {name: np.asarray(values).ravel().tolist() for name, values in result.items()},
    }
    print(json.dumps(answer), flush=True)
