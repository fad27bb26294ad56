"""Reference pictures and numbers for the tests of affekt-face; needs Pillow.

Writes beside itself: cmyk.jpg (a CMYK JPEG of one colour), progressive.jpg, and resize.json (a 24 x 18 RGB pattern
and Pillow's BILINEAR reduction of it to 8 x 8, whole and centre-cropped).
"""
import json
import pathlib

import PIL
from PIL import Image

here = pathlib.Path(__file__).parent
Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(here / "cmyk.jpg", quality=95)

w, h = 24, 18
pattern = [((x * 37 + y * 11) % 256, (x * x + 5 * y) % 256, (255 - 9 * x - 3 * y) % 256) for y in range(h) for x in range(w)]
image = Image.new("RGB", (w, h))
image.putdata(pattern)
image.resize((40, 30)).save(here / "progressive.jpg", quality=90, progressive=True)


def flat(picture):
    return list(picture.tobytes())


json.dump(
    {
        "tool": "Pillow " + PIL.__version__,
        "width": w,
        "height": h,
        "input": flat(image),
        "size": 8,
        "stretch": flat(image.resize((8, 8), Image.BILINEAR)),
        "center_crop": flat(image.resize((8, 8), Image.BILINEAR, box=(3, 0, 21, 18))),
        "tolerance": 1,
    },
    open(here / "resize.json", "w"),
)
