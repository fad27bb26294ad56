"""A network of ours as TorchScript, run by Python: by hand, with a Python that has torch, numpy and pillow.

Usage: check_script.py AFFEKT RUN, the binary built with LibTorch and the folder of a finished run whose faces are whole
pictures. Exports the run's network, predicts 64 random pictures with `affekt predict` and with torch.jit.load, and prints
the largest difference between the probabilities.
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch
from PIL import Image


def main():
    affekt, run = (pathlib.Path(word).resolve() for word in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        script = folder / "model.pt"
        export = [affekt, "export", "--checkpoint", run / "checkpoint.safetensors", "--format", "torchscript"]
        subprocess.run([*export, "--out", script], check=True)
        card = json.loads((folder / "model.pt.json").read_text())
        _, height, width = card["input"]
        n_classes = len(card["label_set"]["classes"])
        pictures = numpy.random.default_rng(0).integers(0, 256, (64, height, width, 3), dtype=numpy.uint8)
        for k, picture in enumerate(pictures):
            Image.fromarray(picture).save(folder / f"{k:02}.png")
        table = folder / "predictions.csv"
        paths = [folder / f"{k:02}.png" for k in range(len(pictures))]
        words = [affekt, "predict", "--checkpoint", script, *paths, "--framing", "picture", "--out", table]
        subprocess.run(words, check=True)
        names = [f"p_{name}" for name in card["label_set"]["classes"]]
        with open(table, newline="") as rows:
            ours = torch.tensor([[float(row[name]) for name in names] for row in csv.DictReader(rows)])
        model = torch.jit.load(script)
        images = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
        views = [images, images.flip(3)] if card["resolved"]["input"]["mirror"] else [images]
        assert not card["resolved"]["input"].get("shift"), "this check does not move faces"
        theirs = torch.stack([model(view)[:, :n_classes].softmax(1) for view in views]).mean(0)
        print(f"torch {torch.__version__}: largest difference of a probability {(ours - theirs).abs().max().item():.1e}")


main()
