"""What people do by hand: given as tasks, waited for, evidenced, looked at by a second person, told in the letter."""

import io
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.connectors import manual
from bot.connectors.manual import Block
from bot.desk.attesting import Said
from bot.desk.tasking import BUSY
from bot.errors import NotAllowed, Refused, Temporary, Unclear
from bot.law import Right
from bot.package import Packer
from bot.phrases import say
from bot.store.rows import TaskRow
from bot.tickets import Identity, Role, State
from tests.bot.desk.deaths import Killed, die_at
from tests.bot.desk.office import ANN, HUGO, PAULA, ROLES, VERA, Stage
from tests.fakes import FakePacker, FakeSystem

HELEN = "UHELEN"
SHREDDED = "Shredded the blue folder of A. Keller, with Kim as a witness."
FOLDER = manual.Manual(Block.model_validate({
    "name": "recruitment", "label": "our recruitment folder", "holds": "application papers",
    "category": "customer data", "person": HELEN,
    "instructions": {
        "access": "Look under both names; write down what is there.", "correction": "Correct it on the sheet.",
        "deletion": "Shred the papers.", "restriction": "Put the papers into the red box.",
    },
    "answer": {"deletion": "The papers were shredded."},
}))  # fmt: skip
NOTHING = Said("nothing", "Looked under K and A: no folder.")


def staged(store: Any, clock: Any, ids: Any, **house: Any) -> Stage:
    roles = {**ROLES, HELEN: frozenset({Role.VIEWER, Role.HANDLER})}
    return Stage(store, clock, ids, more=(FOLDER,), house={"roles": roles, **house})


@pytest.fixture
def stage(sqlite_store: Any, clock: Any, ids: Any) -> Stage:
    return staged(sqlite_store, clock, ids)


def tasks(stage: Stage, ticket_id: str) -> list[TaskRow]:
    with stage.store.read() as unit:
        return unit.tasks.of(ticket_id)


def done(stage: Stage, task: TaskRow, said: Said, user: str = HELEN) -> None:
    stage.desk.task_done(user, stage.ids(), task.id, said)
    stage.work()


def seen(stage: Stage, task: TaskRow, user: str = HUGO) -> None:
    stage.desk.task_seen(user, stage.ids(), task.id)
    stage.work()


