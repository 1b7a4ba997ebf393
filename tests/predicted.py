"""Two items in `cars`, which `qa` reviews, and annotations that come in on them."""

from stage import BOX, Stage

from pipelines import REVIEWED

CAR = {**BOX, "geometry": {**BOX["geometry"], "x": 50}}
OTHER = {**BOX, "geometry": {**BOX["geometry"], "x": 80}}


def two_items(engine):
    stage = Stage(engine)
    stage.deploy(REVIEWED)
    stage.add_items(2)
    return stage


def xs(drawn):
    """Return where annotations are."""
    return sorted(int(one["geometry"]["x"]) for one in drawn)
