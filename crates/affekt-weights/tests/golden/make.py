"""Writes the weights files of this folder and expected.json: what torch itself reads from them.

    python -m venv venv && venv/bin/pip install torch torchvision safetensors numpy
    venv/bin/python make.py

Every value is computed by torch; expected.json holds, for each tensor, kind, shape, the CRC-32 of its row-major bytes,
and its values where there are few. The releases and the seed stand in expected.json too.
"""

import argparse
import collections
import io
import json
import math
import os
import pathlib
import pickle
import platform
import re
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import safetensors
import safetensors.torch
import torch
import torchvision
from torchvision.models.resnet import BasicBlock

SEED = 20260615
HERE = pathlib.Path(__file__).parent
SHOWN = 24
KINDS = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


class TinyResNet(torch.nn.Module):
    """The names of ResNet-18 with one block a stage and few channels."""

    def __init__(self, n_classes):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 2, 3, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(2)
        widths = [2, 2, 3, 3, 4]
        for stage, (c_in, c_out) in enumerate(zip(widths, widths[1:]), start=1):
            down = None
            if c_in != c_out:
                down = torch.nn.Sequential(
                    torch.nn.Conv2d(c_in, c_out, 1, bias=False), torch.nn.BatchNorm2d(c_out)
                )
            setattr(self, f"layer{stage}", torch.nn.Sequential(BasicBlock(c_in, c_out, 1, down)))
        self.fc = torch.nn.Linear(4, n_classes)


def raw(tensor):
    """Row-major little-endian bytes."""
    flat = tensor.detach().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def described(tensor):
    entry = {"kind": KINDS[tensor.dtype], "shape": list(tensor.shape), "crc32": zlib.crc32(raw(tensor))}
    if tensor.numel() <= SHOWN:
        # JSON has no infinity.
        values = tensor.detach().to(torch.float32).reshape(-1).tolist()
        entry["values"] = [value if math.isfinite(value) else str(value) for value in values]
    return entry


def views():
    """Everything torch can do to a tensor before it is saved."""
    base = torch.arange(24, dtype=torch.float32)
    image = torch.randn(2, 3, 4, 5)
    tied = torch.randn(3, 2)
    return {
        "contiguous": base.reshape(4, 6).clone(),
        "transposed": torch.randn(3, 5).t(),
        "channels_last": image.to(memory_format=torch.channels_last),
        "permuted": torch.randn(2, 3, 4).permute(2, 0, 1),
        "offset": base[5:9],
        "stepped": base[1::3],
        "column": base.reshape(4, 6)[:, 2],
        "block": base.reshape(4, 6)[1:3, 2:5],
        "expanded": torch.randn(3, 1).expand(3, 4),
        "tied.a": tied,
        "tied.b": tied,
        "scalar": torch.tensor(3.5),
        "empty": torch.zeros(0, 3),
        "one": torch.randn(1, 4, 1).transpose(0, 2),
        "parameter": torch.nn.Parameter(torch.randn(4)),
        "f64": torch.tensor([1.0, 1e-3, -7.25], dtype=torch.float64),
        "f16": torch.tensor([1.0, 6e-8, -65504.0, float("inf")], dtype=torch.float16),
        "bf16": torch.tensor([[1.0, 1e-30], [-3.0e38, 0.1]], dtype=torch.bfloat16).t(),
        "i64": torch.tensor([-(2**40), 7]),
        "i32": torch.tensor([-5, 6], dtype=torch.int32),
        "i16": torch.tensor([-300, 300], dtype=torch.int16),
        "i8": torch.tensor([-128, 127], dtype=torch.int8),
        "u8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
    }


def trained(n_classes):
    """A net after a step, so that its optimiser has a state, and what a training script saves with it."""
    net = TinyResNet(n_classes)
    optimiser = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    for parameter in net.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimiser.step()
    for name, buffer in net.named_buffers():
        if buffer.is_floating_point():
            buffer.copy_(torch.rand_like(buffer) + 0.5)
    return net, optimiser


class Calls:
    """Pickles as a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def rewritten(source, target, change):
    """Copies a zip archive entry by entry through `change(name, content) -> (content, compression)`."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            content, compression = change(info.filename, old.read(info))
            # A fixed date keeps the bytes of the fixture.
            new.writestr(zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0)), content, compression)


