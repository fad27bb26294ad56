"""Loads what `affekt export` writes into timm and torchvision with strict=True, and compares outputs.

    python -m venv venv && venv/bin/pip install torch torchvision timm safetensors
    venv/bin/python check_export.py PATH/TO/affekt

The checkpoints are made here, by renaming a timm model with random weights, so that the names of both sides come from
different hands. Prints a line for each case; ends with exit code 1 when one differs.
"""

import pathlib
import subprocess
import sys
import tempfile

import safetensors.torch
import timm
import torch
import torchvision
from timm.models import load_state_dict

SEED = 20260615
N_CLASSES = 7
STAGES = ["conv1", "layer1", "layer2", "layer3", "layer4"]


def ours(state, division):
    """The names of affekt: one backbone, or two branches that part after `division`."""
    renamed = {}
    for name, tensor in state.items():
        part, _, rest = name.partition(".")
        if name.endswith("num_batches_tracked"):
            continue
        if division is None:
            place = [f"expression.{rest}"] if part == "fc" else [f"backbone.{name}"]
        elif part == "fc":
            place = [f"auxiliary.expression.{rest}", f"target.expression.{rest}"]
        elif STAGES.index(part.replace("bn1", "conv1")) <= STAGES.index(division):
            place = [f"stem.{name}"]
        else:
            place = [f"auxiliary.{name}", f"target.{name}"]
        for target in place:
            # The branches differ, so that taking the wrong one shows.
            renamed[target] = tensor + 1 if target.startswith("auxiliary") else tensor.clone()
    renamed["va.weight" if division is None else "target.attention.0.weight"] = torch.randn(2, 512)
    return renamed


def main(affekt):
    torch.manual_seed(SEED)
    differs = False
    for name in ("resnet18", "resnet50"):
        model = timm.create_model(name, num_classes=N_CLASSES).eval()
        for buffer in model.buffers():
            if buffer.is_floating_point():
                buffer.copy_(torch.rand_like(buffer) + 0.5)
        images = torch.randn(2, 3, 64, 64)
        with torch.no_grad():
            expected = model(images)
        for division in [None, *STAGES[:-1]]:
            with tempfile.TemporaryDirectory() as folder:
                source, target = pathlib.Path(folder, "a.safetensors"), pathlib.Path(folder, "b.safetensors")
                safetensors.torch.save_file(ours(model.state_dict(), division), source)
                words = [affekt, "export", "--checkpoint", str(source), "--out", str(target)]
                told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
                state = load_state_dict(str(target))
                gaps = []
                for make in (timm.create_model, torchvision.models.get_model):
                    fresh = make(name, num_classes=N_CLASSES).eval()
                    fresh.load_state_dict(state, strict=True)
                    with torch.no_grad():
                        gaps.append((fresh(images) - expected).abs().max().item())
            differs |= gaps[0] != 0 or gaps[1] > 1e-4
            print(f"{name}, division {division}: {told.splitlines()[0]}; timm differs by {gaps[0]:g}, torchvision by {gaps[1]:g}")
    return int(differs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
