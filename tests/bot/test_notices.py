"""Letters to recipients: four languages alike, nothing missing, and an answer as they ask for it is understood."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from bot.intake.answers import answer
from bot.letters import Writer
from bot.letters.source import Source
from bot.post.inspection import check_letter
from bot.recipients import Verdict
from bot.settings import load
from bot.workflow import WORDS

ROOT = Path(__file__).parents[2]
NOTICES = ROOT / "templates" / "notices"
CONFIG = load({"SUBJECTLINE_CONFIG": str(ROOT / "deploy" / "subjectline.toml")}, needs=())
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LANGUAGES = ("de", "en", "fr", "it")
ACTS = ("correction", "deletion", "restriction", "lifting")
COMMON = {"company": CONFIG.company.model_dump(), "ref": "DPE-2026-0001"}
CHANGES = [{"word": word, "old": "before" if at else None, "new": f"now {at}"} for at, word in enumerate(WORDS)]
VALUES = {
    "recipient_notice": {"act": "deletion", "name": "Zora Quellmann", "addresses": ["zora@example.org", "zora@example.com"], "changes": []},
    "recipient_reminder": {"act": "deletion", "told_on": date(2026, 11, 24)},
}


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(ROOT / "templates", name="Muster Instruments")


def words_of(value: object) -> set[str]:
    """The keys of a table of words, with those of the tables in it."""
    found = set()
    for key, each in value.items() if isinstance(value, dict) else ():
        found |= {key, *(f"{key}.{inner}" for inner in words_of(each))}
    return found


def test_the_languages_are_alike() -> None:
    """Same letters, same words, same values used; each field a correction may name has a word in each."""
    assert sorted(path.name for path in NOTICES.iterdir()) == sorted(LANGUAGES)
    english = {path.name for path in (NOTICES / "en").iterdir()}
    used = {name: set(re.findall(r"{[{%](.+?)[}%]}", (NOTICES / "en" / name).read_text())) for name in english}
    for language in LANGUAGES:
        folder = NOTICES / language
        assert {path.name for path in folder.iterdir()} == english
        assert words_of(Source(folder).words) == words_of(Source(NOTICES / "en").words)
        assert set(Source(folder).words["fields"]) == set(WORDS)
        assert set(Source(folder).words["ask"]) == set(ACTS)
        for name in english:
            assert set(re.findall(r"{[{%](.+?)[}%]}", (folder / name).read_text())) == used[name], f"{language} {name}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", ACTS)
def test_a_notice_says_who_what_and_how_to_answer(writer: Writer, language: str, act: str) -> None:
    """The reference in the subject, the person as they are known, the fields; it leaves the house as it was meant."""
    changes = CHANGES if act == "correction" else []
    rendered = writer.write("recipient_notice", language, {**COMMON, **VALUES["recipient_notice"], "act": act, "changes": changes})
    text = " ".join(rendered.text.split())
    assert rendered.language == language
    assert "DPE-2026-0001" in rendered.subject
    assert " ".join(Source(NOTICES / language).words["ask"][act].split()) in text
    for said in ("Zora Quellmann", "zora@example.org", "zora@example.com", *(each["new"] for each in changes)):
        assert said in text
        assert said in rendered.html
    assert "ß" not in text
    wire = writer.envelope(
        rendered, sender="info@muster.example", to="privacy@nord.example", message_id="<n1.0a@dpe.muster.example>",
        in_reply_to="", references=(), sent_at=AT, automatic=False,
    )  # fmt: skip
    check_letter("info@muster.example", "privacy@nord.example", wire)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", VALUES)
def test_the_answers_a_letter_asks_for_are_understood(writer: Writer, language: str, letter: str) -> None:
    """What stands in bold type is what the reader of replies knows, whatever was asked for."""
    html = writer.write(letter, language, {**COMMON, **VALUES[letter]}).html
    done, nothing = re.findall(r"<strong[^>]*>(.+?)</strong>", html)
    for act in ACTS:
        assert answer(done.replace("&#39;", "'"), act).verdict == Verdict.DONE
        assert answer(done.replace("&#39;", "'"), act).sure
        assert answer(nothing, act).verdict == Verdict.NO_RECORD


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_letter_repeats_nothing_about_the_person(writer: Writer, language: str) -> None:
    """It names the day of the first one, which it answers; no name, no address."""
    text = writer.write("recipient_reminder", language, {**COMMON, **VALUES["recipient_reminder"], **VALUES["recipient_notice"]}).text
    assert "2026" in text.split("DPE")[0]
    assert "Zora" not in text
    assert "zora" not in text


@pytest.mark.parametrize("letter", VALUES)
def test_a_missing_value_is_an_error(writer: Writer, letter: str) -> None:
    """No notice leaves with a hole."""
    for name in VALUES[letter]:
        with pytest.raises(UndefinedError):
            writer.write(letter, "fr", {**COMMON, **{key: each for key, each in VALUES[letter].items() if key != name}})


def test_a_name_nobody_gave_is_said_to_be_missing(writer: Writer) -> None:
    """And a language nobody has gets English."""
    rendered = writer.write("recipient_notice", "rm", {**COMMON, **VALUES["recipient_notice"], "name": ""})
    assert "no name given" in rendered.text
    assert rendered.language == "en"
