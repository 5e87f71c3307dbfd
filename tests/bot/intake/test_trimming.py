"""A reply as people look at it: its own words; what it repeats stays in the mail."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake.trimming import trimmed

HEADERS = {
    "en": "From: Lumen <info@lumen.example>\nSent: Monday, 23 November 2026 10:00\nTo: Ann Keller\nSubject: Your enquiry",
    "de": "Von: Lumen <info@lumen.example>\nGesendet: Montag, 23. November 2026 10:00\nAn: Ann Keller\nBetreff: Ihre Anfrage",
    "fr": "De : Lumen <info@lumen.example>\nEnvoyé : lundi 23 novembre 2026 10:00\nÀ : Ann Keller\nObjet : Votre demande",
    "it": "Da: Lumen <info@lumen.example>\nInviato: lunedì 23 novembre 2026 10:00\nA: Ann Keller\nOggetto: La Sua richiesta",
    "bold": "*From:* Lumen\n*Sent:* Monday\n*To:* Ann\n*Subject:* x",
}
BEFORE = {
    "en": "On Mon, 23 Nov 2026 at 10:00, Lumen <info@lumen.example> wrote:",
    "en, wrapped": "On Mon, 23 Nov 2026 at 10:00, Lumen Acoustics <\ninfo@lumen.example> wrote:",
    "de": "Am Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Lumen <info@lumen.example>:",
    "de, name first": "Lumen <info@lumen.example> schrieb am Mo., 23. Nov. 2026, 10:00:",
    "fr": "Le lun. 23 nov. 2026 à 10:00, Lumen <info@lumen.example> a écrit\u00a0:",
    "it": "Il giorno 23 nov 2026, alle ore 10:00, Lumen <info@lumen.example> ha scritto:",
    "date": "2026-11-23 10:00 GMT+01:00 Lumen <info@lumen.example>:",
    "rule": "---- On Mon, 23 Nov 2026 10:00:00 Lumen wrote ----",
}


@pytest.mark.parametrize("language", HEADERS)
@pytest.mark.parametrize("rule", ["", "________________________________\n", "-----Original Message-----\n"])
def test_a_whole_mail_that_is_repeated_is_left_out(language: str, rule: str) -> None:
    """Outlook puts its headers above it, in the reader's language."""
    assert trimmed(f"Yes, that is me.\n\nAnn\n\n{rule}{HEADERS[language]}\n\nDear Ann\n") == "Yes, that is me.\n\nAnn"


@pytest.mark.parametrize("language", BEFORE)
def test_a_quotation_at_the_end_is_left_out_with_the_words_before_it(language: str) -> None:
    """Whether the program marks the lines or not."""
    for quoted in ("> Dear Ann\n> who are you?", "Dear Ann\nwho are you?"):
        assert trimmed(f"I live in Chur.\n\n{BEFORE[language]}\n\n{quoted}\n") == "I live in Chur."


def test_an_answer_between_the_lines_keeps_what_it_answers() -> None:
    """“Yes.” alone would say nothing."""
    text = f"Hello\n\n{BEFORE['en']}\n> Is it you?\nYes.\n> Where do you live?\nChur.\n"
    assert trimmed(text) == "Hello\n\n> Is it you?\nYes.\n> Where do you live?\nChur."


def test_an_answer_below_the_quotation_is_what_is_shown() -> None:
    """What it begins with is known."""
    assert trimmed(f"{BEFORE['de']}\n> Wer sind Sie?\n\nIch bin Ann.\n") == "Ich bin Ann."


@pytest.mark.parametrize(
    "end", ["-- \nAnn Keller, Chur", "Sent from my phone", "Von meinem iPhone gesendet", "Envoyé de mon iPhone",
            "Inviato da iPhone", "_____________\nAnn", "***", "\u2014\n"]
)  # fmt: skip
def test_signatures_and_words_of_a_device_are_left_out(end: str) -> None:
    """Nobody wrote them."""
    assert trimmed(f"Please delete it all.\n\n{end}\n") == "Please delete it all."


@pytest.mark.parametrize(
    "text",
    [
        "I asked you on 3 May 2026 what my neighbour wrote about me:\nwhere is it?",
        "Am 3. Mai schrieb mir Herr Meier folgendes:\n\nSie schulden 20 Franken.\n\nDas stimmt nicht.",
        "My old address:\n-----\nBahnhofstrasse 1\n-----\nMy new one: Seeweg 2",
        "From: me\nI would like an answer.",
        "> only what you wrote",
        "Von: Lumen\nGesendet: Montag\nAn: Ann\nBetreff: x\n\nGuten Tag",
    ],
)
def test_own_words_that_look_like_something_else_stay(text: str) -> None:
    """In doubt too much is shown; and where nothing would be left, all of it."""
    assert trimmed(text) == text


@given(st.lists(st.sampled_from(["", "> x", "words", "--", *BEFORE.values(), *HEADERS.values()]) | st.text(max_size=30), max_size=12))
def test_what_is_shown_is_in_the_mail_and_never_nothing(lines: list[str]) -> None:
    """Whatever it is made of."""
    text = "\n".join(lines).replace("\u00a0", " ")
    shown = trimmed(text)
    assert bool(shown.strip()) == bool(text.strip())
    assert {each.strip() for each in shown.splitlines()} <= {each.strip() for each in text.splitlines()} | {""}


@pytest.mark.parametrize("text", ["On 1 " * 4000, "> \n" * 6000, "From: x\n" * 2000, "x\n" + "On 1 x\n" * 3000,
                                  "x\n" + "Ann wrote:\n> x\n" * 900])  # fmt: skip
def test_nothing_takes_long(text: str) -> None:
    """A window in Slack has three seconds."""
    began = time.process_time()
    trimmed(text)
    assert time.process_time() - began < 0.5


@pytest.mark.shared
def test_most_replies_of_a_public_collection_are_trimmed_as_its_people_did(shared: Path) -> None:
    """Line by line the same in nine of ten; of the libraries that were tried none had half of them."""
    folder = shared / "corpus" / "mail" / "permissive" / "discourse__email_reply_trimmer"
    same = [
        _lines(trimmed(_text(folder / "emails" / each.name))) == _lines(_text(each))
        for each in sorted((folder / "trimmed").iterdir())
    ]
    print(f"\n{sum(same)} of {len(same)} replies trimmed line by line as expected")
    assert sum(same) >= 0.9 * len(same)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _lines(text: str) -> list[str]:
    return [line.replace("\u00a0", " ").rstrip() for line in text.strip().splitlines()]
