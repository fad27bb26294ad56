"""The peer of `cargo xtask bench input`: torchvision and Pillow through a DataLoader.

Usage: input.py prepare|augment DATA_ROOT SIZE WORKERS; the last line printed is `images/s N`.
`prepare` decodes and resizes into a uint8 batch (what a cache would be filled with); `augment` is the usual training
input: decode, resize, RandAugment (timm, rand-m5-n3-mstd0.5), flip, to float, normalise, random erasing. The first
epoch warms the file cache and the workers and is not counted.
"""

import csv
import pathlib
import sys
import time

import PIL
import timm
import torch
import torchvision
from PIL import Image
from timm.data.auto_augment import rand_augment_transform
from torchvision import transforms


class Faces(torch.utils.data.Dataset):
    def __init__(self, root, transform):
        root = pathlib.Path(root)
        with open(root / "legend.csv", newline="") as rows:
            names = dict.fromkeys(row["image"] for row in csv.DictReader(rows))
        self.paths = [root / "images" / name for name in names]
        self.transform = transform

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as picture:
            return self.transform(picture.convert("RGB"))


def transform(mode, size):
    resize = transforms.Resize((size, size), transforms.InterpolationMode.BILINEAR)
    if mode == "prepare":
        return transforms.Compose([resize, transforms.PILToTensor()])
    policy = rand_augment_transform("rand-m5-n3-mstd0.5", {"translate_const": 117, "img_mean": (124, 116, 104)})
    return transforms.Compose(
        [
            resize,
            policy,
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
            transforms.RandomErasing(p=0.5, scale=(0.02, 0.25)),
        ]
    )


def main():
    mode, root, size, workers = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(1)
    print("torch", torch.__version__, "torchvision", torchvision.__version__, "timm", timm.__version__, "Pillow", PIL.__version__)
    faces = Faces(root, transform(mode, size))
    loader = torch.utils.data.DataLoader(
        faces, batch_size=64, shuffle=True, num_workers=workers, persistent_workers=True, drop_last=False
    )
    for _ in loader:
        pass
    started, n = time.perf_counter(), 0
    for batch in loader:
        n += len(batch)
    print("images/s", n / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
