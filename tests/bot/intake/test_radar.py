"""The radar for missed requests: measured on mails it was tuned on and on mails it was not, and what it says of each."""

import re
import time
from collections import Counter
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from random import Random

import pytest
import re2

from bot.intake import Verdict, asked, echo, read
from bot.intake.radar import ENOUGH, LIKENESS, SIGNS
from bot.intake.vocabulary import PHRASES, Clue
from bot.law import Right
from tests.bot.intake.invented import invented
from tests.bot.intake.writing import RULES, mail

DOCS = Path(__file__).parents[3] / "docs" / "intake.md"


@dataclass(frozen=True)
class Figures:
    """How the radar did on one set."""

    shown: int
    enquiries: int
    alarms: int
    others: int
    rights: int  # enquiries of which exactly the rights asked for were proposed


def figures(name: str) -> Figures:
    count: Counter[str] = Counter()
    for each in invented(name):
        reading = read(mail(each.subject, each.text, content_type="text/plain; charset=utf-8"), RULES)
        kind = "enquiries" if each.enquiry else "others"
        count[kind] += 1
        count[f"{kind} shown"] += reading.verdict == Verdict.NEAR_MISS
        count["rights"] += each.enquiry and ",".join(reading.rights) == ",".join(sorted(each.kind.split(",")))
    return Figures(
        count["enquiries shown"], count["enquiries"], count["others shown"], count["others"], count["rights"]
    )


def interval(part: int, whole: int) -> str:
    """Wilson's interval at 95 %, in per cent."""
    z, share = 1.96, part / whole
    middle, half = share + z * z / (2 * whole), z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    low, high = (abs(middle + sign * half) / (1 + z * z / whole) * 100 for sign in (-1, 1))
    return f"{low:.1f} to {high:.1f} %"


def test_the_sets_are_what_was_promised() -> None:
    """Three hundred mails and more, both classes and four languages in each part, no mail in both."""
    tuned, held = list(invented("tuned")), list(invented("held"))
    assert len(tuned) + len(held) >= 300
    blind = list(invented("blind"))
    assert not {each.text for each in tuned} & {each.text for each in [*held, *blind]}
    for part in (tuned, held, blind):
        assert {(each.enquiry, each.language) for each in part} == {
            (enquiry, language) for enquiry in (True, False) for language in ("en", "de", "fr", "it")
        }
    hard = {each.kind for each in held if not each.enquiry}
    assert hard >= {"password", "contract", "newsletter", "order", "unsubscribe", "dpa", "court", "portal", "lawyer",
                    "reply"}  # fmt: skip


def test_few_requests_are_missed_and_few_alarms_are_false() -> None:
    """On mails it was never tuned on: of a hundred enquiries five may be missed, of a hundred other mails two shown."""
    held = figures("held")
    assert held.shown / held.enquiries >= 0.95
    assert held.alarms / held.others <= 0.02
    assert held.rights / held.enquiries >= 0.85


def test_the_published_figures_are_those_measured() -> None:
    """All parts, with their intervals, as docs/intake.md has them."""
    text = DOCS.read_text()
    for name in ("tuned", "held", "blind"):
        found = figures(name)
        row = (
            f"{found.shown} of {found.enquiries} ({interval(found.shown, found.enquiries)}) | "
            f"{found.alarms} of {found.others} ({interval(found.alarms, found.others)}) | {found.rights}"
        )
        assert row in text, row


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_each_verdict_rests_on_a_sentence_of_the_mail(language: str) -> None:
    """What is shown says what it found in our words, and where in theirs."""
    for each in invented("tuned"):
        if each.language == language and each.enquiry:
            heard = echo(each.subject, each.text)
            said = " ".join(f"{each.subject} {each.text}".split())
            for ground in heard.grounds:
                assert all(piece in said for piece in ground.sentence.split(f"{each.subject} ", 1))
                assert ground.sentence not in repr(ground)
            assert set(heard.reasons) <= {LIKENESS, *(sign.says for sign in SIGNS)}


def test_two_sentences_that_follow_each_other_belong_together() -> None:
    """What is meant stands in one, what is wanted in the other; further apart they are two things."""
    assert echo("", "You published a picture of me. Please remove it.").rights == (Right.DELETION,)
    apart = "You published a picture of me. It was sunny. We had coffee. Please remove the chair."
    assert not echo("", apart).enough


def test_an_abbreviation_or_a_date_ends_no_sentence() -> None:
    """“Art. 15” and “3. Mai” stay whole."""
    heard = echo("", "Guten Tag. Am 3. Mai verlangte ich nach Art. 15 DSGVO und verlange nochmals Auskunft. Gruss")
    assert "Am 3. Mai verlangte ich nach Art. 15 DSGVO und verlange nochmals Auskunft." in {
        each.sentence for each in heard.grounds
    }


def test_quoted_words_are_another_persons_unless_they_are_sent_on() -> None:
    """An answer quotes what it answers; a colleague who forwards means the quoted words."""
    quoted = "See below.\n> Please delete all my data.\n"
    assert not echo("Re: Hello", quoted).enough
    assert Right.DELETION in echo("WG: Hello", quoted).rights


def test_an_enquiry_needs_fewer_words() -> None:
    """Its subject has said what it is about: a bare verb is enough there, and only there."""
    assert asked("Data Protection Enquiry", "Deletion, please.") == (Right.DELETION,)
    assert not echo("Hello", "Deletion, please.").enough


def test_every_clue_is_used_and_every_sign_can_be_reached() -> None:
    """A phrase nobody asks for, or a sign that contradicts itself, would be dead."""
    used = {clue for sign in SIGNS for clue in sign.needs | sign.unless}
    assert used == set(Clue) == set(PHRASES)
    assert all(not sign.needs & sign.unless and sign.points <= 6 for sign in SIGNS)
    assert any(sign.points < ENOUGH for sign in SIGNS)


def test_searching_all_phrases_at_once_finds_what_each_would_find() -> None:
    """A set of RE2 that runs out of memory finds nothing and says nothing: so it must not, whatever the text (T17)."""
    from bot.intake.radar import _CLUES

    alone = {clue: re2.compile("|".join(lines)) for clue, lines in PHRASES.items()}
    vocabulary = sorted({word for lines in PHRASES.values() for line in lines for word in re.findall("[a-z']{2,}", line)})
    chance = Random(1)
    for length in (5, 40, 400, 4000) * 4:
        text = " ".join(chance.choice(vocabulary) for _ in range(length))[:20_000]
        assert _CLUES.in_(text) == {clue for clue, found in alone.items() if found.search(text)}
        began = time.process_time()
        echo("", text.replace(" the ", ". "))
        assert time.process_time() - began < 0.5
