"""`make bench`: how fast annoflow is, as ratios against rivals that do the same in the same run."""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from tests import leftovers
from tests.bench import figures, measures, record, tables
from tests.bench.beds import Bed, Postgres, Sqlite

PARTS = ("moving", "figures")


def main() -> None:
    """Measure, print a table for each part, and write it down if asked."""
    asked = _arguments()
    leftovers.end_with_this_run()
    console = Console()
    moved: list[measures.Line] = []
    took: list[figures.Took] = []
    parts = [asked.part] if asked.part else PARTS
    with tempfile.TemporaryDirectory(prefix=leftovers.folder_name()) as folder, ExitStack() as stack:
        versions = []
        for name in asked.database or ["sqlite", "postgres"]:
            bed: Bed = Sqlite(Path(folder)) if name == "sqlite" else Postgres(Path(folder))
            stack.callback(bed.close)
            versions.append(bed.version())
            for items in asked.items or ([10_000] if asked.quick else [10_000, 100_000, 1_000_000]):
                with console.status(f"{bed.name}, {items:,} items") as status:
                    for line in measures.all_of(bed, items, quick=asked.quick) if "moving" in parts else ():
                        moved.append(line)
                        status.update(f"{bed.name}, {items:,} items: {line.what} done")
                    took += figures.all_of(bed, items) if "figures" in parts else ()
    sheets = {"moving": tables.of_lines(moved), "figures": tables.of_figures(took)}
    for part in parts:
        console.print(tables.rich(sheets[part], versions))
        if asked.record:
            record.write(part, sheets[part], versions)
            console.print(f"written to {record.FILE.name} beside the benchmark")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, help="what to measure; left out, everything")
    parser.add_argument("--items", type=int, action="append", help="how many; may be repeated")
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append", help="may be repeated")
    parser.add_argument("--quick", action="store_true", help="10,000 items and few samples: a look, in a minute")
    parser.add_argument("--record", action="store_true", help="write the tables into tests/bench/README.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
