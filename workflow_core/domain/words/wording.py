"""How a message shows what somebody wrote: on one line, printable, not endless, however hostile; and how it counts."""

import unicodedata
from datetime import timedelta

JOINERS = "\u200c\u200d"
"""What joins and parts letters in Hindi or Persian, and joins emoji; nothing else that is not seen is shown."""


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
    text = "".join(each if _is_seen(each) else repr(each)[1:-1] for each in text)
    return text if len(text) <= 60 else text[:57] + "..."


def counted(number: int, word: str) -> str:
    """Say how many of something there are.

    >>> counted(1, "item"), counted(1200, "item"), counted(2, "status")
    ('1 item', '1,200 items', '2 statuses')
    """
    return f"{number:,} {word}{agreed(number, '', 'es' if word.endswith('s') else 's')}"


def agreed(number: int, one: str, many: str) -> str:
    """Return the word that goes with a number.

    >>> agreed(1, "is", "are"), agreed(0, "is", "are")
    ('is', 'are')
    """
    return one if number == 1 else many


def elapsed(time: timedelta) -> str:
    """Say about how long something has taken; nothing, where it is less than a minute.

    >>> [elapsed(timedelta(minutes=minutes)) for minutes in (0.9, 5, 1_800, 13_000)]
    ['', '5 min', '30 h', '9 d']
    """
    minutes = int(time.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min" if minutes > 0 else ""
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def on_screen(text: str) -> str:
    r"""Return a text for a terminal: what would move its cursor, turn its line or hide is a �, all else as written.

    >>> on_screen("3.04\u202fPM\x1b[31m\u202egpj") == "3.04\u202fPM�[31m�gpj"
    True
    """
    return "".join(each if _is_seen(each) else "�" for each in text)


def columns(text: str) -> int:
    r"""Return how wide a text is on a terminal.

    >>> columns("car"), columns("Zu\u0308rich"), columns("人行道"), columns("❤\ufe0f")
    (3, 6, 6, 1)
    """
    unseen = ("Mn", "Me", "Cf")
    return sum(
        0 if unicodedata.category(each) in unseen else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def _is_seen(each: str) -> bool:
    return each.isprintable() or each in JOINERS or unicodedata.category(each) == "Zs"