def running(stage: Stage) -> tuple[str, TaskRow]:
    """A deletion that was approved and has run: the folder's task is open."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.cooled()
    return ticket_id, tasks(stage, ticket_id)[0]


def asked(stage: Stage, right: Right = Right.ACCESS) -> tuple[str, TaskRow]:
    """A request that needs no approval, at its task."""
    ticket_id = stage.open("Which data do you hold about me?")
    stage.choose(ticket_id, right)
    stage.reply_with_code()
    stage.work()
    return ticket_id, tasks(stage, ticket_id)[0]


def message(stage: Stage, task: TaskRow) -> str:
    blocks, text = stage.channel.messages[stage.channel.keys[f"task:{task.id}"]]
    return f"{text} {blocks}"


# -- the road ---------------------------------------------------------------------------------------------------------


def test_a_deletion_waits_for_what_is_done_by_hand_and_for_a_second_look(store: Any, clock: Any, ids: Any) -> None:
    """Named person, evidence, another person; then the letter tells it as done by hand. On both databases."""
    stage = staged(store, clock, ids)
    ticket_id, task = running(stage)
    assert (task.number, task.assignee, task.state, task.second) == (1, HELEN, "open", True)
    assert stage.system.people == {}
    assert stage.request(ticket_id, Right.DELETION).state == State.PROVING
    letters = len(stage.postman.out)
    done(stage, task, Said("done", SHREDDED))
    assert stage.request(ticket_id, Right.DELETION).state == State.PROVING
    assert len(stage.postman.out) == letters
    seen(stage, task)
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    letter = stage.postman.texts()[-1]
    for words in ("application papers", "our recruitment folder", "The papers were shredded."):
        assert words in letter
    assert "blue folder" not in letter


def test_the_task_stands_in_the_thread_and_names_nobody_but_colleagues(stage: Stage) -> None:
    """It asks the named person, shows what became of it, and the evidence never reaches Slack, record or log."""
    ticket_id, task = running(stage)
    ts = stage.channel.keys[f"task:{task.id}"]
    assert stage.channel.threads[ts] == stage.ticket(ticket_id).card_ts
    told = message(stage, task)
    for words in (f"<@{HELEN}>", "Shred the papers.", "our recruitment folder", "task_done:1", "plan:deletion"):
        assert words in told
    done(stage, task, Said("done", SHREDDED))
    assert "task_look:1" in message(stage, task)
    assert "a second person has to look" in message(stage, task)
    seen(stage, task)
    assert "task_done" not in message(stage, task)
    assert "Keller" not in stage.channel.shown()
    with stage.store.read() as unit:
        trail = str([(row.verb, row.detail) for row in unit.trail(ticket_id)])
        (row,) = [row for row in unit.trail(ticket_id) if row.verb == "task_done"]
        assert unit.tasks.evidence(task.id)["words"] == SHREDDED
    assert "Keller" not in trail
    assert (row.actor, row.detail["outcome"], len(row.detail["digest"])) == (HELEN, "done", 64)


def test_the_card_says_how_far_people_are_and_whom_it_waits_for(stage: Stage) -> None:
    """“0 of 1 task done”, and the named person as the next to act."""
    ticket_id, task = running(stage)
    card = str(stage.channel.messages[stage.ticket(ticket_id).card_ts or ""])
    assert "0 of 1 task done" in card
    assert f"*Next*\\n<@{HELEN}>" in card
    done(stage, task, NOTHING)
    seen(stage, task)
    assert "1 of 1 task done" in str(stage.channel.messages[stage.ticket(ticket_id).card_ts or ""])


def test_nothing_held_is_not_told_as_an_erasure(stage: Stage) -> None:
    """Somebody looked, and the letter says so."""
    _, task = running(stage)
    done(stage, task, NOTHING)
    seen(stage, task)
    letter = stage.postman.texts()[-1]
    assert "nothing was held" in letter
    assert "shredded" not in letter
    assert "Deleted by hand" not in letter


def test_what_was_found_goes_into_the_copy(stage: Stage) -> None:
    """Words and files, beside what the systems answered; the evidence stays here."""
    ticket_id, task = asked(stage)
    stage.desk.task_file("os:root", stage.ids(), task.id, "Ann Keller CV.txt", b"born in Winterthur")
    done(stage, task, Said("done", "Looked under K.", "One letter of 3 May 2024: “I apply as a tuner.”"))
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    (package,) = stage.packer.files.values()
    assert b"I apply as a tuner" in unzipped(package[1])
    assert b"born in Winterthur" in unzipped(package[1])
    assert b"Looked under K." not in unzipped(package[1])
    assert "In your copy" in stage.postman.texts()[-1]
    with stage.store.read() as unit:
        (row,) = [row for row in unit.trail(ticket_id) if row.verb == "task_file"]
    assert "CV" not in str(row.detail)


def unzipped(content: Any) -> bytes:
    raw = content if isinstance(content, bytes) else b"".join(content)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_a_task_of_a_connector_is_for_the_owner(stage: Stage) -> None:
    """No named person: whoever handles the ticket; both tasks have to be settled."""
    stage.system.task = "Delete the e-mails of the record."
    ticket_id, task = running(stage)
    other = tasks(stage, ticket_id)[1]
    assert {(task.system, task.assignee), (other.system, other.assignee)} == {("server", HUGO), ("recruitment", HELEN)}
    for each in (task, other):
        assert stage.request(ticket_id, Right.DELETION).state == State.PROVING
        done(stage, each, Said("done", "Did it."))
        seen(stage, each, PAULA)
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE


def test_a_system_without_any_means_is_a_task(sqlite_store: Any, clock: Any, ids: Any) -> None:
    """Nothing runs by itself; the answer goes out when the person's part is done. A restriction needs no second look."""
    stage = Stage(sqlite_store, clock, ids)
    stage.system.unable = True
    ticket_id = stage.open("Please restrict the processing of my data.")
    stage.desk.choose(HUGO, stage.ids(), ticket_id, Right.RESTRICTION, {"ground": "accuracy"})
    stage.work()
    stage.reply_with_code()
    stage.work()
    (task,) = tasks(stage, ticket_id)
    assert (task.words, task.second) == ("The server knows no such thing.", False)
    done(stage, task, Said("done", "Took it off the shelf."), HUGO)
    assert stage.request(ticket_id, Right.RESTRICTION).state == State.DONE


