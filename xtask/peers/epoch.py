"""The peer of `cargo xtask bench epoch`: ResNet-18 in PyTorch, fed by a DataLoader of worker processes.

Usage: epoch.py DATA_ROOT SIZE BATCH WORKERS THREADS SEED LAYOUT; LAYOUT is `channels-last` or `contiguous`. Decode, resize,
RandAugment, flip, normalise and erase as in input.py; bfloat16 autocast and fused AdamW. Two epochs; the last line
printed is one JSON object with the images a second and the mean loss of each.
"""

import csv
import json
import sys
import time

import torch
import torchvision
from input import Faces, transform
from torch.nn import functional

LABELS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")


class Labelled(Faces):
    """Faces8 with the classes of its legend; the last row of an image counts."""

    def __init__(self, root, transform):
        super().__init__(root, transform)
        with open(f"{root}/legend.csv", newline="") as rows:
            classes = {row["image"]: LABELS.index(row["emotion"].lower()) for row in csv.DictReader(rows)}
        self.classes = [classes[path.name] for path in self.paths]

    def __getitem__(self, index):
        return super().__getitem__(index), self.classes[index]


def main():
    root, size, batch, workers, threads, seed, layout = sys.argv[1:]
    torch.manual_seed(int(seed))
    torch.set_num_threads(int(threads))
    loader = torch.utils.data.DataLoader(
        Labelled(root, transform("augment", int(size))),
        batch_size=int(batch),
        shuffle=True,
        num_workers=int(workers),
        persistent_workers=True,
        drop_last=True,
    )
    model = torchvision.models.resnet18(num_classes=len(LABELS)).train()
    layout = torch.channels_last if layout == "channels-last" else torch.contiguous_format
    model = model.to(memory_format=layout)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05, fused=True)
    rates, means = [], []
    for _ in range(2):
        started, n, losses = time.perf_counter(), 0, []
        for images, classes in loader:
            images = images.contiguous(memory_format=layout)
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(images)
            loss = functional.cross_entropy(logits.float(), classes)
            losses.append(loss.item())
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            n += len(classes)
        rates.append(n / (time.perf_counter() - started))
        means.append(sum(losses) / len(losses))
    print(f"torch {torch.__version__}")
    print(json.dumps({"images_per_second": rates, "losses": means}))


if __name__ == "__main__":
    main()
