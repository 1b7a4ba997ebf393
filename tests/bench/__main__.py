"""`make bench`: how fast annoflow is, as ratios against rivals that do the same in the same run."""

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import leftovers
from tests.bench import beside, figures, files, growth, measures, opening, over_http, pages, people, record, tables
from tests.bench.beds import Bed, Postgres, Sqlite
from tests.bench.tables import Sheet


@dataclass(frozen=True)
class Part:
    """What is measured together: its lines, at which sizes, and their table."""

    lines: Callable[[Bed, int, bool], Iterator[Any]]
    sizes: Sequence[int]
    table: Callable[[Iterable[Any]], Sheet]


PARTS: Mapping[str, Part] = {
    "moving": Part(
        lambda bed, items, quick: measures.all_of(bed, items),
        (10_000, 100_000, 1_000_000),
        tables.of_lines,
    ),
    "people": Part(
        lambda bed, items, quick: people.all_of(bed, items, pace=people.QUICK if quick else people.Pace()),
        (100_000,),
        tables.of_people,
    ),
    "http": Part(
        lambda bed, items, quick: over_http.all_of(bed, items, pace=people.QUICK if quick else people.Pace()),
        (100_000,),
        tables.of_http,
    ),
    "beside": Part(
        lambda bed, items, quick: beside.all_of(bed, items, imported=items // 10, items=items // 10),
        (1_000_000,),
        tables.of_beside,
    ),
    "opening": Part(
        lambda bed, items, quick: opening.all_of(bed, items, pace=people.QUICK if quick else people.Pace()),
        (1_000_000,),
        tables.of_opening,
    ),
    "pages": Part(lambda bed, items, quick: pages.all_of(bed, items), (100_000,), tables.of_pages),
    "growth": Part(
        lambda bed, items, quick: growth.all_of(bed, items, rounds=growth.QUICK if quick else growth.ROUNDS),
        (300_000,),
        tables.of_growth,
    ),
    "files": Part(lambda bed, count, quick: files.all_of(bed, count), (10_000,), tables.of_files),
    "figures": Part(
        lambda bed, items, quick: figures.all_of(bed, items), (10_000, 100_000, 1_000_000), tables.of_figures
    ),
}


def main() -> None:
    """Measure, print each line as it comes, and write the tables down if asked."""
    asked = _arguments()
    leftovers.end_with_this_run()
    found: dict[str, list[Any]] = {name: [] for name in ([asked.part] if asked.part else PARTS)}
    with tempfile.TemporaryDirectory(prefix=leftovers.folder_name()) as folder, ExitStack() as stack:
        versions = []
        for database in asked.database or ["sqlite", "postgres"]:
            bed: Bed = Sqlite(Path(folder)) if database == "sqlite" else Postgres(Path(folder))
            stack.callback(bed.close)
            versions.append(bed.version())
            for name, lines in found.items():
                part = PARTS[name]
                for items in asked.items or ([10_000] if asked.quick else part.sizes):
                    for number, line in enumerate(part.lines(bed, items, asked.quick)):
                        lines.append(line)
                        *heads, row = tables.markdown(part.table([line])).splitlines()
                        print(*(heads if number == 0 else ()), row, sep="\n", flush=True)
    for name, lines in found.items() if asked.record else ():
        record.write(name, PARTS[name].table(lines), versions)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, help="what to measure; left out, everything")
    parser.add_argument("--items", type=int, action="append", help="how many; may be repeated")
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append", help="may be repeated")
    parser.add_argument("--quick", action="store_true", help="10,000 items and few samples: a look, in minutes")
    parser.add_argument("--record", action="store_true", help="write the tables into tests/bench/README.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