# -- who, and what they have to say -----------------------------------------------------------------------------------


def test_what_is_missing_is_told_on_the_field(stage: Stage) -> None:
    """And nothing has happened: the same form can be sent again."""
    _, task = asked(stage)
    for said, field in (
        (Said("", "Did it."), "outcome"),
        (Said("held", "There it is."), "outcome"),
        (Said("done", " \n"), "evidence"),
        (Said("nothing", ""), "evidence"),
        (Said("cannot", "The cabinet is locked."), "reason"),
        (Said("cannot", "The cabinet is locked.", reason="mood"), "reason"),
        (Said("done", "Looked under K."), "found"),
        (Said("nothing", "Looked under K.", "A letter."), "outcome"),
        (Said("done", "x" * 20_001, "A letter."), "evidence"),
    ):
        with pytest.raises(NotAllowed) as caught:
            stage.desk.task_done(HELEN, "form", task.id, said)
        assert caught.value.field == field, said.outcome
    for content in (b"", b"x" * 20_000_001):
        with pytest.raises(NotAllowed, match="at most"):
            stage.desk.task_file(HELEN, "e", task.id, "a.txt", content)
    stage.desk.task_done(HELEN, "form", task.id, NOTHING)


def test_a_task_is_settled_once(stage: Stage) -> None:
    """A second delivery does nothing; a colleague who was slower is told so."""
    ticket_id, task = running(stage)
    stage.desk.task_done(HELEN, "form", task.id, NOTHING)
    stage.desk.task_done(HELEN, "form", task.id, NOTHING)
    with pytest.raises(NotAllowed, match="Somebody was faster"):
        stage.desk.task_done(HUGO, stage.ids(), task.id, NOTHING)
    with pytest.raises(NotAllowed, match="Somebody was faster"):
        stage.desk.task_form(HUGO, task.id)
    assert stage.trail(ticket_id).count("task_done") == 1


def test_the_second_look_is_another_persons_and_is_made_once(stage: Stage) -> None:
    """Whoever did it may read it, and not confirm it; each look is audited."""
    ticket_id, task = running(stage)
    with pytest.raises(NotAllowed, match="Nothing has been said"):
        stage.desk.task_evidence(HUGO, task.id)
    with pytest.raises(NotAllowed, match="nobody's second look"):
        stage.desk.task_seen(HUGO, stage.ids(), task.id)
    done(stage, task, Said("done", SHREDDED))
    assert not stage.desk.task_evidence(HELEN, task.id).can_see
    with pytest.raises(NotAllowed, match="done it yourself"):
        stage.desk.task_seen(HELEN, stage.ids(), task.id)
    shown = stage.desk.task_evidence(HUGO, task.id)
    assert (shown.words, shown.can_see) == (SHREDDED, True)
    stage.desk.task_seen(HUGO, "press", task.id)
    stage.desk.task_seen(HUGO, "press", task.id)
    with pytest.raises(NotAllowed, match="Somebody was faster"):
        stage.desk.task_seen(PAULA, stage.ids(), task.id)
    assert stage.trail(ticket_id).count("look_task") == 2
    assert stage.trail(ticket_id).count("task_seen") == 1


def test_without_four_eyes_nobody_looks_twice(sqlite_store: Any, clock: Any, ids: Any) -> None:
    """The setting waives it, as it does for approvals."""
    stage = Stage(sqlite_store, clock, ids, more=(FOLDER,), house={"four_eyes": False})
    ticket_id, task = running(stage)
    assert not task.second
    done(stage, task, Said("done", SHREDDED), HUGO)
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE


