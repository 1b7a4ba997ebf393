"""The types that the scripts of the pages say, where there is a compiler that reads them; annoflow needs none."""

import shutil
import subprocess
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).with_name("types")


@pytest.mark.skipif(shutil.which("tsc") is None, reason="there is no TypeScript: `npm install --global typescript@5.9`")
def test_the_scripts_keep_to_the_types_that_they_say() -> None:
    checked = subprocess.run(["tsc", "-p", CONFIGURATION], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
