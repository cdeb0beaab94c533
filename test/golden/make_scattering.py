"""Writes scattering.json and scattering.bin: scattering transforms of small images and of MNIST's, in float64.

As kymatio 0.3 does it (filter_bank.py, core/scattering2d.py), by NumPy's FFT of whole images: filters made in
space, their spectra without what a coarser grid cannot hold, products of spectra folded, moduli.
"""

from golden_io import Golden, MNIST

import numpy as np


def gabor(shape, sigma, theta, xi, slant=1.0):
    turn = np.array([[np.cos(theta), -np.sin(theta)], [np.sin(theta), np.cos(theta)]])
    curve = turn @ np.diag([1, slant**2]) @ turn.T / (2 * sigma**2)
    rows, columns = shape
    wave = np.zeros(shape, complex)
    for tile_y in range(-2, 3):
        for tile_x in range(-2, 3):
            y, x = np.mgrid[:rows, :columns]
            y = y + tile_y * rows
            x = x + tile_x * columns
            square = curve[0, 0] * y * y + (curve[0, 1] + curve[1, 0]) * y * x + curve[1, 1] * x * x
            wave += np.exp(-square + 1j * xi * (y * np.cos(theta) + x * np.sin(theta)))
    return wave / (2 * np.pi * sigma**2 / slant)


def morlet(shape, sigma, theta, xi, slant):
    wave = gabor(shape, sigma, theta, xi, slant)
    envelope = gabor(shape, sigma, theta, 0, slant)
    return wave - wave.sum() / envelope.sum() * envelope


def coarser(spectrum, level):
    """On a grid 2^level times as coarse, without the frequencies that it cannot hold."""
    spectrum = spectrum.copy()
    for axis, size in enumerate(spectrum.shape):
        first = size >> (level + 1)
        cut = [slice(None)] * 2
        cut[axis] = slice(first, first + size - (size >> level))
        spectrum[tuple(cut)] = 0
    return folded(spectrum, level) * 4**level


def folded(spectrum, level):
    """Of every 2^level-th number in space."""
    *others, rows, columns = spectrum.shape
    step = 2**level
    parts = spectrum.reshape(*others, step, rows // step, step, columns // step)
    return parts.mean(axis=(-4, -2))


def scattering(images, scales, orientations, order):
    """images [n][height][width]; [n][channels][height'][width']."""
    step = 2**scales
    shape = [((size + step) // step + 1) * step for size in images.shape[1:]]
    before = [(whole - size) // 2 for whole, size in zip(shape, images.shape[1:])]
    after = [whole - size - first for whole, size, first in zip(shape, images.shape[1:], before)]
    padded = np.pad(images, [(0, 0), *zip(before, after)], mode="reflect")
    psi = []
    for j in range(scales):
        for t in range(orientations):
            theta = (int(orientations - orientations / 2 - 1) - t) * np.pi / orientations
            wave = morlet(shape, 0.8 * 2**j, theta, 0.75 * np.pi / 2**j, 4 / orientations)
            psi.append((j, np.fft.fft2(wave).real))
    phi = np.fft.fft2(gabor(shape, 0.8 * 2 ** (scales - 1), 0, 0)).real

    def smooth(spectrum, level):
        maps = np.fft.ifft2(folded(spectrum * coarser(phi, level), scales - level)).real
        return maps[..., 1:-1, 1:-1]

    def moduli(spectrum, j, wave, level):
        return np.fft.fft2(np.abs(np.fft.ifft2(folded(spectrum * coarser(wave, level), j - level))))

    whole = np.fft.fft2(padded)
    first = [(j, moduli(whole, j, wave, 0)) for j, wave in psi]
    channels = [smooth(whole, 0), *(smooth(spectrum, j) for j, spectrum in first)]
    if order == 2:
        for j, spectrum in first:
            channels += [smooth(moduli(spectrum, k, wave, j), k) for k, wave in psi if k > j]
    return np.stack(channels, axis=1)


def main():
    golden = Golden("scattering")
    rng = np.random.default_rng(15)
    digits = np.fromfile(MNIST, np.uint8, offset=16).reshape(-1, 28, 28)[:2] / 255
    cases = []
    for images, scales, orientations, order in [
        (digits, 3, 8, 2),
        (rng.random((3, 11, 14)), 2, 3, 2),
        (rng.standard_normal((2, 8, 8)), 3, 4, 1),
        (rng.standard_normal((2, 3, 5)), 1, 5, 2),
    ]:
        features = scattering(images, scales, orientations, order)
        n, height, width = images.shape
        cases.append(
            {
                **{"width": width, "height": height, "scales": scales, "orientations": orientations},
                **{"maxOrder": order, "points": golden.put(images.reshape(n, -1))},
                **{"channels": features.shape[1], "features": golden.put(features.reshape(n, -1))},
            }
        )
    golden.save(cases=cases)


if __name__ == "__main__":
    main()
