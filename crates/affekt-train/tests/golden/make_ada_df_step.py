"""One training step, and ten epochs, of the whole Ada-DF network.

    python make_ada_df_step.py          (torch, timm, numpy; five minutes on one core)

Writes `ada_df_step_reference.json`, `ada_df_step_paper.json` (ResNet-18, 6 pictures of 3x64x64, 7 classes, epoch 2, one step of
Adam) and `ada_df_curve.json` (32 pictures of 3x32x32, 4 classes, batches of 8 in fixed order, class distributions updated after
each epoch from a pass in eval mode; learning rate 6e-6, since at 1e-4 the losses in float32 and float64 part by 4e-2). Pictures
and weights are drawn from a hash (`formula`), so nothing else is needed to redo them. Every run is done in float64 from the same
float32 weights, which is the truth recorded, and in float32: `float32` holds its logits and losses and `float32_difference`, per
group, the largest relative difference. The formulas stand in `ada_df_reference.py`. A run is `frozen` (the stem's parameters)
or `free`; batch-norm of the stem is in eval mode in `paper` when frozen, else in train mode.
"""

import copy
from pathlib import Path

import torch

import ada_df_reference as ada

HERE = Path(__file__).resolve().parent
STEP = {"classes": 7, "batch": 6, "size": 64, "labels": [3, 0, 6, 3, 1, 5], "epoch": 2, "beta": 3, "threshold": 0.7,
        "w_min": 0.2, "w_max": 1.0, "lr": 1e-3, "betas": [0.9, 0.999], "eps": 1e-8}
CURVE = {"classes": 4, "items": 32, "size": 32, "batch": 8, "epochs": 10, "beta": 3, "threshold": 0.28, "w_min": 0.2,
         "w_max": 1.0, "lr": 6e-6, "gamma": 0.9, "betas": [0.9, 0.999], "eps": 1e-8}
RUNS = {"reference": {"frozen": True, "free": False}, "paper": {"frozen": True, "free": False}}


def network(variant, frozen, classes, dtype):
    model = ada.AdaDf(classes, freeze_stem=frozen, bn_eval=variant == "paper" and frozen)
    return model.train().to(dtype)


def optimiser(model, lr):
    trained = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.Adam(trained, lr=lr, betas=(0.9, 0.999), eps=1e-8)


def step(variant, frozen, dtype):
    model = network(variant, frozen, STEP["classes"], dtype)
    x, labels = ada.images(STEP["batch"], STEP["size"]).to(dtype), torch.tensor(STEP["labels"])
    ld = ada.initial_distributions(STEP["classes"], STEP["threshold"], dtype)
    adam = optimiser(model, STEP["lr"])
    out = model(x)
    z1, z2, a1, a2 = (out[k] for k in ("z1", "z2", "a1", "a2"))
    loss = ada.losses(variant, z1, z2, a1, a2, labels, ld, STEP["epoch"], STEP["beta"], STEP["batch"])
    loss["total"].backward()
    adam.step()
    forward = {k: v.detach() for k, v in out.items()}
    loss = {k: v.detach() if torch.is_tensor(v) else v for k, v in loss.items()}
    parameters = {k: (p.grad, p.detach()) for k, p in model.named_parameters()}
    buffers = {k: b for k, b in model.named_buffers() if not k.endswith("num_batches_tracked")}
    return forward, loss, parameters, buffers


def sample(values, indices):
    flat = values.flatten()
    return {"norm": flat.norm().item(), "sum": flat.sum().item(), "values": flat[indices].tolist()}


def relative(pairs, norm=lambda x: x.abs().max()):
    """The largest over the pairs (float32, float64) of norm(difference) / norm(float64)."""
    return max((norm(a.double() - b) / norm(b)).item() for a, b in pairs if b.any())


def step_run(variant, frozen):
    f32, l32, p32, b32 = step(variant, frozen, torch.float32)
    f64, l64, p64, b64 = step(variant, frozen, torch.float64)
    terms = ("ce", "kl", "rr", "alpha1", "alpha2", "total")
    features = {}
    for name in ("stem", "f1", "f2"):
        flat = f64[name].flatten(1)
        indices = ada.sampled_indices(name, flat.shape[1], 16)
        features[name] = {"shape": list(f64[name].shape[1:]), "indices": indices, "sum": flat.sum(1).tolist(),
                          "sum_of_squares": flat.square().sum(1).tolist(), "norm": flat.norm(dim=1).tolist(),
                          "values": flat[:, indices].tolist()}
    parameters = {}
    for name, (gradient, updated) in p64.items():
        indices = ada.sampled_indices(name, updated.numel(), 12)
        parameters[name] = {"shape": list(updated.shape), "indices": indices,
                            "gradient": None if gradient is None else sample(gradient, indices),
                            "updated": sample(updated, indices)}
    buffers = {}
    for name, values in b64.items():
        indices = ada.sampled_indices(name, values.numel(), 12)
        buffers[name] = {"shape": list(values.shape), "indices": indices, "updated": sample(values, indices)}
    trained = [k for k, (g, _) in p64.items() if g is not None]
    two = torch.linalg.vector_norm
    difference = {
        "stem": relative([(f32["stem"], f64["stem"])]),
        "features": relative((f32[k], f64[k]) for k in ("f1", "f2")),
        "attention": relative((f32[k], f64[k]) for k in ("a1", "a2")),
        "logits": relative((f32[k], f64[k]) for k in ("z1", "z2")),
        "fusion": relative((l32[k], l64[k]) for k in ("w", "q")),
        "losses": relative((torch.as_tensor(l32[k]), torch.as_tensor(l64[k])) for k in terms),
        "gradients_l2": relative(((p32[k][0], p64[k][0]) for k in trained), two),
        "gradients_largest_entry": relative((p32[k][0], p64[k][0]) for k in trained),
        "updated_l2": relative(((p32[k][1], p64[k][1]) for k in trained), two),
        "updated_largest_absolute": max((p32[k][1].double() - p64[k][1]).abs().max().item() for k in trained),
        "updated_largest_absolute_where_gradient_above_1e-3_of_its_largest": max(
            (p32[k][1].double() - p64[k][1])[g.abs() > 1e-3 * g.abs().max()].abs().max().item()
            for k, (g, _) in p64.items() if g is not None),
        "running_statistics": relative((b32[k], b64[k]) for k in b64),
    }
    outputs = {k: f64[k].tolist() for k in ("a1", "a2", "z1", "z2")} | {k: l64[k].tolist() for k in ("w", "q")}
    single = {k: f32[k].tolist() for k in ("a1", "a2", "z1", "z2")}
    single["losses"] = {k: float(l32[k]) for k in terms}
    return {"freeze_stem": frozen, "features": features, "outputs": outputs, "losses": {k: float(l64[k]) for k in terms},
            "parameters": parameters, "buffers": buffers, "float32": single, "float32_difference": difference}


