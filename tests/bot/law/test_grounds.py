"""Grounds of refusal: a closed list, each with the article of the law, and none that only one of several laws knows."""

from itertools import combinations
from pathlib import Path

import pytest

from bot import law
from bot.law import Right
from bot.law.grounds import _WORDS, EXCESSIVE, grounds
from bot.letters import Writer
from bot.tickets import REFUSABLE

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("right", "regime", "wanted"),
    [
        (Right.ACCESS, "gdpr_eu", {"others": "GDPR art. 15(4)", "unidentified": "GDPR art. 11(2), 12(2)", "excessive": "GDPR art. 12(5)"}),
        (Right.DELETION, "gdpr_eu", {"kept_by_law": "GDPR art. 17(3)(b)", "claims": "GDPR art. 17(3)(e)", "expression": "GDPR art. 17(3)(a)"}),
        (Right.CORRECTION, "ch_fadp", {"archive": "FADP art. 32(1)(b)", "other_law": "FADP art. 32(1)(a)", "unidentified": "DPO art. 16(5)"}),
        (Right.ACCESS, "ch_fadp", {"own_interest": "FADP art. 26(2)(a)", "excessive": "FADP art. 26(1)(c)", "others": "FADP art. 26(1)(b)"}),
        (Right.DELETION, "uk_gdpr", {"other_law": "Data Protection Act 2018, schedules 2 to 4", "kept_by_law": "UK GDPR art. 17(3)(b)"}),
        (Right.ACCESS, "ccpa", {"excessive": "Cal. Civ. Code § 1798.145(h)(3)"}),
        (Right.RESTRICTION, "gdpr_eu", {"not_met": "GDPR art. 18(1)"}),
    ],
)  # fmt: skip
def test_a_ground_has_its_article(right: Right, regime: str, wanted: dict[str, str]) -> None:
    """As one would write it into a letter."""
    found = {key: each.article for key, each in grounds(right, [regime]).items()}
    assert wanted.items() <= found.items()


def test_access_is_not_refused_for_reasons_of_other_rights() -> None:
    """What only a deletion may be refused for is no reason to keep a copy back; a restriction knows no exception."""
    assert not grounds(Right.ACCESS, ["gdpr_eu"]).keys() & {"kept_by_law", "claims", "expression", "archive", "own_interest"}
    assert not grounds(Right.RESTRICTION, ["gdpr_eu"]).keys() & {"others", "kept_by_law", "claims"}


def test_where_several_laws_may_apply_all_must_know_the_ground() -> None:
    """The own interest of Swiss law does not help against the GDPR; both articles stand in what is left."""
    both = grounds(Right.ACCESS, ["gdpr_eu", "ch_fadp"])
    assert "own_interest" not in both
    assert both["others"].article == "GDPR art. 15(4); FADP art. 26(1)(b)"
    for one, two in combinations(law.known(), 2):
        for right in Right:
            assert grounds(right, [one, two]).keys() == grounds(right, [one]).keys() & grounds(right, [two]).keys()


def test_nothing_is_a_ground_against_an_objection_to_advertising() -> None:
    """GDPR 21(3): whatever the law; and no law at all is no ground."""
    assert all(grounds(Right.OBJECTION, [regime]) == {} for regime in law.known())
    assert all(grounds(right, []) == {} for right in Right)


@pytest.mark.parametrize("regime", ["gdpr_eu", "uk_gdpr", "ch_fadp"])
def test_each_right_that_may_be_refused_has_a_ground(regime: str) -> None:
    """And the words of each fit a choice of Slack."""
    for right in REFUSABLE:
        found = grounds(right, [regime])
        assert found
        assert all(len(each.words) <= 75 for each in found.values())


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_the_letter_has_a_sentence_for_each_ground(language: str) -> None:
    """In every language there are letters in."""
    import tomllib

    words = tomllib.loads((ROOT / "templates" / "letters" / language / "language.toml").read_text())
    assert words["refusals"].keys() == _WORDS.keys()
    assert EXCESSIVE in words["refusals"]
    assert Writer(ROOT / "templates")
