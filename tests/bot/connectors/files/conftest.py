"""A share of each test's own."""

from pathlib import Path

import pytest

from tests.bot.connectors.files.share import Share


@pytest.fixture
def share(tmp_path: Path) -> Share:
    (tmp_path / "share").mkdir()
    return Share(tmp_path / "share").fill()


@pytest.fixture
def empty_share(tmp_path: Path) -> Share:
    """Nothing in it yet."""
    (tmp_path / "share").mkdir()
    return Share(tmp_path / "share")