class Golden:
    def __init__(self):
        self.files = {}
        self.refused = {}

    def add(self, name, saved, expected, key=None, ask=None, stripped=(), skipped=(), format="torch-zip", **options):
        path = HERE / name
        if format == "safetensors":
            safetensors.torch.save_file(saved, path, metadata={"format": "pt"})
        else:
            if format == "torch-legacy":
                options["_use_new_zipfile_serialization"] = False
            torch.save(saved, path, **options)
        self.note(name, expected, key, ask, stripped, skipped, format)

    def note(self, name, expected, key, ask, stripped, skipped, format):
        self.files[name if ask is None else f"{name}?{ask}"] = {
            "format": format,
            "key": key,
            "stripped": list(stripped),
            "skipped": sorted(skipped),
            "tensors": {entry: described(tensor) for entry, tensor in expected.items()},
        }

    def refuse(self, name, *words):
        """The file is refused with a message that contains the words."""
        self.refused[name] = list(words)


def checkpoints(golden):
    net, optimiser = trained(7)
    state = net.state_dict()
    wrapped = torch.nn.DataParallel(net).state_dict()
    more = {"epoch": 3, "best": 0.75, "arch": "tiny", "optimizer": optimiser.state_dict()}
    golden.add("net.safetensors", dict(state), state, format="safetensors")
    golden.add("net-nested.pth", {"state_dict": wrapped, **more}, state, key="state_dict", stripped=["module."])
    golden.add("net-legacy.pth", {"model": state, **more}, state, key="model", format="torch-legacy")
    backbone, _ = trained(1000 // 100)
    golden.add("backbone.pth", backbone.state_dict(), backbone.state_dict())


def wrappers(golden):
    a, b = torch.randn(2), torch.randn(3)
    both = {"a": a, "b": b}
    golden.add("compiled.pth", {"module._orig_mod." + k: v for k, v in both.items()}, both, stripped=["module.", "_orig_mod."])
    mixed = {"module.a": a, "b": b}
    golden.add("mixed.pth", mixed, mixed)
    ema = {"state_dict": both, "state_dict_ema": {"a": a + 1, "b": b + 1}}
    golden.add("ema.pth", ema, both, key="state_dict", ask="state_dict")
    golden.note("ema.pth", ema["state_dict_ema"], "state_dict_ema", "state_dict_ema", [], [], "torch-zip")
    golden.refuse("ema.pth", "state_dict_ema, state_dict", "by its key")
    deep = {"nets": {"student": {**both, "note": "text"}}, "epoch": 1}
    golden.add("deep.pth", deep, both, key="nets.student", ask="nets.student", skipped=["note"])
    golden.refuse("deep.pth", "nets", "by its key")
    notes = {
        "args": argparse.Namespace(lr=0.1, sizes=[1, 2], where=pathlib.PurePosixPath("x")),
        "score": np.float64(0.5),
        "scores": np.arange(3),
        "device": torch.device("cpu"),
        "dtype": torch.float32,
        "seen": {1, 2},
        "big": 2**70,
        "shape": torch.Size([2, 3]),
        "raw": b"bytes",
    }
    for protocol in (2, 4, 5):
        golden.add(f"notes-{protocol}.pth", {"model": both, **notes}, both, key="model", pickle_protocol=protocol)


class Window:
    """Three elements of a storage of six, from the third on."""


class WindowPickler(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, Window):
            return ("storage", torch.FloatStorage, "0", "cpu", 6, ("1", 2, 3))
        return None


def window(golden):
    """A window on a storage, which torch wrote before 0.4 and still reads."""
    tensor = Calls(torch._utils._rebuild_tensor_v2, Window(), 0, (3,), (1,), False, collections.OrderedDict())
    sizes = {"short": 2, "int": 4, "long": 4}
    machine = {"protocol_version": 1001, "little_endian": True, "type_sizes": sizes}
    path = HERE / "window-legacy.pth"
    with path.open("wb") as out:
        for value in (0x1950A86A20F9469CFC6C, 1001, machine):
            pickle.dump(value, out, protocol=2)
        WindowPickler(out, protocol=2).dump({"a": tensor})
        pickle.dump(["0"], out, protocol=2)
        out.write(struct.pack("<q6f", 6, *range(6)))
    read = torch.load(path)
    assert read["a"].tolist() == [2.0, 3.0, 4.0]
    golden.note(path.name, read, None, None, [], [], "torch-legacy")


def refusals(golden):
    mark = Calls(os.system, "true")
    torch.save({"state_dict": {"a": torch.ones(1)}, "x": mark}, HERE / "system.pth")
    golden.refuse("system.pth", "posix.system", "nothing was executed")
    torch.save({"state_dict": {"a": torch.ones(1)}, "x": mark}, HERE / "system-legacy.pth", _use_new_zipfile_serialization=False)
    golden.refuse("system-legacy.pth", "posix.system", "nothing was executed")
    (HERE / "system.pkl").write_bytes(b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.")
    golden.refuse("system.pkl", "os.system", "nothing was executed")
    torch.save(Calls(eval, "1"), HERE / "eval.pth", pickle_protocol=4)
    golden.refuse("eval.pth", "builtins.eval")
    torch.save(torch.nn.Linear(2, 2), HERE / "module.pth")
    golden.refuse("module.pth", "torch.nn.modules.linear.Linear", "model.state_dict()")
    torch.save({"a": torch.zeros(1, dtype=torch.complex64)}, HERE / "complex.pth")
    golden.refuse("complex.pth", "torch.ComplexFloatStorage")
    torch.jit.script(torch.nn.Linear(2, 2)).save(str(HERE / "script.pt"))
    golden.refuse("script.pt", "TorchScript", "state_dict()")
    torch.save({"a": torch.zeros(1).expand(1 << 20, 1 << 20)}, HERE / "expanded.pth")
    golden.refuse("expanded.pth", "tensor a", "repeats elements")
    (HERE / "bare.pkl").write_bytes(pickle.dumps({"a": 1}, protocol=2))
    golden.refuse("bare.pkl", "bare pickle")
    torch.save({"epoch": 1, "optimizer": {"state": {}}}, HERE / "nothing.pth")
    golden.refuse("nothing.pth", "no tensors", "epoch, optimizer")
    with tarfile.open(HERE / "old.tar", "w") as old:
        old.addfile(tarfile.TarInfo("sys_info"), io.BytesIO())
    golden.refuse("old.tar", "tar archive")
    (HERE / "page.pth").write_text("<!DOCTYPE html><html>not found</html>")
    golden.refuse("page.pth", "download page")
    safetensors.torch.save_file({"a": torch.zeros(2, dtype=torch.float8_e4m3fn)}, HERE / "f8.safetensors")
    golden.refuse("f8.safetensors", "tensor a", "F8_E4M3")


def archives(golden):
    plain = {"a": torch.randn(3), "b": torch.randn(2, 2)}
    golden.add("plain.pth", plain, plain)
    torch.serialization.set_crc32_options(False)
    golden.add("no-checksums.pth", plain, plain)
    torch.serialization.set_crc32_options(True)
    source = HERE / "plain.pth"
    stored = zipfile.ZIP_STORED
    rewritten(source, HERE / "python-zip.pth", lambda name, content: (content, stored))
    golden.note("python-zip.pth", plain, None, None, [], [], "torch-zip")
    rewritten(source, HERE / "deflated.pth", lambda name, content: (content, zipfile.ZIP_DEFLATED))
    golden.refuse("deflated.pth", "compressed")
    big = lambda name, content: (b"big" if name.endswith("byteorder") else content, stored)
    rewritten(source, HERE / "big-endian.pth", big)
    golden.refuse("big-endian.pth", "big-endian")
    damaged = bytearray(source.read_bytes())
    damaged[damaged.index(raw(plain["a"]))] ^= 1
    (HERE / "damaged.pth").write_bytes(damaged)
    golden.refuse("damaged.pth", "checksum", "damaged file")
    (HERE / "cut.pth").write_bytes(source.read_bytes()[:-100])
    golden.refuse("cut.pth", "ends within")
    legacy = io.BytesIO()
    torch.save(plain, legacy, _use_new_zipfile_serialization=False)
    (HERE / "cut-legacy.pth").write_bytes(legacy.getvalue()[:-5])
    golden.refuse("cut-legacy.pth", "ends within")
    (HERE / "cut.safetensors").write_bytes((HERE / "net.safetensors").read_bytes()[:-5])
    golden.refuse("cut.safetensors", "safetensors")


def main():
    torch.manual_seed(SEED)
    golden = Golden()
    checkpoints(golden)
    wrappers(golden)
    saved = views()
    golden.add("views.pth", saved, saved)
    golden.add("views-legacy.pth", saved, saved, format="torch-legacy")
    window(golden)
    refusals(golden)
    archives(golden)
    tools = {"python": platform.python_version(), "safetensors": safetensors.__version__, "numpy": np.__version__}
    tools |= {"torch": torch.__version__, "torchvision": torchvision.__version__}
    document = {"tools": tools, "seed": SEED, "files": golden.files, "refused": golden.refused}
    text = json.dumps(document, indent=1)
    # A list of numbers a line keeps the file short.
    text = re.sub(r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()), text)
    (HERE / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
