"""Letters tell what was done by hand, in every language, and never tell of something that was not there as done."""

from datetime import date
from typing import Any

import pytest

from bot.letters import Writer
from tests.bot.test_letters import COMMON, LETTERS, VALUES

DONE = {"system": "our recruitment folder", "place": "application papers", "on": date(2026, 11, 25), "says": "The papers were shredded."}
NOTHING = {**DONE, "did": "nothing", "says": ""}
TOLD = {  # what of a task stands in which letter, and a piece of it in each language
    ("access_answer", "access"): ("In your copy", "Ihrer Kopie", "votre copie", "sua copia"),
    ("correction_done", "correction"): ("Corrected by hand", "Von Hand berichtigt", "Corrigé à la main", "Corretto a mano"),
    ("erasure_done", "deletion"): ("Deleted by hand", "Von Hand gelöscht", "Effacé à la main", "Cancellato a mano"),
    ("restriction_done", "restriction"): ("Held back by hand", "Von Hand eingeschränkt", "Limité à la main", "Limitato a mano"),
    ("restriction_lifted", "lifting"): ("Free for use again", "Wieder zur Verwendung frei", "De nouveau libre", "Di nuovo utilizzabile"),
    ("marketing_stop", "objection"): ("Taken off by hand", "Von Hand gestrichen", "Radié à la main", "Tolto a mano"),
    ("portability_answer", "portability"): ("With your data", "Ihren Daten bei", "vos données", "suoi dati"),
}  # fmt: skip
NOBODY = {"en": "nothing was held", "de": "Es war nichts da", "fr": "il n\u2019y avait rien", "it": "non c\u2019era nulla"}


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(LETTERS.parent)


def text(writer: Writer, letter: str, language: str, parts: list[dict[str, Any]], **values: Any) -> str:
    told = writer.write(letter, language, {**COMMON, **VALUES[letter], "by_hand": parts, **values}).text
    return " ".join(told.split())


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_each_letter_tells_what_was_done_by_hand(writer: Writer, language: str) -> None:
    """Where, what, when, and the sentence of the configuration; without a task nothing of all that."""
    for (letter, did), words in TOLD.items():
        told = text(writer, letter, language, [{**DONE, "did": did}])
        wanted = dict(zip(("en", "de", "fr", "it"), words, strict=True))[language]
        for word in (wanted, "our recruitment folder", "application papers", "The papers were shredded."):
            assert word in told, (letter, word)
        assert "application papers" not in text(writer, letter, language, [])


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_what_was_not_there_is_told_as_such(writer: Writer, language: str) -> None:
    """Somebody looked; nothing is told as deleted, also where that was all there was to do."""
    told = text(writer, "erasure_done", language, [NOTHING], erased=[], kept=[])
    assert NOBODY[language] in told
    assert not [word for word in TOLD["erasure_done", "deletion"] if word in told]


@pytest.mark.parametrize("letter", ["erasure_done", "restriction_done", "marketing_stop", "correction_done"])
def test_where_only_people_did_something_the_letter_says_no_less(writer: Writer, letter: str) -> None:
    """It does not claim that nothing was held or done."""
    empty = {"erased": [], "kept": [], "lines": [], "changes": []}
    did = next(did for name, did in TOLD if name == letter)
    told = text(writer, letter, "en", [{**DONE, "did": did}], **empty)
    assert "What was done by hand stands below." in told
    for claim in ("everything we hold has to be kept", "We hold nothing", "stood in none"):
        assert claim not in told
