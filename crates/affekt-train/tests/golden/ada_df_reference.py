"""Ada-DF in PyTorch: the dual network, its losses, its class distributions, and tensors drawn from a hash.

Shared by `make_ada_df_step.py` and `make_ada_df_loss.py`. Two variants: `reference` has the quirks of
the authors' public code, `paper` mends them. C classes, B items, labels y, epochs e = 1, 2, ...

    S = stem(x)                         conv1 bn1 act1 maxpool layer1
    f_k = pool(layer4(layer3(layer2(S))))        k = 1 auxiliary, 2 target; [B, 512]
    a_k = sigmoid(attention_k(f_k)), z_k = a_k * expression_k(f_k), a = (a_1 + a_2) / 2
    w = (a - min a)/(max a - min a) * (w_max - w_min) + w_min      (w_max, a constant, where max a = min a)
    q = (1 - w) softmax(z_1) + w LD[y]                             (`paper`: detached)
    L_ce = mean CE(z_1, y);  L_kl = sum q (log q - log softmax z_2) / B     (`reference`: B as configured)
    L_rr = max(0, mean(low) - mean(high) + 0.07), high = the floor(0.7 B) largest a; 0 if either group is empty
    e <= beta: alpha_1 = exp(-(1 - e/beta)^2), alpha_2 = 1;  e > beta: alpha_1 = 1, alpha_2 = exp(-(1 - beta/e)^2)
    L = alpha_2 L_ce + alpha_1 L_kl + L_rr
"""

import json
import math
import platform

import numpy
import timm
import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

MARGIN = 0.07
FORMULA = (
    "u(name, i) = (splitmix64(fnv1a64(utf8 name) + i) >> 40) / 2^24, sums modulo 2^64; splitmix64(x): x += 0x9E3779B97F4A7C15; "
    "x = (x ^ x>>30) * 0xBF58476D1CE4E5B9; x = (x ^ x>>27) * 0x94D049BB133111EB; x ^ x>>31. i is the flat row-major index. In "
    "float32, one rounding per operation: convolution and linear weights and linear biases (u - 0.5) * 2 * bound with bound = "
    "float32(sqrt(3) * sd), sd = sqrt(2 / (out channels * kernel height * kernel width)) for a convolution and 1 / sqrt(3 * "
    "inputs) for a linear layer, its bias included; batch-norm weight and running_var 0.5 + u; batch-norm bias and "
    "running_mean (u - 0.5) * float32(0.2); images (u - 0.5) * 4, name 'images', NCHW. Sampled indices: "
    "splitmix64(fnv1a64('index:' + name) + k) mod size, k = 0, 1, ..."
)


def header(script, seed):
    tools = {tool.__name__: str(tool.__version__) for tool in (torch, timm, numpy)}
    return {"generator": script, "versions": {"python": platform.python_version(), **tools}, "seed": seed}


def write(path, content):
    """One line per entry of the outer levels; floats as repr, no NaN."""
    def render(value, depth):
        if depth and isinstance(value, dict) and value:
            lines = [f"{json.dumps(k)}: {render(v, depth - 1)}" for k, v in value.items()]
            return "{\n" + ",\n".join(lines) + "\n}"
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    path.write_text(render(content, 4) + "\n")


def fnv1a64(name):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h


def splitmix64(name, count):
    """splitmix64 of fnv1a64(name) + i for i = 0 .. count - 1."""
    x = numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(fnv1a64(name)) + numpy.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return x ^ (x >> numpy.uint64(31))


def uniform(name, shape):
    """Float32 in [0, 1), exact multiples of 2^-24."""
    u = (splitmix64(name, math.prod(shape)) >> numpy.uint64(40)).astype(numpy.float32) / numpy.float32(2**24)
    return torch.from_numpy(u).reshape(shape)


def sampled_indices(name, size, count):
    return [int(v) % size for v in splitmix64("index:" + name, count)]


def images(count, size):
    return (uniform("images", (count, 3, size, size)) - 0.5) * 4


class Branch(nn.Module):
    def __init__(self, resnet, classes):
        super().__init__()
        for name in ("layer2", "layer3", "layer4", "global_pool"):
            self.add_module(name, getattr(resnet, name))
        self.expression, self.attention = nn.Linear(512, classes), nn.Linear(512, 1)

    def forward(self, s):
        f = self.global_pool(self.layer4(self.layer3(self.layer2(s))))
        a = torch.sigmoid(self.attention(f))
        return f, a, a * self.expression(f)


