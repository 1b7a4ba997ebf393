"""How much there is of scripts and styles: for who reads them, and for a browser that comes for the first time."""

import gzip
import re
from pathlib import Path

from workflow_core.web.rendering.assets import FOLDER
from workflow_core.web.rendering.prose import OPENS

OWN = {file.relative_to(FOLDER): file.read_text() for file in FOLDER.rglob("*.js") if ".min." not in file.name}


def test_a_first_visit_loads_few_scripts_and_styles() -> None:
    files = [*FOLDER.rglob("*.js"), *FOLDER.rglob("*.css")]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= 150_000


def test_scripts_stay_few_and_short() -> None:
    lines = {name: len(text.splitlines()) for name, text in OWN.items()}
    assert {name: many for name, many in lines.items() if many > 250} == {}
    assert 1_000 < sum(lines.values()) <= 2_500


def test_there_is_one_stylesheet_and_it_stays_short() -> None:
    [sheet] = FOLDER.rglob("*.css")
    assert len(sheet.read_text().splitlines()) <= 800


def test_a_refusal_begins_in_the_studio_as_on_a_page() -> None:
    [opens] = re.findall(r"OPENS = /(.*)/;", OWN[Path("api.js")])
    assert opens == OPENS
