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
SIZE = 32
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
    """One with all levels, edges and noise; one dull, with a flat channel and a channel of two values."""
    rng = numpy.random.default_rng(SEED)
    y, x = numpy.mgrid[:SIZE, :SIZE].astype(float)
    waves = [128 + 90 * numpy.sin(x / 3 + c) + 60 * numpy.cos(y / (4 + c) - c) for c in range(3)]
    rich = numpy.stack(waves, -1) + rng.normal(0, 20, (SIZE, SIZE, 3))
    rich[8:14, 5:20] = (250, 5, 128)
    dull = numpy.stack([90 + x + rng.integers(0, 9, x.shape), numpy.full_like(x, 77), 40 + 3 * (x > y)], -1)
    return [numpy.clip(p, 0, 255).astype(numpy.uint8) for p in (rich, dull)]


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
    for name in PLAIN:
        yield from (dict(op=name, level=5.0, picture=p) for p in (0, 1))
    for name in LEVELLED:
        yield from (dict(op=name, level=level, picture=p) for level in LEVELS for p in (0, 1))
    for name in WARPS:
        for resample in RESAMPLE:
            for level in LEVELS:
                for negative in (False, True) if level > 0 else (False,):
                    yield dict(op=name, level=level, picture=0, negative=negative, resample=resample)


def main():
    timm, timm_version = timm_operations()
    sources = pictures()
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
