"""Whole JPEGs of every way of coding that is read: a picture of 101×77 pixels, by Pillow 13.0 (libjpeg-turbo)."""
from PIL import Image, ImageFilter


def part(x, y):
    dx, dy = x - 50, y - 38
    ring = 400 < dx * dx + dy * dy < 900
    noise = (x * 2654435761 ^ y * 40503) >> 7 & 15
    return (60 + 120 * ring + noise, 60 + 100 * ring + x // 4, 70 + y // 3)


picture = Image.new("RGB", (101, 77))
picture.putdata([part(x, y) for y in range(77) for x in range(101)])
WAYS = {
    "baseline": {"quality": 90},
    "grey": {"quality": 75},
    "fine_colour": {"quality": 95, "subsampling": 0},
    "half_colour": {"quality": 60, "subsampling": 1},
    "restarts": {"quality": 90, "restart_marker_blocks": 5},
    "progressive": {"quality": 90, "progressive": True},
    "progressive_grey": {"quality": 50, "progressive": True},
    "progressive_fine": {"quality": 95, "progressive": True, "subsampling": 0},
    "progressive_restarts": {"quality": 80, "progressive": True, "restart_marker_rows": 1},
    "cmyk": {"quality": 90},
}
for name, how in WAYS.items():
    mode = "L" if "grey" in name else "CMYK" if name == "cmyk" else "RGB"
    picture.convert(mode).save(f"{name}.jpg", **how)
