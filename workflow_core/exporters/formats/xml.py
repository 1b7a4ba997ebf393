"""Elements of XML, of values as they are."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def put(parent: Element | None, tag: str, text: object = None, **attributes: object) -> Element:
    """Make an element, below another if that is given; what is None is left out, and what XML cannot say is a �.

    >>> written(put(None, "size", 3, of=True, no=None))
    '<size of="true">3</size>\\n'
    """
    told = {name: as_text(value) for name, value in attributes.items() if value is not None}
    made = Element(tag, told) if parent is None else SubElement(parent, tag, told)
    made.text = None if text is None else as_text(text)
    return made


def as_text(value: object) -> str:
    """Return a value as text: a truth in small letters, a number in digits."""
    return str(value).lower() if isinstance(value, bool) else NOT_IN_XML.sub("\ufffd", str(value))


def written(element: Element, level: int = 0) -> str:
    """Return the text of an element, indented."""
    indent(element, "  ", level)
    return "  " * level + tostring(element, encoding="unicode", short_empty_elements=True).rstrip() + "\n"
