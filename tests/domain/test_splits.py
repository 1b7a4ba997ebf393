import pytest

from workflow_core.domain.items.splits import Split
from workflow_core.errors import InvalidInput

ITEMS = range(1, 20_001)


def sides(split: Split, dataset: str = "street") -> dict[str, set[int]]:
    side = split.drawing("road", dataset)
    return {name: {item for item in ITEMS if side(item) == name} for name in ("train", "val", "test")}


def test_the_sides_hold_their_shares() -> None:
    held = sides(Split(val=100_000, test=200_000))
    shares = {name: len(items) / len(ITEMS) for name, items in held.items()}
    assert shares == pytest.approx({"train": 0.7, "val": 0.1, "test": 0.2}, abs=0.01)


def test_another_share_of_the_one_leaves_the_other_as_it_is_and_moves_items_from_training_alone() -> None:
    before, after = sides(Split(val=100_000, test=200_000)), sides(Split(val=150_000, test=200_000))
    assert before["test"] == after["test"]
    assert before["val"] < after["val"]
    assert sides(Split(val=100_000, test=300_000))["val"] == before["val"]


def test_two_datasets_are_not_parted_alike() -> None:
    split = Split(test=500_000)
    assert len(sides(split)["test"] & sides(split, "rail")["test"]) == pytest.approx(len(ITEMS) / 4, rel=0.05)


@pytest.mark.parametrize("shares", [(0, 0), (500_000, 500_000), (-1, 2), (2, -1), (0, 1_000_000)])
def test_a_split_leaves_some_for_training_and_some_not(shares: tuple[int, int]) -> None:
    with pytest.raises(InvalidInput, match="leaves some for training"):
        Split(*shares)
