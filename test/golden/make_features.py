"""Writes features.onnx, a small network as PyTorch exports it, and features.json: a picture, and what its layers make of it."""

import io
import json
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(3)
HERE = Path(__file__).parent


class Network(nn.Module):
    """All kinds of layers that are read: two branches that are added, depthwise filters, both poolings."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.depthwise = nn.Conv2d(6, 6, (3, 1), padding=(1, 0), groups=6, bias=False)
        self.last = nn.Conv2d(6, 4, 3, stride=2, padding=1, groups=2)
        for values in self.norm.running_mean, self.norm.running_var, self.norm.weight.data, self.norm.bias.data:
            values.uniform_(0.5, 1.5)

    def forward(self, x):
        a = torch.relu(self.norm(self.first(x)))
        b = nn.functional.leaky_relu(self.depthwise(a), 0.01)
        c = nn.functional.max_pool2d(a + b, 2)
        return [a, c, torch.tanh(self.last(nn.functional.avg_pool2d(c, (1, 2))))]


network = Network().eval()
picture = torch.randint(0, 256, (1, 3, 8, 8))
given = picture.float() / 255
file = io.BytesIO()
torch.onnx.export(
    network, given, file, input_names=["picture"], output_names=["a", "c", "d"], do_constant_folding=True,
    training=torch.onnx.TrainingMode.PRESERVE,
)
(HERE / "features.onnx").write_bytes(file.getvalue())
with torch.no_grad():
    layers = [
        {"shape": list(values.shape[1:]), "values": values.double().flatten().tolist()} for values in network(given)
    ]
answer = {"picture": picture[0].permute(1, 2, 0).flatten().tolist(), "layers": dict(zip("acd", layers))}
(HERE / "features.json").write_text(json.dumps(answer))
