"""What the tests of the cards draw one by one, as pictures: who asks, letters, tasks, recipients, corrections, floods."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot import cards
from bot.cards.crowd import Crowd, Waiting, crowd_card
from bot.cards.identity import FORMS, identity_modal
from bot.cards.letter import letter_modal, rests_modal
from bot.cards.rights import changes_modal, correction_form, lifting_form, restriction_form
from bot.cards.words import Word, word_blocks
from bot.law import Right
from bot.workflow import Change
from tests.bot.cards.test_identity import ASKING
from tests.bot.cards.test_letter import DRAFT, LETTER
from tests.bot.cards.test_review import BATCH
from tests.bot.cards.test_task import DONE
from tests.bot.cards.test_watch import ALARM
from tests.bot.cards.views import NOTICES, NOW, TASK, VIEW

CHANGE = Change("server", "account", "7", "city", "city", "City", "Zürich", "Winterthur")
WANTED = cards.Wanted("t1", VIEW.ref, "I moved.\nCity: Winterthur", {"city": "Winterthur"})


def messages() -> list[tuple[str, list[dict[str, Any]]]]:
    """Messages of the channel and its threads."""
    crowd = Crowd([Waiting(VIEW.due + timedelta(days=n // 5), f"DPE-2026-{n:04d}", VIEW.rights) for n in range(1, 26)])
    return [
        ("card with a letter to release", cards.card(replace(VIEW, drafts=(DRAFT,), drafts_mark="m1"), NOW)),
        ("a task", cards.task_card(TASK)),
        ("a task that is done", cards.task_card(DONE)),
        ("a task, told directly", cards.task_told_card(TASK, "https://team.slack.example/archives/C1/p1")),
        ("erased, and there again", cards.alarm_card(ALARM, NOW)),
        ("old accounts", cards.batch_card(BATCH)),
        ("many at once", crowd_card(crowd, NOW)),
        ("a word in the thread", word_blocks(Word(VIEW.ref, "approve", "U0BOB", what=str(Right.DELETION)))),
    ]


def windows() -> list[tuple[str, dict[str, Any]]]:
    """Windows and forms."""
    asking = replace(ASKING, named="ann@example.org")
    evidence = cards.Evidence(DONE, "Shredded the folder, with a witness.", can_see=True)
    return [
        ("who asks", identity_modal(asking)),
        *((f"who asks: {name}", form(asking)) for name, form in FORMS.items()),
        ("a letter", letter_modal(LETTER, NOW)),
        ("what a letter rests on", rests_modal(LETTER)),
        ("by hand", cards.tasks_modal(VIEW.ref, [TASK, DONE], "r1")),
        ("done by hand", cards.task_form(cards.TaskForm(TASK, "ann@example.org", "Ann"))),
        ("what was done", cards.evidence_modal(evidence)),
        ("recipients", cards.notices_modal(VIEW.ref, NOTICES, "t1")),
        ("told by hand", cards.told_form(NOTICES[2])),
        ("stop asking", cards.stop_form(NOTICES[1])),
        ("correct", correction_form(WANTED)),
        ("old and new", changes_modal(VIEW.ref, [("our internal server", CHANGE)], "t1")),
        ("restrict", restriction_form(VIEW.ref, "t1")),
        ("end a restriction", lifting_form(VIEW.ref, "r1")),
        ("new consent", cards.consent_form("a1", [("s1", "ann@example.org")], NOW.date())),
        ("accounts", cards.accounts_form("b1", [("c1", "ann@example.org", date(2015, 3, 4))], NOW.date())),
        ("later", cards.snooze_modal(VIEW.ref, "t1", [NOW.date() + timedelta(days=2), VIEW.due], NOW.date())),
    ]
