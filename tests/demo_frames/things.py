"""What every thing on the street can do."""

from typing import Protocol

from tests.demo_frames.outline import Outline
from tests.demo_frames.stage import Camera, Stage


class Thing(Protocol):
    """Something that stands on the street, nearest at `z` metres."""

    @property
    def z(self) -> float:
        """Return the distance of its nearest point."""

    def draw(self, stage: Stage) -> None:
        """Draw it, over what is farther away."""

    def outline(self, camera: Camera, /) -> Outline | None:
        """Return what it covers in the picture, or None for what nobody labels."""
