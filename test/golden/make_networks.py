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


def convolved():
    """Two convolutions and their transposes: the loss, and its gradients as rows of inputs."""
    image = torch.tensor(2 * pattern(3, 7 * 6 * 2, 41)).reshape(3, 7, 6, 2).permute(0, 3, 1, 2)
    weights, biases = [], []
    # (kernel down, kernel across, channels) x filters; of transposes filters x (kernel down, kernel across, channels).
    for at, (down, across, channels, filters) in enumerate([(3, 3, 2, 5), (2, 3, 5, 4)] * 2):
        transposed = at >= 2
        rows, columns = down * across * channels, filters
        shape = (columns, rows) if transposed else (rows, columns)
        weight = torch.tensor(pattern(*shape, 67 + at), requires_grad=True)
        biased = channels if transposed else filters
        biases.append(torch.tensor(pattern(1, biased, 91 + at)[0], requires_grad=True))
        weights.append((weight, (down, across, channels, filters)))

    def kernel(at):
        weight, (down, across, channels, filters) = weights[at]
        if at >= 2:
            return weight.reshape(filters, down, across, channels).permute(0, 3, 1, 2)
        return weight.reshape(down, across, channels, filters).permute(3, 2, 0, 1)

    f = torch.nn.functional
    # 7 x 6 -> 4 x 3: one line above and below, one column right.
    z = f.selu(f.conv2d(f.pad(image, (0, 1, 1, 1)), kernel(0), biases[0], stride=2))
    z = torch.tanh(f.conv2d(z, kernel(1), biases[1]))
    z = torch.tanh(f.conv_transpose2d(z, kernel(3), biases[3]))
    y = f.conv_transpose2d(z, kernel(2), stride=2)[:, :, 1:8, 0:6] + biases[2][None, :, None, None]
    loss = ((y - image) ** 2).mean()
    loss.backward()
    order = [0, 1, 3, 2]
    gradients = [g for at in order for g in (weights[at][0].grad, biases[at].grad)]
    return {"loss": loss.item(), "gradients": [g.numpy().ravel().tolist() for g in gradients]}


golden = {
    "convolved": convolved(),
    "by": f"PyTorch {torch.__version__}",
    "adam": trained(100, lambda p: torch.optim.Adam(p, lr=1e-3)),
    "adamw": trained(20, lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.1)),
    "sgd": trained(20, lambda p: torch.optim.SGD(p, lr=0.5, momentum=0.9)),
    "nesterov": trained(
        20, lambda p: torch.optim.SGD(p, lr=0.5, momentum=0.9, nesterov=True, weight_decay=0.01)
    ),
}
Path(__file__).with_name("networks.json").write_text(json.dumps(golden) + "\n")
