"""Small pictures, made when they are needed."""

import io

from PIL import Image


def picture(format: str = "JPEG", size: tuple[int, int] = (64, 48), color: str = "navy", **more: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, format, **more)
    return file.getvalue()
