from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.drawing import BAR, BECAME, SCALE, SHORT, TOOK, drawn, svg
from bot.report import Report, Tally, report

TEMPLATES = Path(__file__).parents[2] / "templates"
ANSWERED = Tally("access", ("gdpr_eu",), "mail", "en", "answered", days=20, by_due=True, by_unrolled=True, count=30)
LATE = Tally("deletion", ("gdpr_eu", "ch_fadp"), "post", "de", "open", by_due=False, by_unrolled=False, count=10)
PAUSED = Tally("access", ("ch_fadp",), "mail", "de", "refused", days=60, paused=40, by_due=True, by_unrolled=False)


def reported(*tallies: Tally) -> Report:
    return report(tallies, as_of=date(2026, 11, 23), tickets=sum(each.count for each in tallies))


FULL = reported(ANSWERED, LATE, PAUSED)


@pytest.mark.parametrize("found", [FULL, reported(), reported(LATE), reported(ANSWERED)])
def test_it_is_a_picture_with_a_title_and_words(found: Report) -> None:
    """Well-formed, named for a screen reader, nothing from elsewhere, no script."""
    text = svg(found, {}, TEMPLATES)
    root = ET.fromstring(text)
    named = [node.text for node in root if node.get("id") in root.get("aria-labelledby", "").split()]
    assert named == ["Data-protection enquiries", drawn(found, {}).words]
    assert root.get("role") == "img"
    assert "<script" not in text
    assert text.replace('xmlns="http://www.w3.org/2000/svg"', "").count("http") == 0


def test_nothing_is_drawn_in_a_colour_nobody_chose() -> None:
    """Every class on a shape stands in the style sheet of the picture."""
    root = ET.fromstring(svg(FULL, {}, TEMPLATES))
    style = next(node.text or "" for node in root.iter() if node.tag.endswith("style"))
    used = {each for node in root.iter() if node.tag.endswith(("rect", "text", "circle", "line"))
            for each in (node.get("class") or "").split()}  # fmt: skip
    assert used
    assert {each for each in used if f".{each} {{" not in style} == set()


def test_a_bar_is_as_long_as_its_numbers_say() -> None:
    """The parts of a row fill it, one after the other; a share of a half is half a bar; days stand on their scale."""
    row = drawn(FULL, {}).lines[0]
    assert [(each.kind, each.label) for each in row.parts] == [("answered", "30"), ("refused", ""), ("overdue", "10")]
    ends = [(each.x, each.x + each.width) for each in row.parts]
    assert (ends[0][0], ends[-1][1]) == (BECAME, pytest.approx(BECAME + BAR))
    assert all(one[1] == pytest.approx(other[0]) for one, other in pairwise(ends))
    assert row.in_time == pytest.approx(31 / 41 * SHORT)
    assert row.safe == pytest.approx(30 / 41 * SHORT)
    assert row.gross
    assert row.gross.median == pytest.approx(TOOK + 20 / 80 * SCALE)
    assert [label for label, _ in drawn(FULL, {}).ticks] == ["0", "20", "40", "60", "80"]


def test_pauses_are_drawn_where_there_were_any() -> None:
    """The second, thinner line stands only beside rows that differ without their pauses."""
    rows = {each.name: each for each in drawn(FULL, {"ch_fadp": "FADP"}).lines}
    assert rows["FADP"].net is not None
    assert rows["en"].net is None
    assert rows["deletion"].gross is None


def test_the_words_say_every_row() -> None:
    """Whoever does not see the picture reads the same figures."""
    words = drawn(FULL, {"gdpr_eu": "GDPR"}).words
    assert "all: 41 received, 30 answered, 1 refused, 10 overdue. 31 of 41 in time, 30 of 41 by the safe day." in words
    assert "FADP" not in words
    assert "GDPR: 40 received" in words
    assert "de: 11 received, 1 refused, 10 overdue. 1 of 11 in time, 0 of 11 by the safe day." in words
    assert "Half answered within 60 days, nine of ten within 60. Net of pauses 20 and 20 days." in words


def test_a_foreign_language_does_not_break_the_picture() -> None:
    """What a mail says of its language is text in it, never markup."""
    odd = Tally("access", ("gdpr_eu",), "mail", "<b>&", "open")
    root = ET.fromstring(svg(reported(odd), {}, TEMPLATES))
    assert "<b>&" in [node.text for node in root.iter()]