def test_who_only_watches_does_nothing(stage: Stage) -> None:
    """A viewer sees that there are tasks, and no more."""
    _, task = running(stage)
    for act in (
        lambda: stage.desk.task_done(VERA, "e", task.id, NOTHING),
        lambda: stage.desk.task_form(VERA, task.id),
        lambda: stage.desk.task_evidence(VERA, task.id),
        lambda: stage.desk.task_seen(VERA, "e", task.id),
        lambda: stage.desk.task_file(VERA, "e", task.id, "a", b"b"),
    ):
        with pytest.raises(NotAllowed, match="role"):
            act()
    assert [each.number for each in stage.desk.tasks(VERA, task.request_id)[1]] == [1]


def test_the_form_says_who_it_is_about_and_what_to_correct(stage: Stage) -> None:
    """For one permitted user; the look is audited."""
    stage.system.fields["person:1"] = {"city": "Zürich"}
    ticket_id = stage.open("I have moved.")
    stage.desk.choose(HUGO, stage.ids(), ticket_id, Right.CORRECTION, {"city": "Winterthur"})
    stage.work()
    stage.reply_with_code()
    stage.work()
    request = stage.request(ticket_id, Right.CORRECTION)
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.work()
    (task,) = tasks(stage, ticket_id)
    looks = stage.trail(ticket_id).count("look")
    form = stage.desk.task_form(HELEN, task.id)
    assert (form.address, form.name, form.wishes) == (ANN, "Ann Keller", (("City", "Winterthur"),))
    assert stage.trail(ticket_id).count("look") == looks + 1
    done(stage, task, Said("done", "Corrected on the sheet."))
    seen(stage, task)
    assert "Corrected by hand" in stage.postman.texts()[-1]


def test_a_file_is_for_a_copy_only(stage: Stage) -> None:
    """Of a deletion nothing goes to the person."""
    _, task = running(stage)
    with pytest.raises(NotAllowed, match="for a copy"):
        stage.desk.task_file(HELEN, "e", task.id, "a.txt", b"b")


# -- when it does not go well -----------------------------------------------------------------------------------------


def test_what_cannot_be_done_is_for_a_person_and_is_asked_anew(stage: Stage) -> None:
    """With the class of its reason and nothing of the evidence; “Try again” gives the task once more."""
    ticket_id, task = running(stage)
    done(stage, task, Said("cannot", "Keller's papers are at the court.", reason="reach"))
    request = stage.request(ticket_id, Right.DELETION)
    assert (request.state, request.back_to) == (State.NEEDS_PERSON, State.PROVING)
    assert "nobody can get at it" in (request.reason or "")
    assert "court" not in stage.channel.shown()
    stage.desk.resume(HUGO, stage.ids(), request.id)
    stage.work()
    first, again = tasks(stage, ticket_id)
    assert (first.state, again.state, again.words) == ("void", "open", task.words)
    done(stage, again, Said("done", SHREDDED))
    seen(stage, again)
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE


def test_a_withdrawn_request_needs_nobodys_hands(stage: Stage) -> None:
    """The task is void, its message says so, and who fills in the form all the same is told."""
    ticket_id, task = running(stage)
    stage.desk.withdraw(HUGO, stage.ids(), task.request_id)
    stage.work()
    assert tasks(stage, ticket_id)[0].state == "void"
    assert "no longer needed" in message(stage, task)
    assert "task_done" not in message(stage, task)
    with pytest.raises(NotAllowed, match="Nobody has to do this any more"):
        stage.desk.task_done(HELEN, stage.ids(), task.id, NOTHING)


def test_a_plan_made_anew_keeps_what_people_have_done(sqlite_store: Any, clock: Any, ids: Any) -> None:
    """The data changed in the run: the new plan says the task in the same words, and nobody is asked twice."""
    stage = Stage(sqlite_store, clock, ids, more=(FOLDER,))
    stage.system.shaky = 1
    ticket_id = stage.open("Please restrict the processing of my data.")
    stage.desk.choose(HUGO, stage.ids(), ticket_id, Right.RESTRICTION, {"ground": "accuracy"})
    stage.work()
    stage.reply_with_code()
    stage.work()
    given = tasks(stage, ticket_id)
    assert [each.state for each in given] == ["void", "open"]
    done(stage, given[1], Said("done", "In the red box."), HUGO)
    assert stage.request(ticket_id, Right.RESTRICTION).state == State.DONE
    assert stage.trail(ticket_id).count("plan") == 2


