"""On which side an item is where items are parted for training, validation and tests.

The side is drawn by a stable hash of the dataset and the item, so it is the same in every export of whatever pipeline,
whatever else comes in. Test items are those with the lowest draws and validation items those with the highest: another
share of the one leaves the other as it is, and moves items from or to training alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workflow_core.domain.items.sampling import SCALE, draw, seed
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
    def of(cls, val: int | None, test: int | None) -> "Split | None":
        """Return the split of these percentages; None where there is none.

        Raises:
            InvalidInput: they leave nothing for training, or one is below 0.
        """
        return cls((val or 0) * SCALE // 100, (test or 0) * SCALE // 100) if val or test else None

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
