"""Golden values of pictures: images.json. Of SciPy's filters and scikit-learn's K-means.

    /usr/bin/python3 test/golden/make_images.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import ndimage
from sklearn.cluster import KMeans
from sklearn.datasets import load_sample_images

MODES = {"zero": "constant", "nearest": "nearest", "reflect": "reflect", "wrap": "wrap"}
random = np.random.default_rng(18)

filters = []
for channels, height, width, rows, columns in [
    (3, 7, 11, 3, 3),
    (1, 9, 6, 4, 5),
    (4, 6, 13, 1, 6),
    (2, 8, 5, 7, 2),
]:
    image = random.normal(size=(height, width, channels)).round(3)
    kernel = random.normal(size=(rows, columns)).round(3)
    # A product of a column and a row of more than 20 weights is applied in two passes.
    if rows * columns == 20:
        kernel = np.outer(kernel[:, 0], kernel[0])
    filters.append(
        {
            "width": width,
            "height": height,
            "channels": channels,
            "data": image.ravel().tolist(),
            "kernel": kernel.tolist(),
            "results": {
                name: np.stack(
                    [ndimage.convolve(image[..., c], kernel, mode=mode) for c in range(channels)],
                    axis=-1,
                )
                .ravel()
                .tolist()
                for name, mode in MODES.items()
            },
        }
    )

photograph = load_sample_images().images[0][100:340:8, 200:520:8]
pixels = photograph.reshape(-1, 3).astype(float)
palettes = [
    {"colours": k, "error": KMeans(k, n_init=20, random_state=0).fit(pixels).inertia_ / pixels.size}
    for k in (16,)
]

golden = {
    "filters": filters,
    "photograph": {
        "height": photograph.shape[0],
        "width": photograph.shape[1],
        "data": photograph.ravel().tolist(),
        "palettes": palettes,
    },
}
Path(__file__).with_name("images.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
