"""Writes n RGB pixels, a byte each colour, of scikit-learn's two sample photographs, scaled to n in all."""
import math
import sys

import numpy as np
from PIL import Image
from sklearn.datasets import load_sample_images

n = int(sys.argv[1])
images = load_sample_images().images
scale = math.sqrt(n / sum(image.shape[0] * image.shape[1] for image in images))
pixels = [
    np.asarray(
        Image.fromarray(image).resize(
            (math.ceil(scale * image.shape[1]), math.ceil(scale * image.shape[0])), Image.BILINEAR
        )
    ).reshape(-1, 3)
    for image in images
]
sys.stdout.buffer.write(np.concatenate(pixels)[:n].astype(np.uint8).tobytes())
