"""What scikit-learn finds in iris, for the fits over row shards: test/golden/shards.json.

K-means and the mixture are such that any good start leads to them.
"""

import json
import os

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

here = os.path.dirname(os.path.abspath(__file__))
x = np.genfromtxt(os.path.join(here, 'iris.csv'), delimiter=',', skip_header=1, usecols=range(4))
kmeans = KMeans(3, n_init=20, tol=0, random_state=0).fit(x)
mixture = GaussianMixture(3, tol=1e-6, max_iter=500, random_state=0).fit(x)
pca = PCA().fit(x)
order = np.argsort(kmeans.cluster_centers_[:, 0])
with open(os.path.join(here, 'shards.json'), 'w') as file:
    json.dump(
        {
            'rows': [[float(value) for value in row] for row in x],
            'inertia': float(kmeans.inertia_),
            'centroids': kmeans.cluster_centers_[order].tolist(),
            'lowerBound': float(mixture.lower_bound_),
            'weights': sorted(mixture.weights_.tolist()),
            'explainedVariance': pca.explained_variance_.tolist(),
            'components': pca.components_.tolist(),
        },
        file,
    )
