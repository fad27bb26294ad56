"""Weights of timm and torchvision through `affekt`, and back: run by hand, with a Python that has torch, timm, torchvision
and safetensors.

Usage: check_weights.py AFFEKT, the binary built with LibTorch. For ResNet-18 and ResNet-50 of timm and of torchvision,
saved as a zip archive, as the stream of before torch 1.6 and as safetensors: `affekt step` starts from the file, its logits
and those of PyTorch in train mode are compared (largest difference over largest logit) in 32 and in 64 bit, and
`affekt export` of the state after an update of size zero must load into timm with strict=True and give the same
logits. In 32 bit a ResNet-50 of batch statistics over 32 numbers rounds to 1e-4, in PyTorch as well; 64 bit tells.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import timm
import torch
import torchvision
from safetensors.torch import load_file, save_file

CLASSES = 7


def run_json(backbone):
    return {
        "schema": "affekt-run/1", "id": "step", "study": "s", "dataset": "d", "data_folder": "data/d",
        "data_digest": "0" * 64, "arm": "plain", "seed": 0, "threads": 1,
        "label_set": {"name": "seven", "classes": list("abcdefg")}, "aus": [],
        "input": {"size": 64, "mean": [0.5] * 3, "std": [0.25] * 3, "mirror": False},
        "model": {"backbone": {"kind": backbone}, "heads": ["expression"], "dropout": 0.0},
        "train": {
            "epochs": 1, "batch_size": 8, "precision": "fp32",
            "optimizer": {"kind": "adam", "lr": 1e-30, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
            "schedule": {"kind": "exponential", "gamma": 1.0},
        },
        "augment": {"flip": 0.5, "shift": 0}, "tasks": {"expression": 1.0, "va": 0.0, "au": 0.0},
        "lambda": 0.0, "cost": None, "code": "c", "libtorch": "2.11.0",
    }


def randomised(net):
    """Batch-norm parameters and statistics away from 1 and 0, so that a mix-up shows."""
    for name, value in net.state_dict().items():
        if "bn" in name or "downsample.1" in name:
            if value.dtype.is_floating_point:
                value.copy_(torch.rand_like(value) + 0.5 if "bias" not in name else torch.rand_like(value) - 0.5)
    return net


def largest(got, expected):
    return ((got - expected).abs().max() / expected.abs().max()).item()


def main():
    affekt = pathlib.Path(sys.argv[1]).resolve()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    nets = {
        "timm resnet18": timm.create_model("resnet18", num_classes=CLASSES),
        "torchvision resnet18": torchvision.models.resnet18(num_classes=CLASSES),
        "timm resnet50": timm.create_model("resnet50", num_classes=CLASSES),
        "torchvision resnet50": torchvision.models.resnet50(num_classes=CLASSES),
    }
    images = torch.randn(8, 3, 64, 64)
    worst = {"fp32": 0.0, "fp64": 0.0, "back": 0.0}
    for name, net in nets.items():
        state = {k: v.clone() for k, v in randomised(net).state_dict().items()}
        expected = {"fp32": net.train()(images).detach()}
        net.load_state_dict(state)
        expected["fp64"] = net.double().train()(images.double()).detach()
        for how in ["zip", "legacy", "safetensors"]:
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                (folder / "run.json").write_text(json.dumps(run_json(name.split()[1])))
                save_file({"images": images, "labels": torch.arange(8) % CLASSES}, folder / "batch.safetensors")
                weights = folder / ("weights.safetensors" if how == "safetensors" else "weights.pth")
                if how == "safetensors":
                    save_file(state, weights)
                else:
                    torch.save({"state_dict": state}, weights, _use_new_zipfile_serialization=how == "zip")
                step = [affekt, "step", "--run", folder, "--weights", weights, "--batch", folder / "batch.safetensors"]
                there = {}
                for precision in ["fp64", "fp32"]:
                    words = [*step, "--precision", precision, "--out", folder / "out.safetensors"]
                    subprocess.run(words, check=True, stderr=subprocess.DEVNULL)
                    out = load_file(folder / "out.safetensors")
                    there[precision] = largest(out["logits"], expected[precision])
                ours = {k.removeprefix("updated."): v for k, v in out.items() if k.startswith("updated.")}
                save_file(ours, folder / "ours.safetensors")
                export = [affekt, "export", "--checkpoint", folder / "ours.safetensors", "--out", folder / "timm.safetensors"]
                subprocess.run(export, check=True, stdout=subprocess.DEVNULL)
                back = timm.create_model(name.split()[1], num_classes=CLASSES)
                back.load_state_dict(load_file(folder / "timm.safetensors"), strict=True)
                there["back"] = largest(back.train()(images).detach(), expected["fp32"])
                print(f"{name:22} {how:12}", "  ".join(f"{k} {v:.1e}" for k, v in there.items()))
                if "50" in name:
                    there.pop("fp32")
                worst = {k: max(v, there.get(k, 0.0)) for k, v in worst.items()}
    ok = worst["fp32"] < 1e-5 and worst["fp64"] < 1e-10 and worst["back"] < 1e-5
    print("ok" if ok else "FAILED", worst, "torch", torch.__version__, "timm", timm.__version__)
    sys.exit(not ok)


if __name__ == "__main__":
    main()