def curve(variant, frozen, dtype, labels):
    c = CURVE
    model, x = network(variant, frozen, c["classes"], dtype), ada.images(c["items"], c["size"]).to(dtype)
    ld = ada.initial_distributions(c["classes"], c["threshold"], dtype)
    adam = optimiser(model, c["lr"])
    schedule = torch.optim.lr_scheduler.ExponentialLR(adam, c["gamma"])
    epochs = []
    for epoch in range(1, c["epochs"] + 1):
        model.train()
        means = dict.fromkeys(("total", "ce", "kl", "rr"), 0.0)
        for items, y in zip(x.split(c["batch"]), labels.split(c["batch"])):
            out = model(items)
            z1, z2, a1, a2 = (out[k] for k in ("z1", "z2", "a1", "a2"))
            loss = ada.losses(variant, z1, z2, a1, a2, y, ld, epoch, c["beta"], c["batch"])
            adam.zero_grad()
            loss["total"].backward()
            adam.step()
            for k in means:
                means[k] += loss[k].item() / (c["items"] // c["batch"])
        lr = schedule.get_last_lr()[0]
        schedule.step()
        model.eval()
        with torch.no_grad():
            softmax = torch.softmax(model(x)["z1"], 1)
            ld = ada.updated_distributions(variant, softmax, labels, ld, c["threshold"], None)
        own = [softmax[labels == k, k].mean().item() for k in range(c["classes"])]
        epochs.append({"epoch": epoch, "lr": lr, "losses": means, "own_class_means": own, "ld": ld.tolist()})
    return epochs


def curve_run(variant, frozen, labels):
    e32, e64 = (curve(variant, frozen, dtype, labels) for dtype in (torch.float32, torch.float64))
    terms = [max(abs(a["losses"][k] - b["losses"][k]) for k in a["losses"]) for a, b in zip(e32, e64)]
    ld = [(torch.tensor(a["ld"]) - torch.tensor(b["ld"])).abs().max().item() for a, b in zip(e32, e64)]
    print(variant, "frozen" if frozen else "free", "losses", max(terms), "ld", max(ld))
    return {"freeze_stem": frozen, "float64": e64, "float32": e32,
            "float32_difference_absolute": {"losses": terms, "ld": ld}}


if __name__ == "__main__":
    names = ["images", "stem.conv1.weight", "stem.bn1.weight", "stem.bn1.running_mean", "auxiliary.attention.bias"]
    initial = {"images": ada.images(1, 2)} | ada.AdaDf(7, True, False).state_dict()
    check = {n: {"fnv1a64": f"{ada.fnv1a64(n):016x}", "splitmix64": f"{int(ada.splitmix64(n, 1)[0]):016x}",
                 "values": initial[n].flatten()[:4].tolist()} for n in names}
    top = {**ada.header("make_ada_df_step.py", None), "dtype": "float64", "formula": ada.FORMULA, "hash_check": check}
    for variant, runs in RUNS.items():
        chosen = {k: v for k, v in runs.items() if variant == "paper" or k == "frozen"}
        content = copy.deepcopy(top) | {"variant": variant, "config": STEP}
        content["runs"] = {k: step_run(variant, v) for k, v in chosen.items()}
        for k, run in content["runs"].items():
            print(variant, k, run["float32_difference"], run["losses"])
        ada.write(HERE / f"ada_df_step_{variant}.json", content)
    labels = [int(v) % CURVE["classes"] for v in ada.splitmix64("labels", CURVE["items"])]
    content = top | {"config": CURVE | {"labels": labels}, "runs": {}}
    for variant, runs in RUNS.items():
        content["runs"][variant] = {k: curve_run(variant, v, torch.tensor(labels)) for k, v in runs.items()}
    ada.write(HERE / "ada_df_curve.json", content)
