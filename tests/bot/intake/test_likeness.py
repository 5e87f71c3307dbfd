"""What the signs of the radar do not foresee: words weighed, never against a sign."""

from pathlib import Path

import bot.intake
from bot.intake import asked, echo, likeness
from bot.intake.likeness import ALWAYS, FILE, WEIGHTS, features, like, mark
from bot.intake.radar import ENOUGH, FEW, LIKENESS
from bot.intake.vocabulary import Clue
from bot.law import Right
from tests.bot.intake.invented import invented
from tests.bot.intake.learning import example, learned

PLACE = Path(bot.intake.__file__).parent / FILE


def test_learning_again_gives_the_same_file() -> None:
    """Whoever changes a mail or a phrase says `make radar`: else the weights are those of another table."""
    again = likeness.written(learned([example(each) for each in invented("tuned")]))
    assert again == PLACE.read_text(encoding="utf-8")
    assert likeness.read(again) == WEIGHTS
    assert len(again.encode()) < 300_000


def test_words_nobody_listed_are_recognised_with_the_sentence_they_stand_in() -> None:
    """No sign foresees them; a person is told that they are only alike, and where."""
    heard = [(each, echo(each.subject, each.text)) for each in invented("tuned") if each.enquiry]
    alike = [(each, found) for each, found in heard if LIKENESS in found.reasons]
    assert alike
    for each, found in alike:
        said = " ".join(f"{each.subject} {each.text}".split())
        assert found.points == ENOUGH
        assert found.grounds[-1].sentence in said or found.grounds[-1].sentence.startswith(each.subject)


def test_a_sign_is_never_outweighed() -> None:
    """Where a sign says enough, nothing is weighed: the reasons are its own, however unlike the words may be."""
    said = "Please delete all my personal data."
    unlike = "The invoice for order 4711 is wrong, please correct the purchase order number. " * 5
    assert not like(unlike, [])
    assert LIKENESS not in echo("Invoice", f"{unlike}\n\n{said}").reasons


def test_a_mail_of_hardly_a_clue_is_not_weighed() -> None:
    """Its words may be anybody's: the weights alone show nothing."""
    liked = max(WEIGHTS.items(), key=lambda each: each[1].weight if each[0].isalpha() else 0)[0]
    assert like(f"{liked} {liked}", [])
    assert not echo(liked, liked).enough
    assert FEW > 1


def test_known_words_count_and_unknown_ones_do_not() -> None:
    """A name, a town, a number nobody has seen changes nothing."""
    words, clues = "please delete my data", [{Clue.MY_DATA, Clue.DELETE}]
    assert mark(words, clues) > mark(words, []) > mark("please find the invoice", [])
    assert mark(f"{words} xylqx", clues) == mark(words, clues)
    assert mark("", []) * likeness.UNIT == WEIGHTS[ALWAYS].weight
    assert "=delete+my_data" in features("", clues)
    assert features("am 3. Mai".lower(), []) == features("am 4. Mai".lower(), [])


def test_among_unknown_words_the_known_ones_say_nothing() -> None:
    """Spam in invented words happens to share a few with requests."""
    liked = max(WEIGHTS.items(), key=lambda each: each[1].weight if each[0].isalpha() else 0)[0]
    unknown = " ".join(f"qx{number:03d}zzw".translate(str.maketrans("0123456789", "bcdfghjklm")) for number in range(9))
    assert like(f"{liked} {liked}", [])
    assert mark(f"{liked} {unknown}", []) == mark(liked, [])
    assert not like(f"{liked} {unknown}", [])


def test_a_right_that_is_named_is_not_joined_by_a_guess() -> None:
    """What is alike speaks of a change; the person named what they want."""
    subject, text = "Data Protection Enquiry", "I use my right to data portability: I am changing to another maker."
    assert echo(subject, text).reasons == (LIKENESS,)
    assert asked(subject, text) == (Right.PORTABILITY,)
