"""A whole 32-bit Ada-DF step of `affekt step` beside PyTorch's, every entry of every tensor: run by hand.

Usage: check_ada_df_step.py AFFEKT, the binary built with LibTorch, with the Python of the generators and safetensors. The
goldens are of 64 bit and hold samples; in 32 bit one unit whose input is zero up to rounding switches with the order
of a sum, and all gradients below it move. Here both sides use the same kernels (channels innermost, one thread), so what
is left is what they do differently: the largest difference of a tensor over its largest entry must stay below 1e-5.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import ada_df_reference as ada
import make_ada_df_step as made
import torch
from safetensors.torch import load_file, save_file

TESTS = pathlib.Path(__file__).resolve().parents[3] / "affekt" / "tests"


def run_json(variant, frozen):
    method = {
        "kind": "ada-df", "variant": variant, "threshold": 0.7, "beta": 3.0, "temperature": 1.0,
        "fusion": {"kind": "adaptive", "min": 0.2, "max": 1.0}, "rank_share": 0.7, "rank_margin": 0.07,
        "divide_after": "layer1", "freeze_stem": frozen, "stem_dropout": 0.0,
    }
    sys.path.insert(0, str(TESTS / "golden"))
    import check_weights

    run = check_weights.run_json("resnet18")
    run["train"]["optimizer"]["lr"] = 1e-3
    run["train"]["batch_size"] = made.STEP["batch"]
    return run | {"arm": "full", "method": method}


def largest(got, expected):
    scale = expected.abs().max()
    return ((got - expected).abs().max() / scale).item() if scale > 0 else got.abs().max().item()


def told(got, expected, gradient):
    """Entries whose gradient is more than a millionth of the largest, or all where there is no gradient."""
    if gradient is None:
        return got, expected
    above = gradient.abs() > 1e-6 * gradient.abs().max()
    return got[above], expected[above]


def torch_step(variant, frozen):
    c = made.STEP
    model = made.network(variant, frozen, c["classes"], torch.float32).to(memory_format=torch.channels_last)
    x = ada.images(c["batch"], c["size"]).contiguous(memory_format=torch.channels_last)
    start = {k: v.clone().contiguous() for k, v in model.state_dict().items() if "num_batches" not in k}
    adam = made.optimiser(model, c["lr"])
    model.train()
    out = model(x)
    ld = ada.initial_distributions(c["classes"], c["threshold"], torch.float32)
    z1, z2, a1, a2 = (out[k] for k in ("z1", "z2", "a1", "a2"))
    loss = ada.losses(variant, z1, z2, a1, a2, torch.tensor(c["labels"]), ld, c["epoch"], c["beta"], c["batch"])
    loss["total"].backward()
    gradients = {k: p.grad.clone() for k, p in model.named_parameters() if p.grad is not None}
    adam.step()
    after = {k: v for k, v in model.state_dict().items() if "num_batches" not in k}
    ours = {
        "stem": out["stem"], "features.auxiliary": out["f1"], "features.target": out["f2"],
        "attention.auxiliary": a1, "attention.target": a2, "logits.auxiliary": z1, "logits.target": z2,
        "fusion.weight": loss["w"], "fusion.target": loss["q"], "loss.cross_entropy": loss["ce"],
        "loss.divergence": loss["kl"], "loss.rank": loss["rr"], "loss.total": loss["total"],
    }
    return start, x, {k: v.detach() for k, v in ours.items()}, gradients, after


def main():
    affekt, worst = pathlib.Path(sys.argv[1]).resolve(), 0.0
    for variant, frozen in [("reference", True), ("paper", True), ("paper", False)]:
        start, x, outputs, gradients, after = torch_step(variant, frozen)
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "run.json").write_text(json.dumps(run_json(variant, frozen)))
            save_file(start, folder / "weights.safetensors")
            batch = {"images": x.contiguous(), "labels": torch.tensor(made.STEP["labels"])}
            save_file(batch, folder / "batch.safetensors")
            words = ["--run", folder, "--weights", folder / "weights.safetensors", "--batch", folder / "batch.safetensors"]
            words += ["--epoch", str(made.STEP["epoch"]), "--out", folder / "out.safetensors"]
            subprocess.run([affekt, "step", *words], check=True, stderr=subprocess.DEVNULL)
            out = load_file(folder / "out.safetensors")
        groups = {
            "outputs": {k: largest(out[k], v) for k, v in outputs.items()},
            "gradients": {k: largest(out[f"gradient.{k}"], v) for k, v in gradients.items()},
            # The first step of Adam is the sign of the gradient: where that is rounding, so is the sign.
            "updated": {k: largest(*told(out[f"updated.{k}"], v, gradients.get(k))) for k, v in after.items()},
        }
        for group, differences in groups.items():
            name = max(differences, key=differences.get)
            worst = max(worst, differences[name])
            print(f"{variant:9} {'frozen' if frozen else 'free':6} {group:9} {len(differences):3} tensors, largest {differences[name]:.1e} ({name})")
    print("ok" if worst < 1e-5 else "FAILED", f"{worst:.1e}", "torch", torch.__version__)
    sys.exit(worst >= 1e-5)


if __name__ == "__main__":
    main()
