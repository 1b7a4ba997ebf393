"""How a message shows what somebody wrote."""


def quoted(text: str) -> str:
    """Quote a name for a message: on one line, printable, not endless.

    >>> quoted("car"), quoted("a" * 100) == '"' + "a" * 57 + '..."'
    ('"car"', True)
    """
    return f'"{shown(text)}"'


def shown(value: object) -> str:
    """Return the text of a value on one line, printable, shortened to 60 characters."""
    text = str(value)[:100]
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return text if len(text) <= 60 else text[:57] + "..."
