"""Steps of an autoencoder by PyTorch in float64, from numbers that every language makes alike.

    /usr/bin/python3 test/golden/make_networks.py        (Debian's python3-torch 1.13)
"""

import json
from pathlib import Path

import numpy as np
import torch

SIZES = [64, 32, 10, 32, 64]
ROWS, BATCH = 200, 32


def pattern(rows, columns, step):
    """Multiples of 1/1009 within [-0.5, 0.5), with no pattern to speak of, rounded to float32."""
    i, j = np.indices((rows, columns))
    return (((i * step + j * 7919 + i * j) % 1009) / 1009 - 0.5).astype(np.float32).astype(float)


x = torch.tensor(2 * pattern(ROWS, 64, 31))


def network():
    layers = []
    for at, (inputs, outputs) in enumerate(zip(SIZES, SIZES[1:])):
        layer = torch.nn.Linear(inputs, outputs).double()
        weight = (2 / np.sqrt(inputs) * pattern(inputs, outputs, 57 + at)).astype(np.float32)
        layer.weight.data = torch.tensor(weight.T.astype(float))
        layer.bias.data = torch.zeros(outputs).double()
        layers += [layer] + ([torch.nn.ReLU()] if at in (0, 2) else [])
    return torch.nn.Sequential(*layers)


def trained(steps, make):
    net = network()
    optimizer = make(net.parameters())
    losses = []
    for step in range(steps):
        batch = x[[(step * BATCH + m) * 7 % ROWS for m in range(BATCH)]]
        loss = ((net(batch) - batch) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    # As rows of inputs: every 37th number.
    weights = [p.detach().numpy().T.ravel()[::37].tolist() for p in net.parameters()]
    return {"steps": steps, "losses": losses, "weights": weights}


golden = {
    "by": f"PyTorch {torch.__version__}",
    "adam": trained(100, lambda p: torch.optim.Adam(p, lr=1e-3)),
    "adamw": trained(20, lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.1)),
    "sgd": trained(20, lambda p: torch.optim.SGD(p, lr=0.5, momentum=0.9)),
    "nesterov": trained(
        20, lambda p: torch.optim.SGD(p, lr=0.5, momentum=0.9, nesterov=True, weight_decay=0.01)
    ),
}
Path(__file__).with_name("networks.json").write_text(json.dumps(golden) + "\n")
