"""What the time of day and the weather do to colours."""

from dataclasses import dataclass, replace
from math import exp
from typing import Literal

Colour = tuple[int, int, int]
Weather = Literal["clear", "overcast", "rain", "fog"]


@dataclass(frozen=True)
class Light:
    """The palette of one frame. `visibility` is in metres, `ambient` and `tint` multiply every colour."""

    sky_top: Colour
    sky_low: Colour
    ambient: float
    tint: tuple[float, float, float]
    visibility: float
    night: bool = False
    lamps: bool = False
    weather: Weather = "clear"

    def on(self, colour: Colour, distance: float, lit: float = 0.0) -> Colour:
        """Return the colour as seen `distance` metres ahead; `lit` 1 makes it shine by itself."""
        strength = self.ambient + (0.5 * exp(-distance / 16) if self.night else 0.0)
        strength += (1.0 - strength) * lit
        keep = exp(-distance / self.visibility)
        keep += (1.0 - keep) * 0.55 * lit
        red, green, blue = (
            int(min(255.0, max(0.0, value * strength * (tint + (1 - tint) * lit))) * keep + low * (1 - keep))
            for value, tint, low in zip(colour, self.tint, self.sky_low, strict=True)
        )
        return red, green, blue


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return `one` with a share of `other` mixed in.

    >>> mixed((0, 0, 0), (100, 200, 50), 0.5)
    (50, 100, 25)
    """
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


NOON = Light((74, 139, 206), (203, 224, 238), 1.0, (1.0, 0.99, 0.96), 420)
MORNING = Light((112, 158, 205), (250, 226, 196), 0.97, (1.04, 0.98, 0.9), 260)
DUSK = Light((72, 78, 128), (246, 170, 122), 0.74, (1.06, 0.9, 0.88), 300, lamps=True)
NIGHT = Light((10, 14, 32), (34, 40, 66), 0.24, (0.82, 0.9, 1.16), 240, night=True, lamps=True)


def in_weather(light: Light, weather: Weather) -> Light:
    """Return the light as the weather changes it."""
    if weather == "clear":
        return light
    grey_top, grey_low = ((22, 25, 36), (44, 48, 60)) if light.night else ((138, 150, 162), (206, 212, 216))
    share = {"overcast": 0.75, "rain": 0.9, "fog": 1.0}[weather]
    visibility = {"overcast": 260.0, "rain": 110.0, "fog": 42.0}[weather]
    darker = {"overcast": 0.94, "rain": 0.82, "fog": 0.95}[weather]
    top, low = mixed(light.sky_top, grey_top, share), mixed(light.sky_low, grey_low, share)
    return replace(
        light,
        sky_top=mixed(top, low, 0.6) if weather == "fog" else top,
        sky_low=low,
        ambient=light.ambient * darker,
        visibility=min(light.visibility, visibility),
        weather=weather,
        lamps=light.lamps or weather == "fog",
    )