def test_a_death_between_the_word_and_what_follows_loses_nothing(stage: Stage) -> None:
    """The word is a row; what follows is work, done by whoever comes next."""
    ticket_id, task = running(stage)
    stage.desk.task_done(HELEN, stage.ids(), task.id, NOTHING)
    stage.desk.task_seen(HUGO, stage.ids(), task.id)
    assert stage.request(ticket_id, Right.DELETION).state == State.PROVING
    stage.work()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE


# -- where only people can look ---------------------------------------------------------------------------------------


def unknown(stage: Stage, right: Right = Right.ACCESS) -> tuple[str, TaskRow]:
    """Somebody no system knows; the folder's task is only to look."""
    stage.system.people.clear()
    ticket_id = stage.open("Which data do you hold about me? Delete them.")
    stage.choose(ticket_id, right)
    return ticket_id, tasks(stage, ticket_id)[-1]


@pytest.mark.parametrize("right", [Right.ACCESS, Right.DELETION])
def test_nobody_is_told_that_nothing_is_held_before_somebody_has_looked(stage: Stage, right: Right) -> None:
    """No code, no approval: nothing can be given out or destroyed; the letter waits for the look."""
    ticket_id, task = unknown(stage, right)
    assert stage.ticket(ticket_id).identity == Identity.NOBODY
    assert (task.looks, stage.request(ticket_id, right).state) == (True, State.PROVING)
    assert "Please only look" in message(stage, task)
    letters = len(stage.postman.out)
    with pytest.raises(NotAllowed, match="what became of it"):
        stage.desk.task_done(HELEN, stage.ids(), task.id, Said("done", SHREDDED))
    done(stage, task, NOTHING)
    if right == Right.DELETION:
        seen(stage, task)
    assert stage.request(ticket_id, right).state == State.DONE
    assert len(stage.postman.out) == letters + 1
    assert "our recruitment folder" in stage.postman.texts()[-1]


def test_something_held_by_hand_has_to_be_somebodys_first(stage: Stage) -> None:
    """The address stands in the papers: a code goes there, and with it the task is given in earnest."""
    ticket_id, task = unknown(stage)
    done(stage, task, Said("held", "A letter with this address in it."))
    assert stage.request(ticket_id, Right.ACCESS).state == State.IDENTIFYING
    assert stage.ticket(ticket_id).identity == Identity.ASKED
    assert stage.postman.out[-1][1] == ANN
    stage.reply_with_code()
    stage.work()
    again = tasks(stage, ticket_id)[-1]
    assert (again.looks, again.state) == (False, "open")
    done(stage, again, Said("done", "Copied the letter.", "Dear sirs, I apply."))
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    (package,) = stage.packer.files.values()
    assert b"Dear sirs, I apply." in unzipped(package[1])


def test_what_is_held_under_another_address_is_for_a_person(stage: Stage) -> None:
    """Nothing is disclosed to whoever only says so."""
    ticket_id, task = unknown(stage)
    done(stage, task, Said("cannot", "A folder of that name, another address.", reason="whose"))
    request = stage.request(ticket_id, Right.ACCESS)
    assert request.state == State.NEEDS_PERSON
    assert "whose it is" in (request.reason or "")


# -- in time ----------------------------------------------------------------------------------------------------------


def test_the_named_person_is_reminded_until_it_is_done(stage: Stage) -> None:
    """After three and seven working days, by name; then whoever has to make the second look; then nobody."""
    ticket_id, task = running(stage)
    stage.clock.forward(days=5)
    stage.desk.remind()
    stage.work()
    assert HELEN in stage.channel.directs.values()
    with stage.store.read() as unit:
        rows = [row for row in unit.reminders.of(ticket_id) if row.kind == "task"]
    assert [row.state for row in rows].count("said") == 1
    done(stage, task, Said("done", SHREDDED))
    stage.channel.directs.clear()
    stage.clock.forward(days=4)
    stage.desk.remind()
    stage.work()
    assert HELEN not in stage.channel.directs.values()
    assert HUGO in stage.channel.directs.values()
    seen(stage, task)
    with stage.store.read() as unit:
        rows = [row for row in unit.reminders.of(ticket_id) if row.kind == "task"]
    assert {row.state for row in rows} <= {"said", "dropped"}


