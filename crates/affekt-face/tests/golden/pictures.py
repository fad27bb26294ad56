"""Small picture files of many kinds and the RGB pixels Pillow makes of them; needs Pillow, OpenCV and NumPy.

Writes pictures.json beside itself. The pixels are `ImageOps.exif_transpose(Image.open(f)).convert("RGB")`, except for
16-bit RGB, which Pillow cuts to the upper byte and grey 16-bit, which it clips: there the reference is
round(value / 257), computed here. Tolerance 0 for lossless files, a few grey levels for JPEG, whose decoders differ.
"""
import io
import json
import pathlib
import struct

import cv2
import numpy as np
import PIL
from PIL import Image, ImageOps

SEED = 20_251_122
rng = np.random.default_rng(SEED)
W, H = 12, 7
noise = rng.integers(0, 256, (H, W, 4), dtype=np.uint8)
y, x = np.mgrid[0:H, 0:W]
smooth = np.stack([20 + 15 * x, 30 + 25 * y, 200 - 8 * x - 6 * y, 40 + 9 * x + 3 * y], axis=-1).astype(np.uint8)
rgb, rgba = Image.fromarray(noise[..., :3], "RGB"), Image.fromarray(noise, "RGBA")
grey, grey_alpha = Image.fromarray(noise[..., 0], "L"), Image.fromarray(noise[..., :2].copy(), "LA")
palette = rgb.quantize(16)
cases = []


def reference(data):
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))


def case(name, data, tolerance=0, pixels=None):
    pixels = reference(data) if pixels is None else pixels
    cases.append({
        "name": name, "file": bytes(data).hex(), "width": pixels.shape[1], "height": pixels.shape[0],
        "pixels": pixels.astype(np.uint8).tobytes().hex(), "tolerance": tolerance,
    })


def saved(picture, form, **options):
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


for name, picture in [("rgb", rgb), ("rgba", rgba), ("grey", grey), ("grey-alpha", grey_alpha), ("palette", palette),
                      ("bits-1", grey.convert("1"))]:
    case(f"png {name}", saved(picture, "PNG"))
case("png palette, one colour transparent", saved(palette, "PNG", transparency=3))
case("png rgb, one colour transparent", saved(rgb, "PNG", transparency=tuple(int(v) for v in noise[0, 0, :3])))
for name, picture in [("rgb", rgb), ("grey", grey), ("palette", palette), ("rgba", rgba)]:
    case(f"bmp {name}", saved(picture, "BMP"))
# The TIFF decoder of the image crate refuses palettes.
for name, picture in [("rgb", rgb), ("rgba", rgba), ("grey", grey)]:
    case(f"tiff {name}", saved(picture, "TIFF"))
case("tiff lzw", saved(rgb, "TIFF", compression="tiff_lzw"))
case("tiff deflate", saved(rgb, "TIFF", compression="tiff_adobe_deflate"))
case("webp lossless", saved(rgb, "WEBP", lossless=True))
case("webp lossless rgba", saved(rgba, "WEBP", lossless=True, exact=True))
case("gif", saved(palette, "GIF"))
case("gif, first of two frames", saved(palette, "GIF", save_all=True, append_images=[grey.convert("P")]))

deep = rng.integers(0, 65536, (H, W, 3), dtype=np.uint16)
eight = np.round(deep / 257.0)
for form in ["png", "tiff"]:
    case(f"{form} rgb 16 bits", cv2.imencode("." + form, deep[..., ::-1])[1].tobytes(), 0, eight)
    one = np.repeat(eight[..., :1], 3, axis=-1)
    case(f"{form} grey 16 bits", cv2.imencode("." + form, deep[..., 0])[1].tobytes(), 0, one)

soft = Image.fromarray(smooth[..., :3].copy(), "RGB")
case("jpeg 4:4:4", saved(soft, "JPEG", quality=95, subsampling=0), 3)
case("jpeg 4:2:0", saved(soft, "JPEG", quality=95, subsampling=2), 12)
case("jpeg progressive", saved(soft, "JPEG", quality=95, subsampling=0, progressive=True), 3)
case("jpeg restart markers", saved(soft, "JPEG", quality=95, subsampling=0, restart_marker_blocks=1), 3)
case("jpeg grey", saved(soft.convert("L"), "JPEG", quality=95), 2)
case("jpeg stored as rgb", saved(soft, "JPEG", quality=95, keep_rgb=True), 3)
cmyk = saved(Image.fromarray(smooth.copy(), "CMYK"), "JPEG", quality=95)
case("jpeg cmyk", cmyk, 4)
adobe = cmyk.index(b"Adobe")
assert cmyk[adobe + 11] == 0
ycck = cmyk[:adobe + 11] + b"\x02" + cmyk[adobe + 12:]
case("jpeg ycck", ycck, 6)
# Without the marker Pillow still takes four channels as inverted.
length = struct.unpack(">H", cmyk[adobe - 2:adobe])[0]
case("jpeg cmyk without marker", cmyk[:adobe - 4] + cmyk[adobe - 2 + length:], 4)

for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    case(f"png orientation {orientation}", saved(rgb, "PNG", exif=exif))
    case(f"jpeg orientation {orientation}", saved(soft, "JPEG", quality=95, subsampling=0, exif=exif), 3)
    case(f"webp orientation {orientation}", saved(rgb, "WEBP", lossless=True, exif=exif))
    case(f"tiff orientation {orientation}", saved(rgb, "TIFF", tiffinfo={0x0112: orientation}))
bad = Image.Exif()
bad[0x0112] = 9
case("jpeg orientation 9 is none", saved(soft, "JPEG", quality=95, subsampling=0, exif=bad), 3)

tools = f"Pillow {PIL.__version__}, OpenCV {cv2.__version__}, NumPy {np.__version__}"
with open(pathlib.Path(__file__).with_name("pictures.json"), "w") as out:
    out.write(json.dumps({"tools": tools, "seed": SEED, "cases": cases}, indent=0) + "\n")
