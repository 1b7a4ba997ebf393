"""Pages of a PDF as pictures: what a browser may show of ours are pictures, and no documents."""

import io
from threading import Lock
from typing import Final

from pypdfium2 import PdfDocument, PdfiumError

WIDTH: Final = 1_000
HEIGHT: Final = 3_000
"""Pixels that a page has at most, however large it would be on paper."""
MOST: Final = 50
"""Pages that are shown of a document: of a book it says itself which ones matter."""
_alone = Lock()
"""PDFium bears one thread at a time."""


def numbers(pdf: bytes, wanted: tuple[int, int] | None = None) -> range:
    """Return the numbers of the pages that are shown, of the first it is 1; of what is no PDF, there are none."""
    first, last = wanted or (1, MOST)
    try:
        with _alone, PdfDocument(pdf) as document:
            return range(first, min(last, first + MOST - 1, len(document)) + 1)
    except PdfiumError:
        return range(0)


def picture(pdf: bytes, number: int) -> bytes | None:
    """Return a page as PNG; None where there is no such page."""
    if number not in numbers(pdf, (number, number)):
        return None
    with _alone, PdfDocument(pdf) as document:
        page = document[number - 1]
        width, height = page.get_size()
        drawn = page.render(scale=min(WIDTH / width, HEIGHT / height)).to_pil()
    written = io.BytesIO()
    drawn.save(written, "PNG")
    return written.getvalue()
