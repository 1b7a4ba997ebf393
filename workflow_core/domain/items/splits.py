"""On which side an item is where items are parted for training, validation and tests.

The side is drawn by a stable hash of the dataset and the item, so it is the same in every export of whatever pipeline,
whatever else comes in. Test items are those with the lowest draws and validation items those with the highest: another
share of the one leaves the other as it is, and moves items from or to training alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from workflow_core.domain.items.sampling import SCALE, draw, seed
from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput


@dataclass(frozen=True)
class Split:
    """The shares of validation and tests in millionths; what is left is for training.

    Raises:
        InvalidInput: a share is below nothing, both are nothing, or they leave nothing for training.
    """

    val: int = 0
    test: int = 0

    @classmethod
    def of(cls, val: float | None, test: float | None) -> "Split | None":
        """Return the split of these percentages; None where there is none.

        Raises:
            InvalidInput: they leave nothing for training, or one is below 0, or above 100.

        >>> Split.of(12.5, None)
        Split(val=125000, test=0)
        """
        if not all(one is None or (isinstance(one, int | float) and 0 <= one <= 100) for one in (val, test)):
            raise InvalidInput("a share is a percentage from 0 to 100")
        return cls(*(round((one or 0) * SCALE / 100) for one in (val, test))) if val or test else None

    def __post_init__(self) -> None:
        if self.val < 0 or self.test < 0 or not 0 < self.val + self.test < SCALE:
            raise InvalidInput("a split has a share for validation or for tests, and leaves some for training")

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides that have a share.

        >>> Split(test=100_000).sides
        ('train', 'test')
        """
        return ("train", *(side for side in ("val", "test") if getattr(self, side)))

    def __str__(self) -> str:
        """Say it in words.

        >>> str(Split(val=100_000, test=125_000))
        '10% val, 12.5% test'
        """
        shares = {"val": self.val, "test": self.test}
        return ", ".join(f"{100 * shares[side] / SCALE:.6g}% {side}" for side in self.sides[1:])

    def drawing(self, project: str, dataset: str) -> Callable[[int], str]:
        """Return the function that tells the side of an item of a dataset by its id.

        >>> side = Split(val=100_000, test=200_000).drawing("default", "street")
        >>> [side(item_id) for item_id in range(1, 8)] == [side(item_id) for item_id in range(1, 8)]
        True
        """
        by = seed("split", project, dataset)

        def side(item_id: int) -> str:
            drawn = draw(by, item_id)
            return "test" if drawn < self.test else "val" if drawn >= SCALE - self.val else "train"

        return side


def percentage(text: str) -> float | None:
    """Return the percentage that is written as in a pipeline, or without its sign; None where none is.

    Raises:
        InvalidInput: it is no percentage below 100.

    >>> percentage("30%"), percentage("12.5"), percentage("")
    (30.0, 12.5, None)
    """
    found = re.fullmatch(r"([0-9]{1,2}(?:\.[0-9]{1,9})?) ?%?", text.strip())
    if text.strip() and not found:
        raise InvalidInput(f"{cited(text)} is no percentage below 100; write it like 25%")
    return float(found[1]) if found else None
