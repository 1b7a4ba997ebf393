"""How a message shows what somebody wrote: on one line, printable, not endless, however hostile it was."""


def quoted(value: object) -> str:
    """Quote a text for a message; what is no text stands as it is, shortened alike.

    >>> quoted("car"), quoted("a" * 100) == '"' + "a" * 57 + '..."', quoted([5])
    ('"car"', True, '[5]')
    """
    return f'"{shown(value)}"' if isinstance(value, str) else shown(value)


def cited(value: object) -> str:
    """Quote a text as services do, which list names as Python writes them.

    >>> cited("car"), cited("a" * 100) == "'" + "a" * 57 + "...'", cited([5])
    ("'car'", True, '[5]')
    """
    return f"'{shown(value)}'" if isinstance(value, str) else shown(value)


def shown(value: object) -> str:
    """Return the text of a value on one line, printable, shortened to 60 characters."""
    try:
        text = value[:100] if isinstance(value, str) else str(value)[:100]
    except (ValueError, RecursionError):  # a number of thousands of digits, a list in a list in a list
        text = f"{type(value).__name__} without end"
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return text if len(text) <= 60 else text[:57] + "..."