def test_a_second_system_of_programs_is_asked_as_before(sqlite_store: Any, clock: Any, ids: Any) -> None:
    """A place of people beside two of programs changes nothing for those."""
    other = FakeSystem("shop", {"p": (ANN, 2)})
    stage = Stage(sqlite_store, clock, ids, more=(FOLDER, other))
    ticket_id, task = asked(stage)
    done(stage, task, NOTHING, HUGO)
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    (package,) = stage.packer.files.values()
    assert b"account" in unzipped(package[1])


# -- the end of a restriction, and sudden deaths ----------------------------------------------------------------------


def test_what_was_restricted_by_hand_is_freed_by_hand(stage: Stage) -> None:
    """The end is proposed and approved as ever; then the named person undoes their part, and the letter says so."""
    stage.system.people.clear()
    stage.system.people["person:1"] = (ANN, 0)
    ticket_id = stage.open("Please restrict the processing of my data.")
    stage.desk.choose(HUGO, stage.ids(), ticket_id, Right.RESTRICTION, {"ground": "accuracy"})
    stage.work()
    stage.reply_with_code()
    stage.work()
    (task,) = tasks(stage, ticket_id)
    done(stage, task, Said("done", "In the red box."))
    assert "Held back by hand" in stage.postman.texts()[-1]
    request = stage.request(ticket_id, Right.RESTRICTION)
    stage.desk.lift(HUGO, stage.ids(), request.id, "Checked.")
    stage.work()
    plan_id = stage.request(ticket_id, Right.RESTRICTION).plan_id or ""
    stage.desk.approve(PAULA, stage.ids(), request.id, plan_id)
    stage.work()  # the notice before it leaves, and its days begin
    stage.clock.forward(days=7, hours=1)
    stage.work()
    again = tasks(stage, ticket_id)[-1]
    assert again.words == "The restriction ends. Undo what was done for it: Put the papers into the red box."
    assert stage.request(ticket_id, Right.RESTRICTION).state == State.PROVING
    done(stage, again, Said("done", "Out of the red box."))
    assert stage.request(ticket_id, Right.RESTRICTION).state == State.DONE
    assert "Free for use again" in stage.postman.texts()[-1]
    assert "has ended" in stage.postman.texts()[-1]


def press(stage: Stage, ticket_id: str, step: str) -> None:
    if step == "run":
        stage.cooled()
    elif step == "done":
        stage.desk.task_done(HELEN, "form", tasks(stage, ticket_id)[0].id, NOTHING)
    else:
        stage.desk.task_seen(HUGO, "press", tasks(stage, ticket_id)[0].id)


def risen(stage: Stage) -> Stage:
    """The next process, on the same database, with the same world."""
    stage.engine.recover()
    house = {"roles": stage.desk.house.roles}
    after = Stage(
        stage.store, stage.clock, stage.ids, stage.system, stage.channel, stage.postman, stage.packer, house, stage.more
    )
    after.engine.recover()
    return after


