"""Pictures changed by every RandAugment operation of timm, through Pillow.

    pip install --no-deps timm pillow numpy
    python rand_augment.py

Writes `rand_augment.bin` (the source pictures, then one picture per case; RGB bytes, rows from the top) and
`rand_augment.json` (what each case is). The operations and the map from level to argument are timm's own, read from its
file `auto_augment.py` alone, which needs no torch.
"""

import importlib.util
import json
import platform
from pathlib import Path

import numpy
import PIL
from PIL import Image

SEED = 20
SIZE = 16
PICTURES = 20
FILL = (124, 116, 104)
HERE = Path(__file__).parent
NAMES = {"TranslateXRel": "TranslateX", "TranslateYRel": "TranslateY"}
PLAIN = ["AutoContrast", "Equalize", "Invert"]
LEVELLED = ["Posterize", "Solarize", "SolarizeAdd", "Color", "Contrast", "Brightness", "Sharpness"]
WARPS = ["Rotate", "ShearX", "ShearY", "TranslateXRel", "TranslateYRel"]
LEVELS = [0.0, 2.6, 5.0, 7.3, 10.0]
RESAMPLE = {"Bilinear": Image.Resampling.BILINEAR, "Bicubic": Image.Resampling.BICUBIC}


def timm_operations():
    """timm's module of operations, without timm's `__init__` and so without torch."""
    root = Path(importlib.util.find_spec("timm").submodule_search_locations[0])
    spec = importlib.util.spec_from_file_location("auto_augment", root / "data" / "auto_augment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    version = importlib.util.spec_from_file_location("version", root / "version.py")
    numbers = importlib.util.module_from_spec(version)
    version.loader.exec_module(numbers)
    return module, numbers.__version__


def pictures():
    """By turns one with all levels, edges and noise, and a dull one with a flat channel and a channel of two values."""
    rng = numpy.random.default_rng(SEED)
    y, x = numpy.mgrid[:SIZE, :SIZE].astype(float)
    for k in range(PICTURES):
        if k % 2 == 0:
            waves = [128 + 90 * numpy.sin(x / 2 + c + k) + 60 * numpy.cos(y / (3 + c) - c) for c in range(3)]
            picture = numpy.stack(waves, -1) + rng.normal(0, 4 + 2 * k, (SIZE, SIZE, 3))
            picture[4:7, 3 : 10 - k % 5] = (250, 5, 128)
        else:
            flat = numpy.full_like(x, 60 + 7 * k)
            picture = numpy.stack([90 + x + rng.integers(0, 9 + k, x.shape), flat, 40 + k * (x > y)], -1)
        yield numpy.clip(picture, 0, 255).astype(numpy.uint8)


def apply(timm, picture, name, level, negative, resample):
    # timm negates when a random number is above one half.
    timm.random.random = lambda: 1.0 if negative else 0.0
    to_argument = timm.LEVEL_TO_ARG[name]
    arguments = to_argument(level, {"translate_pct": 0.45}) if to_argument else ()
    image = Image.fromarray(picture)
    if name == "Posterize" and arguments == (0,):
        # Pillow has come to refuse 0 bits; the table by which it keeps bits is black there.
        return picture & 0
    return numpy.asarray(timm.NAME_TO_OP[name](image, *arguments, resample=RESAMPLE[resample], fillcolor=FILL))


def cases():
    for p in range(PICTURES):
        for name in PLAIN:
            yield dict(op=name, level=5.0, picture=p)
        for level in LEVELS:
            for name in LEVELLED:
                yield dict(op=name, level=level, picture=p)
            for name in WARPS:
                # Every level meets both signs and both kinds of interpolation among the pictures.
                resample, negative = list(RESAMPLE)[p // 2 % 2], level > 0 and p // 4 % 2 == 1
                yield dict(op=name, level=level, picture=p, negative=negative, resample=resample)


def main():
    timm, timm_version = timm_operations()
    sources = list(pictures())
    blocks, index = list(sources), []
    for case in cases():
        case = {"negative": False, "resample": "Bilinear"} | case
        picture = sources[case["picture"]]
        blocks.append(apply(timm, picture, case["op"], case["level"], case["negative"], case["resample"]))
        index.append(case | {"op": NAMES.get(case["op"], case["op"])})
    versions = dict(
        python=platform.python_version(), numpy=numpy.__version__, pillow=PIL.__version__, timm=timm_version
    )
    (HERE / "rand_augment.bin").write_bytes(b"".join(block.tobytes() for block in blocks))
    lines = ",\n".join(json.dumps(case) for case in index)
    head = json.dumps(dict(generator=dict(seed=SEED, **versions), size=SIZE, pictures=len(sources)))[:-1]
    (HERE / "rand_augment.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
