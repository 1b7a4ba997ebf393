"""Addresses of places where files are kept."""

import pytest

from workflow_core.domain.items import addresses
from workflow_core.errors import InvalidInput


@pytest.mark.parametrize(
    "uri",
    [
        *("", "a\nb", "a\0", "x" * 5_000, None, 5, "http://169.254.169.254/"),
        *("simplecache::file:///etc", "a::b", "zip://a", "s3://bucket/a::file:///etc"),
    ],
)
def test_what_is_no_place_to_keep_files_is_refused(uri: object) -> None:
    with pytest.raises(InvalidInput, match="no place to keep files"):
        addresses.scheme(uri)  # type: ignore[arg-type]
