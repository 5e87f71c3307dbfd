from datetime import date
from pathlib import Path

import pytest

from bot.errors import NotAllowed
from bot.report import NearMisses, Tally, report
from handlers.report import draw, lines

ANSWERED = Tally("access", ("gdpr_eu", "ch_fadp"), "mail", "en", "answered", days=10, by_due=True, by_unrolled=True)
LATE = Tally("none", ("gdpr_eu",), "post", "de", "open", by_due=False, by_unrolled=False)
FOUND = report(
    [ANSWERED, LATE], as_of=date(2026, 11, 23), tickets=2, since=date(2026, 1, 1), refusals={"12(5)": 1},
    near_misses=NearMisses(3, 1), asked={"code": 2}, notices_open=4,
)  # fmt: skip


def test_the_tables_are_read_from_left_to_right() -> None:
    """Laws by their names, a dot for none, a dash where nothing can be said; within 100 characters."""
    told = list(lines(FOUND))
    assert told[0] == "Enquiries received since 1 Jan 2026, as of 23 Nov 2026: 2 tickets, 2 requests."
    cells = [each.split() for each in told]
    assert ["all", "2", "1", "·", "1", "1", "·", "·", "·"] in cells
    assert ["all", "50", "%", "of", "2", "50", "%", "of", "2", "10", "10", "10", "10"] in cells
    assert ["not", "chosen", "yet", "0", "%", "of", "1", "0", "%", "of", "1", "-", "-", "-", "-"] in cells
    assert ["GDPR", "2", "1", "·", "1", "1", "·", "·", "·"] in cells
    assert ["FADP", "1", "·", "·", "·", "1", "·", "·", "·"] in cells
    assert {"Refused: 12(5) 1.", "Asked of the person: code 2.", "Notices to recipients still open: 4."} <= set(told)
    assert "Near misses: 3, of which 1 were looked at later than a day." in told
    assert max(map(len, told)) <= 100


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ({"until": date(2026, 6, 30)}, "received up to 30 Jun 2026, as of 23 Nov 2026"),
        ({"since": date(2026, 1, 1), "until": date(2026, 6, 30)}, "received from 1 Jan 2026 to 30 Jun 2026, as of"),
        ({}, "received so far, as of 23 Nov 2026: 0 tickets, 0 requests."),
    ],
)
def test_the_first_line_says_which_enquiries(span: dict[str, date], words: str) -> None:
    """Whoever prints it knows later what was counted."""
    assert words in next(lines(report([], as_of=date(2026, 11, 23), tickets=0, **span)))


def test_a_picture_is_an_svg_file(tmp_path: Path) -> None:
    """Any other kind is refused before anything is written."""
    draw(FOUND, tmp_path / "figures.svg")
    assert (tmp_path / "figures.svg").read_text(encoding="utf-8").startswith("<svg ")
    with pytest.raises(NotAllowed, match=r"ends in \.svg"):
        draw(FOUND, tmp_path / "figures.png")
    assert not (tmp_path / "figures.png").exists()