@pytest.mark.parametrize("point", ["task.given", "task.settled", "task.committed", "task.seen"])
def test_killed_on_the_way_nothing_is_lost_and_nothing_done_twice(
    point: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies once at this point; the next one, and people who press again, come to the same end."""
    die_at(monkeypatch, point)
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, "e1", request.id, request.plan_id or "")
    died = 0
    for step in ("run", "done", "seen"):
        try:
            press(stage, ticket_id, step)
        except Killed:
            died += 1
            stage = risen(stage)
            if step != "run":
                press(stage, ticket_id, step)
        for _ in range(3):
            stage.clock.forward(minutes=2)
            stage.work()
    assert died == 1
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    assert len(stage.system.erasures) == 1
    assert [each.number for each in tasks(stage, ticket_id)] == [1]
    assert stage.trail(ticket_id).count("task_done") == stage.trail(ticket_id).count("task_seen") == 1
    assert sum(key.startswith("task:") for key in stage.channel.keys) == 1


# -- odd moments ------------------------------------------------------------------------------------------------------


def test_a_message_whose_answer_was_lost_is_found_again(
    sqlite_store: Any, clock: Any, ids: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack took it and nobody heard so: the thread is looked through, and there is one message."""
    stage = staged(sqlite_store, clock, ids, slack_timeout_s=0.2, slack_settle_s=0.0)
    posted, lost = stage.channel.post, []

    def losing(blocks: Any, text: str, key: str, **named: Any) -> Any:
        found = posted(blocks, text, key, **named)
        if key.startswith("task:") and not lost:
            lost.append(key)
            raise Unclear("lost")
        return found

    monkeypatch.setattr(stage.channel, "post", losing)
    _, task = running(stage)
    stage.settled(f"task:{task.id}")
    done(stage, task, NOTHING)
    assert lost == [f"task:{task.id}"]
    assert "nothing was held" in message(stage, task)
    assert sum("task 1" in text for _, text in stage.channel.messages.values()) == 1


def test_a_task_that_is_over_before_slack_is_back_says_so_at_once(stage: Stage) -> None:
    """Away while the task was given and settled: what comes is the newest state."""
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id or "")
    stage.channel.fails = [Temporary("away", retry_after=1.0) for _ in range(12)]
    stage.cooled()
    (task,) = tasks(stage, ticket_id)
    stage.desk.task_done(HELEN, stage.ids(), task.id, NOTHING)
    for _ in range(30):
        stage.clock.forward(minutes=5)
        stage.work()
    assert "nothing was held" in message(stage, task)


def test_what_was_found_outlives_a_lost_file(sqlite_store: Any, clock: Any, ids: Any) -> None:
    """The copy on disk is gone before it was packed: systems are asked again, and what people said is read again."""

    lost: set[str] = set()

    class Losing(FakePacker):
        @contextmanager
        def thawed(self, name: str, key: bytes, digest: str) -> Any:
            if name not in lost:
                lost.add(name)
                raise Refused("not whole")
            with super().thawed(name, key, digest) as found:
                yield found

    stage = Stage(sqlite_store, clock, ids, more=(FOLDER,), packer=Losing())
    ticket_id, task = asked(stage)
    done(stage, task, Said("done", "Looked.", "One letter of 3 May."), HUGO)
    assert stage.request(ticket_id, Right.ACCESS).state == State.DONE
    (package,) = stage.packer.files.values()
    assert b"One letter of 3 May." in unzipped(package[1])
    assert len(lost) == 2


def both(stage: Stage) -> tuple[str, dict[str, TaskRow]]:
    """Somebody no system knows asks for a copy and for deletion; each has its look."""
    ticket_id, _ = unknown(stage)
    stage.choose(ticket_id, Right.DELETION)
    found = {}
    for each in tasks(stage, ticket_id):
        with stage.store.read() as unit:
            found[str(unit.requests.get(each.request_id).right)] = each
    return ticket_id, found


def test_what_is_found_for_one_right_is_asked_for_all(stage: Stage) -> None:
    """Both rights go back to identity; with the code both go on in earnest."""
    ticket_id, found = both(stage)
    done(stage, found["access"], Said("held", "A letter with this address."))
    for right in (Right.ACCESS, Right.DELETION):
        assert stage.request(ticket_id, right).state == State.IDENTIFYING
    assert "no longer needed" in message(stage, found["deletion"])
    stage.reply_with_code()
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.PROVING
    assert stage.request(ticket_id, Right.DELETION).state == State.APPROVING


def test_an_answer_that_is_leaving_is_waited_for(stage: Stage) -> None:
    """“Nothing is held” is under way for one right when something turns up for the other: a person says when to go on."""
    ticket_id, found = both(stage)
    stage.postman.fails = [Temporary("away", retry_after=600.0) for _ in range(3)]
    done(stage, found["deletion"], NOTHING)
    seen(stage, found["deletion"])
    assert stage.request(ticket_id, Right.DELETION).state == State.ANSWERING
    done(stage, found["access"], Said("held", "A letter with this address."))
    request = stage.request(ticket_id, Right.ACCESS)
    assert (request.state, request.reason) == (State.NEEDS_PERSON, say(BUSY))
    for _ in range(4):
        stage.clock.forward(minutes=15)
        stage.work()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE
    stage.desk.resume(HUGO, stage.ids(), request.id)
    stage.work()
    assert stage.request(ticket_id, Right.ACCESS).state == State.IDENTIFYING


