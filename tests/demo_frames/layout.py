"""Where things stand: a city street, a suburb, a country road."""

from dataclasses import dataclass
from random import Random

from tests.demo_frames.buildings import FLOOR, Building
from tests.demo_frames.light import Weather
from tests.demo_frames.people import COATS, HAIR, SKIN, TROUSERS, Person
from tests.demo_frames.roadside import Lamp, Tree
from tests.demo_frames.signs import Sign
from tests.demo_frames.street import Street
from tests.demo_frames.things import Thing
from tests.demo_frames.vehicles import PAINT, SIZES, Car

LANE = 3.4  # metres


@dataclass(frozen=True)
class Layout:
    """The ground and what stands on it, from far to near."""

    street: Street
    things: tuple[Thing, ...]
    hills: bool


def lay_out(rng: Random, place: str, weather: Weather) -> Layout:
    """Place everything on one stretch of street."""
    city = place == "city"
    ours = rng.choice((0, 0, 1)) if city else 0  # lanes to our left in our direction
    parking = 2.3 if place != "country" and rng.random() < 0.7 else 0.3
    left, right = -LANE * (1.5 + ours), LANE / 2 + parking
    centre = -LANE * (0.5 + ours)
    lines: list[tuple[float, bool]] = [(centre, rng.random() < 0.6)]
    lines += [(-LANE * (0.5 + k), True) for k in range(ours)]
    if place == "country":
        lines += [(left + 0.25, False), (right - 0.2, False)]
    elif parking > 1:
        lines.append((LANE / 2, False))
    crossing = rng.uniform(8, 17) if place != "country" and rng.random() < 0.4 else None
    street = Street(left, right, tuple(lines), place != "country", crossing, rng.uniform(0, 7))
    things: list[Thing] = [*_buildings(rng, place, left, right), *_trees(rng, place, left, right)]
    if place != "country":
        things += [Lamp(side, z) for side in (left - 0.7, right + 0.7) for z in range(16 + rng.randrange(6), 90, 22)]
    things += _vehicles(rng, place, left, right if parking > 1 else None, ours, crossing)
    things += _people(rng, place, left, right, crossing, weather)
    things += _signs(rng, left, right, crossing)
    # buildings stand behind the pavement: nothing else is ever behind one of them
    things.sort(key=lambda thing: (not isinstance(thing, Building), -thing.z))
    return Layout(street, tuple(things), place == "country" or (place == "suburb" and rng.random() < 0.6))


def _buildings(rng: Random, place: str, left: float, right: float) -> list[Building]:
    found: list[Building] = []
    for side in (-1, 1):
        edge = (right if side > 0 else left) + side * (3.2 if place == "city" else rng.uniform(6.5, 8.5))
        z, nearer = rng.uniform(-4, 6), None
        while z < 105:
            kind = rng.choice(("flats", "flats", "office")) if place == "city" else "house"
            length = rng.uniform(9, 20) if place == "city" else rng.uniform(8, 12)
            floors = (
                rng.randrange(3, 7)
                if kind == "flats"
                else rng.randrange(4, 11)
                if kind == "office"
                else rng.choice((1, 2))
            )
            if place != "country" or rng.random() < 0.22:
                nearer = Building(edge, z, length, floors * FLOOR + 0.9, kind, rng.getrandbits(32), nearer)
                if nearer.z + nearer.length > 4:
                    found.append(nearer)
            z += length + (rng.choice((0, 0, 0, 5)) if place == "city" else rng.uniform(4, 10))
    return found


def _trees(rng: Random, place: str, left: float, right: float) -> list[Tree]:
    reach, chance = {"city": (1.2, 0.22), "suburb": (3.6, 0.6), "country": (7.0, 0.8)}[place]
    spread = 1.2 if place == "city" else 2.4
    places = [
        (edge + side * (reach + rng.uniform(-0.4, spread)), z + rng.uniform(-3, 3))
        for side, edge in ((-1, left), (1, right))
        for z in range(12, 100, 9)
        if rng.random() < chance
    ]
    return [Tree(x, z, rng.uniform(4.2, 7.0), rng.getrandbits(32)) for x, z in places]


def _vehicles(
    rng: Random, place: str, left: float, parked: float | None, ours: int, crossing: float | None
) -> list[Car]:
    found: list[Car] = []

    def lane(x: float, first: float, chance: float, gap: tuple[float, float], towards: bool) -> None:
        z = first
        while z < 75:
            kind = rng.choice(("sedan", "sedan", "sedan", "sedan", "van", "truck" if x < 2 else "van"))
            length = SIZES[kind][2]
            stands_on_crossing = crossing is not None and z - 1 < crossing + 3 and crossing < z + length + 1
            if rng.random() < chance and not stands_on_crossing:
                braking = not towards and rng.random() < 0.4
                found.append(Car(x + rng.uniform(-0.2, 0.2), z, kind, rng.choice(PAINT), towards, braking))
            z += length + rng.uniform(*gap)

    busy = {"city": 0.6, "suburb": 0.35, "country": 0.35}[place]
    lane(0.0, rng.uniform(9, 22), busy, (5, 20), False)
    for k in range(ours):
        lane(-LANE * (k + 1), rng.uniform(6.5, 16), busy, (5, 18), False)
    lane(left + LANE / 2, rng.uniform(8, 20), busy, (6, 22), True)
    if parked is not None:
        lane(parked - 1.1, rng.uniform(6.5, 10), 0.6, (1.4, 4), False)
    return found


def _people(
    rng: Random, place: str, left: float, right: float, crossing: float | None, weather: Weather
) -> list[Person]:
    spots: list[tuple[float, float]] = []
    if crossing is not None:
        spots += [
            (rng.uniform(left + 0.6, right - 0.4), crossing + rng.uniform(0.6, 2.4)) for _ in range(rng.randrange(1, 4))
        ]
    for _ in range({"city": 6, "suburb": 2, "country": 0}[place]):
        edge, side = rng.choice(((left, -1), (right, 1)))
        spots.append((edge + side * rng.uniform(0.7, 2.2), rng.uniform(9, 42)))
    return [
        Person(
            x,
            z,
            tall=rng.uniform(1.52, 1.9),
            way=rng.choice((-1, 1)),
            step=rng.uniform(0.35, 1.0),
            coat=rng.choice(COATS),
            trousers=rng.choice(TROUSERS),
            skin=rng.choice(SKIN),
            hair=rng.choice(HAIR),
            umbrella=weather == "rain" and rng.random() < 0.6,
        )
        for x, z in spots
    ]


def _signs(rng: Random, left: float, right: float, crossing: float | None) -> list[Sign]:
    found = []
    for z in rng.sample((9, 13, 18, 24, 31), rng.choice((1, 1, 2, 2, 3))):
        side = rng.choice((1, 1, 1, -1))
        x = right + rng.uniform(0.5, 1.1) if side > 0 else left - rng.uniform(0.5, 1.1)
        kind = rng.choice(("stop", "speed", "speed", "yield"))
        found.append(Sign(x, z + rng.uniform(-1, 2), kind, rng.choice((30, 40, 50, 60, 70, 80)), rng.uniform(2.3, 2.8)))
    if crossing is not None and rng.random() < 0.5:
        found.append(Sign(right + 0.6, crossing, "yield", 0, 2.4))
    return found
