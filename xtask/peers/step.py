"""The peer of `cargo xtask bench step`: the same steps in PyTorch's eager mode.

Usage: step.py NET SIZE BATCH PRECISION THREADS STEPS EXCHANGE LAYOUT; LAYOUT is `channels-last` or `contiguous`.
Starts from the weights and the batch that our side left in EXCHANGE, loaded by name. The last line printed is one JSON
object as our side prints it.
"""

import json
import resource
import sys
import time

import torch
from safetensors.torch import load_file
from torch.nn import functional
from torchvision.models.resnet import BasicBlock, ResNet

WARM_UP = 5


class Small(torch.nn.Module):
    """The net of `Architecture::SmallResNet`: a 5x5 stem at half resolution, three blocks with stride 2."""

    def __init__(self, width):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, width, 5, 2, 2, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(width)
        c_in = width
        for k in (1, 2, 3):
            c_out = width << (k - 1)
            down = torch.nn.Sequential(
                torch.nn.Conv2d(c_in, c_out, 1, 2, bias=False), torch.nn.BatchNorm2d(c_out)
            )
            setattr(self, f"layer{k}", torch.nn.Sequential(BasicBlock(c_in, c_out, 2, down)))
            c_in = c_out
        self.relu = torch.nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        return self.layer3(self.layer2(self.layer1(x))).mean((2, 3))


class Trunk(ResNet):
    """torchvision's ResNet-18 without its classifier."""

    def __init__(self):
        super().__init__(BasicBlock, [2, 2, 2, 2])
        self.fc = torch.nn.Identity()


class Model(torch.nn.Module):
    def __init__(self, net, classes):
        super().__init__()
        self.backbone = Trunk() if net == "resnet18" else Small(32)
        self.expression = torch.nn.Linear(512 if net == "resnet18" else 128, classes)

    def forward(self, x):
        return self.expression(self.backbone(x).float())


def main():
    net, size, batch, precision, threads, steps, exchange, layout = sys.argv[1:]
    torch.set_num_threads(int(threads))
    state = load_file(exchange)
    images, classes = state.pop("batch.images"), state.pop("batch.classes")
    assert images.shape == (int(batch), 3, int(size), int(size)), images.shape
    model = Model(net, state["expression.bias"].numel()).train()
    found = model.load_state_dict(state, strict=False)
    assert not found.unexpected_keys, found
    assert all(name.endswith("num_batches_tracked") for name in found.missing_keys), found
    if layout == "channels-last":
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    decays = [p for p in model.parameters() if p.dim() >= 2]
    free = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": decays, "weight_decay": 0.05}, {"params": free, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, fused=True)
    autocast = torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")
    milliseconds, losses = [], []
    for step in range(WARM_UP + int(steps)):
        started = time.perf_counter()
        with autocast:
            logits = model(images)
        loss = functional.cross_entropy(logits.float(), classes)
        losses.append(loss.item())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step >= WARM_UP:
            milliseconds.append((time.perf_counter() - started) * 1e3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"torch {torch.__version__}")
    print(json.dumps({"milliseconds": milliseconds, "losses": losses, "peak_mib": peak}))


main()
