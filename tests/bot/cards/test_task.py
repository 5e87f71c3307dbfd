"""Tasks as messages, on the card and in forms."""

import json
from dataclasses import replace
from datetime import date

import pytest

from bot.cards import (
    Evidence,
    NextActor,
    TaskForm,
    TaskView,
    card,
    evidence_modal,
    task_card,
    task_form,
    task_text,
    tasks_modal,
)
from bot.cards.blocks import fits
from bot.law import Right
from bot.tickets import State
from tests.bot.cards.views import DELETION, NOW, TASK, VIEW, huge

HOSTILE = "<!channel> <@U0EVE> <https://evil.example|bank> *bold*"
DONE = replace(TASK, state="done", outcome="done", done_by="U0ANN", done_on=date(2026, 12, 1))


def text(blocks: object) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def test_a_task_has_no_field_a_person_could_stand_in() -> None:
    """Whoever adds a field here decides that it may be read in the channel for ever."""
    assert set(TaskView.__dataclass_fields__) == {
        "id", "ref", "number", "right", "system", "place", "words", "count", "assignee", "looks", "state", "outcome",
        "reason", "waits_for_second", "done_by", "looked_by", "done_on",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (TASK, "to be done by hand"),
        (DONE, "done, Tue 1 Dec 2026"),
        (replace(DONE, waits_for_second=True), "a second person has to look"),
        (replace(DONE, outcome="nothing"), "nothing was held"),
        (replace(DONE, outcome="held"), "something is held there"),
        (replace(DONE, outcome="cannot", reason="law"), "it cannot be done: the law or a contract forbids it"),
        (replace(DONE, outcome="cannot", reason="mood"), "for a reason that stands in the evidence"),
        (replace(TASK, state="void"), "no longer needed"),
    ],
)
def test_how_a_task_stands_is_said_in_words(task: TaskView, words: str) -> None:
    """In its message and in its text for whoever does not see it."""
    assert words in text(task_card(task))
    assert words in task_text(task)


def test_words_of_others_are_no_markup() -> None:
    """What a connector, a configuration or a system's place says is parsed by nobody."""
    task = replace(TASK, system=HOSTILE, place=HOSTILE, words=HOSTILE)
    shown = [task_card(task), tasks_modal("r", [task], "r1"), card(replace(VIEW, requests=(replace(DELETION, tasks=(task,)),)), NOW)]
    shown += [task_form(TaskForm(task, HOSTILE, HOSTILE, (("City", HOSTILE),), (HOSTILE,)))]
    shown += [evidence_modal(Evidence(replace(task, state="done", outcome="done"), HOSTILE, HOSTILE, (HOSTILE,)))]
    parsed = [each["text"] for blocks in shown for each in texts(blocks) if each["type"] == "mrkdwn"]
    assert not [each for each in parsed if "<!" in each or "<http" in each or "<@U0EVE>" in each]
    assert "application papers" not in str(parsed)


def texts(found: object) -> list[dict[str, str]]:
    if isinstance(found, dict):
        own = [found] if found.get("type") in {"mrkdwn", "plain_text"} else []
        return own + [each for value in found.values() for each in texts(value)]
    return [each for value in found for each in texts(value)] if isinstance(found, list) else []


def test_any_number_of_tasks_fits_on_the_card() -> None:
    """The rest stands behind the button."""
    many = tuple(replace(TASK, id=f"k{n}", number=n, place="x" * 300) for n in range(1, 80))
    view = replace(huge(), requests=tuple(replace(each, tasks=many) for each in huge().requests))
    assert fits(card(view, NOW))
    one = text(card(replace(VIEW, requests=(replace(DELETION, state=State.PROVING, tasks=many),)), NOW))
    assert "0 of 79 tasks done" in one
    assert "… and 71 more: press “By hand”" in one
    assert len(tasks_modal("r", many, "r1")["blocks"]) <= 100


def test_whoever_is_asked_by_name_acts_next() -> None:
    """Else the card speaks of a colleague."""
    tasks = (TASK, replace(TASK, id="k2", assignee="U0BOB"), replace(TASK, id="k3", assignee=None))
    view = replace(VIEW, next_actor=NextActor.COLLEAGUE, requests=(replace(DELETION, tasks=tasks),))
    assert "*Next*\\n<@U0ANN>, <@U0BOB>" in text(card(view, NOW))
    nobody = replace(view, requests=(replace(DELETION, tasks=tasks[2:]),))
    assert "A colleague, by hand" in text(card(nobody, NOW))


def test_the_form_of_a_look_says_to_leave_things_as_they_are() -> None:
    """Nobody knows yet who asks."""
    form = task_form(TaskForm(replace(TASK, looks=True, right=Right.ACCESS), "ann@example.com", "Ann"))
    assert "only look whether anything is held" in text(form)
    assert "ann@example.com" in text(form)
    assert "found" not in {block.get("block_id") for block in form["blocks"]}