def test_a_ticket_nobody_wrote_asks_nobodys_hands(stage: Stage) -> None:
    """What came back into a system is taken out of it; no folder is searched for that."""
    ticket = stage.ticket(stage.open())
    assert stage.desk._for_people(replace(ticket, channel="watch"), Right.DELETION) == []
    assert len(stage.desk._for_people(ticket, Right.DELETION)) == 1


def test_nobody_is_reminded_of_what_was_done_meanwhile(stage: Stage) -> None:
    """Between the sweep and the word in the thread somebody did it."""
    ticket_id, task = running(stage)
    stage.clock.forward(days=5)
    stage.desk.remind()
    stage.desk.task_done(HELEN, stage.ids(), task.id, Said("cannot", "Locked.", reason="reach"))
    stage.work()
    with stage.store.read() as unit:
        assert {row.state for row in unit.reminders.of(ticket_id) if row.kind == "task"} == {"dropped"}


@pytest.mark.parametrize("right", [Right.ACCESS, Right.PORTABILITY])
def test_a_real_package_holds_words_and_files_found_by_hand(
    sqlite_store: Any, clock: Any, ids: Any, tmp_path: Any, right: Right
) -> None:
    """Readable, exact, and the file as it is; also of what is only handed over."""
    instructions = {**FOLDER._block.instructions.model_dump(), "portability": "Copy what they sent."}
    folder = manual.Manual(Block.model_validate({**FOLDER._block.model_dump(), "instructions": instructions}))
    stage = Stage(sqlite_store, clock, ids, more=(folder,), packer=Packer(tmp_path / "data"))  # type: ignore[arg-type]
    ticket_id, task = asked(stage, right)
    stage.desk.task_file(HUGO, stage.ids(), task.id, "CV.pdf", b"%PDF-1.7 tuner of pianos")
    done(stage, task, Said("done", "Looked.", "One letter of 3 May."), HUGO)
    assert stage.request(ticket_id, right).state == State.DONE
    token = stage.postman.texts()[-1].split("https://privacy.lumen.example/p/")[1].split("?")[0]
    found = stage.download(token, ANN)
    assert found
    with zipfile.ZipFile(io.BytesIO(b"".join(found[1]))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert b"%PDF-1.7 tuner of pianos" in files.values()
    assert b"One letter of 3 May." in b"".join(content for name, content in files.items() if name.startswith("data/recruitment"))
    assert b"CV.pdf" in b"".join(content for name, content in files.items() if name.startswith("data/recruitment"))


def test_whoever_is_asked_by_name_reads_so_at_once(stage: Stage) -> None:
    """One direct message with the way to the task, and nothing of the person; reminders come days later."""
    ticket_id, task = running(stage)
    told = [ts for ts, user in stage.channel.directs.items() if user == HELEN]
    assert [stage.channel.messages[ts][1] for ts in told] == [
        "DPE-2026-0001: you are asked to do something by hand in our recruitment folder."
    ]
    blocks = str(stage.channel.messages[told[0]][0])
    assert stage.channel.link("C1", stage.channel.keys[f"task:{task.id}"]) in blocks
    assert "Keller" not in blocks
    assert stage.ticket(ticket_id).state == "open"


def test_quiet_hours_keep_back_what_is_asked_until_they_end(stage: Stage) -> None:
    """Helen wants to hear nothing until the evening; the thread says it at once, she reads it then."""
    stage.desk.set_quiet(HELEN, "e1", "08:00", "23:00")
    ticket_id, request = stage.planned_deletion()
    stage.desk.approve(PAULA, "e2", request.id, request.plan_id or "")
    stage.cooled()
    task = tasks(stage, ticket_id)[0]
    assert f"task:{task.id}" in stage.channel.keys
    assert HELEN not in stage.channel.directs.values()
    stage.clock.forward(hours=15)
    stage.work()
    assert HELEN in stage.channel.directs.values()
