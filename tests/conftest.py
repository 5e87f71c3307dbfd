"""What every test may ask for. Each room keeps its fixtures in `tests/fixtures/<room>.py`."""

import gc
import os
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_ROOMS = ("ci", "together", "store", "mail", "letterbox", "slack", "company", "contracts", "mailchimp", "zoho")

pytest_plugins = [f"tests.fixtures.{room}" for room in _ROOMS]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The test data beside the checkout; skips where it is absent."""
    found = Path(os.environ.get("SUBJECTLINE_SHARED") or _HERE.parent.parent / "shared")
    if not found.is_dir():
        # their licences keep them out of the project; on CI a skip fails: tests/fixtures/ci.py
        pytest.skip("the shared test data are absent (SUBJECTLINE_SHARED)")
    return found


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is imported and collected by now stays to the end: no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()