class AdaDf(nn.Module):
    """Shared stem, two branches with weights of their own; `bn_eval` keeps the stem's batch-norm on running statistics."""

    def __init__(self, classes, freeze_stem, bn_eval):
        super().__init__()
        resnet, self.stem = timm.create_model("resnet18"), nn.Sequential()
        for name in ("conv1", "bn1", "act1", "maxpool", "layer1"):
            self.stem.add_module(name, getattr(resnet, name))
        self.auxiliary = Branch(timm.create_model("resnet18"), classes)
        self.target = Branch(timm.create_model("resnet18"), classes)
        self.stem.requires_grad_(not freeze_stem)
        self.bn_eval = bn_eval
        self.draw()

    def train(self, mode=True):
        super().train(mode)
        if self.bn_eval:
            self.stem.eval()
        return self

    @torch.no_grad()
    def draw(self):
        for prefix, module in self.named_modules():
            for name, p in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
                if name == "num_batches_tracked":
                    continue
                u = uniform(f"{prefix}.{name}", p.shape)
                if isinstance(module, nn.BatchNorm2d):
                    p.copy_(0.5 + u if name in ("weight", "running_var") else (u - 0.5) * torch.tensor(0.2))
                elif isinstance(module, nn.Conv2d):
                    sd = math.sqrt(2 / (module.out_channels * math.prod(module.kernel_size)))
                    p.copy_((u - 0.5) * 2 * torch.tensor(math.sqrt(3) * sd))
                else:
                    p.copy_((u - 0.5) * 2 * torch.tensor(math.sqrt(3) * (1 / math.sqrt(3 * module.in_features))))

    def forward(self, x):
        s = self.stem(x)
        (f1, a1, z1), (f2, a2, z2) = self.auxiliary(s), self.target(s)
        return {"stem": s, "f1": f1, "f2": f2, "a1": a1, "a2": a2, "z1": z1, "z2": z2}


def initial_distributions(classes, t, dtype=torch.float64):
    return torch.full((classes, classes), (1 - t) / (classes - 1), dtype=dtype).fill_diagonal_(t)


def updated_distributions(variant, softmax, labels, previous, t, temperature):
    """LD[c] = mean of softmax(z_1) over the items of c; below t on its own class the row falls back to t on c and
    (1 - t)/(C - 1), in `reference` 0.4/(C - 1), elsewhere. A class without items falls back in `reference`; in `paper` it keeps
    its previous row, not sharpened again. Last, M = LD^(1/T): `paper` M_ij / sum_k M_ik, `reference` M_ij / sum_k M_jk."""
    classes = softmax.shape[1]
    ld, kept = torch.empty(classes, classes, dtype=softmax.dtype), []
    for c in range(classes):
        items = softmax[labels == c]
        if len(items) == 0 and variant == "paper":
            kept.append(c)
        ld[c] = items.mean(0) if len(items) else 0.0
        if ld[c, c] < t:
            ld[c] = (1 - t if variant == "paper" else 0.4) / (classes - 1)
            ld[c, c] = t
    if temperature is not None:
        powers = ld ** (1 / temperature)
        ld = powers / powers.sum(1, keepdim=variant == "paper")
    ld[kept] = previous[kept]
    return ld


def ramps(epoch, beta):
    if epoch <= beta:
        return math.exp(-((1 - epoch / beta) ** 2)), 1.0
    return 1.0, math.exp(-((1 - beta / epoch) ** 2))


def fusion_weight(a, fusion, w_min, w_max):
    """`fusion` is "adaptive", "label" (q = softmax z_1), "class" (q = LD[y]) or a fixed number; w has the shape of a."""
    if fusion != "adaptive":
        return torch.full_like(a, {"label": 0.0, "class": 1.0}.get(fusion, fusion))
    low, high = a.min(), a.max()
    if low == high:
        return torch.full_like(a, w_max)
    return (a - low) / (high - low) * (w_max - w_min) + w_min


def rank_regularisation(a):
    """Of equal attentions the earlier item counts as the larger. floor(0.7 B) is exact: (7 B) // 10."""
    ordered = torch.sort(a.flatten(), descending=True, stable=True).values
    count = 7 * len(ordered) // 10
    if count == 0:
        return ordered.sum() * 0
    return torch.clamp(ordered[count:].mean() - ordered[:count].mean() + MARGIN, min=0)


def losses(variant, z1, z2, a1, a2, labels, ld, epoch, beta, batch_size, fusion="adaptive", w_min=0.2, w_max=1.0):
    """L_rr is 0 unless the fusion is adaptive. 0 log 0 = 0. `w` and `q` are [B, 1] and [B, C]."""
    a = (a1 + a2) / 2
    w = fusion_weight(a, fusion, w_min, w_max)
    q = (1 - w) * functional.softmax(z1, 1) + w * ld[labels]
    if variant == "paper":
        w, q = w.detach(), q.detach()
    divergence = q * (torch.where(q > 0, q, torch.ones_like(q)).log() - functional.log_softmax(z2, 1))
    kl = divergence.sum() / (batch_size if variant == "reference" else len(labels))
    ce = functional.cross_entropy(z1, labels)
    rr = rank_regularisation(a) if fusion == "adaptive" else a.sum() * 0
    alpha1, alpha2 = ramps(epoch, beta)
    total = alpha2 * ce + alpha1 * kl + rr
    return {"w": w, "q": q, "ce": ce, "kl": kl, "rr": rr, "alpha1": alpha1, "alpha2": alpha2, "total": total}
