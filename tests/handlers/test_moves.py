"""The clock's menu and its forms: one desk call each, errors on the field, nothing lost when it takes longer."""

import threading
from dataclasses import replace
from datetime import date

import pytest

from bot.cards import ClockView
from bot.sandbox.slack import ANN, EVE, VIC
from handlers.forms import Answer, Fields
from tests.bot.cards.views import CLOCK, VIEW
from tests.handlers.slack_desk import Floor

ASKED = replace(CLOCK, state="suspended", waiting=(("identity", date(2026, 11, 20)),), offers=("answered", "large"))
LARGE = replace(CLOCK, large=True)
WORDS = "Your mail came from another address.\n\nPlease help us."
FORMS = [
    ("identity", CLOCK, {"words": WORDS, "means": ["facts"]},
     ("pause", "identity", ("Your mail came from another address.", "Please help us."), ("facts",), 3)),
    ("clarification", CLOCK, {"words": "Which shop?"}, ("pause", "clarification", ("Which shop?",), (), 3)),
    ("answered", ASKED, {"on": "2026-11-30"}, ("resume_clock", date(2026, 11, 30), 3)),
    ("extension", CLOCK, {"until": "2027-01-20", "reason": "number of the requests", "words": "Five systems.", "part": None},
     ("extend", date(2027, 1, 20), "number of the requests", ("Five systems.",), (), 3)),
    ("regime", CLOCK, {"regimes": ["ch_fadp"], "how": "address"}, ("regime", ("ch_fadp",), "address", 3)),
    ("large", CLOCK, {}, ("large", True, 3)),
    ("large", LARGE, {}, ("large", False, 3)),
]  # fmt: skip


def opened(office: Floor, kind: str, view: ClockView = CLOCK, user: str = ANN.id) -> None:
    """The form of this move is before the user."""
    offers = (kind, *(each for each in view.offers if each != kind))[:5]
    ts = office.card(replace(VIEW, clock=replace(view, offers=offers)))
    office.slack.click(user, ts, "clock_menu", chosen=f"{kind}:t1")


@pytest.mark.parametrize(("kind", "view", "values", "wanted"), FORMS, ids=[f"{kind}-{wanted[0]}" for kind, _, _, wanted in FORMS])
def test_each_form_is_one_desk_call(kind: str, view: ClockView, values: dict, wanted: tuple, office: Floor) -> None:
    """From the menu to the form, from the form to the desk with all that was filled in; the modal says what became of it."""
    opened(office, kind, view)
    form = office.modal(ANN.id, "submit': {")
    assert form["private_metadata"] == "t1:3"
    assert office.slack.submit(ANN.id, values=values).failure is None
    verb, *given = wanted
    assert office.asked(verb) == (ANN.id, "t1", *given)
    office.modal(ANN.id, "saved already" if kind == "regime" else "DPE-2026-0001: you")
    assert [name for name, _ in office.desk.asked].count(verb) == 1


def test_what_is_wrong_is_said_on_its_field(office: Floor) -> None:
    """The desk names the field: the form stays open with what was written, and the right field says why."""
    opened(office, "extension")
    office.modal(ANN.id, "submit': {")
    office.desk.refuses["extend"] = "The GDPR lets it wait until Sun 14 Feb 2027 at most."
    office.desk.fields["extend"] = "until"
    values = {"until": "2027-03-01", "reason": "number of the requests", "words": "Five systems."}
    office.slack.submit(ANN.id, values=values)
    view = office.modal(ANN.id, "at most.")
    assert view["errors"] == {"until": "The GDPR lets it wait until Sun 14 Feb 2027 at most."}
    assert view["callback_id"] == "clock_extension"
    del office.desk.refuses["extend"]
    office.slack.submit(ANN.id, values={**values, "until": "2027-02-12"})
    office.modal(ANN.id, "DPE-2026-0001: you extended")


def test_a_refusal_without_a_field_stands_in_the_modal(office: Floor) -> None:
    """Somebody was faster, the role is missing: the desk's words instead of the form."""
    opened(office, "large")
    office.modal(ANN.id, "submit': {")
    office.desk.refuses["large"] = "Somebody was faster."
    office.slack.submit(ANN.id)
    office.modal(ANN.id, "Somebody was faster.")


def test_a_move_that_is_not_open_shows_no_form(office: Floor) -> None:
    """The card was older than the clock: the modal says why, and there is nothing to send."""
    office.desk.refuses["clock_form"] = "Too late: the person had to be told by Wed 23 Dec 2026."
    opened(office, "extension")
    assert "submit': None" in str(office.modal(ANN.id, "Too late"))


@pytest.mark.parametrize("user", [EVE.id])
def test_a_stranger_opens_no_form(user: str, office: Floor) -> None:
    """Not in the role map: no desk call."""
    opened(office, "large", user=user)
    office.modal(user, "no role in this bot")
    assert office.desk.asked == []


def test_a_form_sent_twice_has_one_effect(office: Floor) -> None:
    """Delivered again, it is the same event: the desk does nothing the second time."""
    opened(office, "large")
    office.modal(ANN.id, "submit': {")
    first = office.slack.submit(ANN.id)
    office.slack.redeliver(first)
    office.until(lambda: len([name for name, _ in office.desk.asked if name == "large"]) == 2)
    assert len(office.desk.effects) == 1


def test_a_form_from_elsewhere_is_taken_and_forgotten(office: Floor) -> None:
    """Another app's or workspace's form: no desk call, the modal closes."""
    opened(office, "large")
    office.modal(ANN.id, "submit': {")
    assert office.slack.submit(ANN.id, forged={"team": {"id": "T0OTHER", "domain": "x"}}).failure is None
    assert [name for name, _ in office.desk.asked] == ["clock_form"]


def test_a_failure_is_told_with_a_reference(office: Floor) -> None:
    """Honest words in the modal, nothing of what was written in them."""
    opened(office, "clarification")
    office.modal(ANN.id, "submit': {")
    office.desk.fails["pause"] = RuntimeError("secret")
    office.slack.submit(ANN.id, values={"words": "Which shop?"})
    assert "secret" not in str(office.modal(ANN.id, "reference"))


def test_what_a_handler_wrote_travels_in_the_form_only(office: Floor) -> None:
    """T24: no call of ours repeats the words to the person."""
    opened(office, "clarification")
    office.modal(ANN.id, "submit': {")
    office.slack.submit(ANN.id, values={"words": "Are you Zora Quellmann of Winterthur?"})
    office.modal(ANN.id, "DPE-2026-0001: you")
    assert not [call for call in office.slack.calls if "Quellmann" in call.raw]


def test_the_clock_is_explained_by_button_and_command(office: Floor) -> None:
    """How it stands, step by step, and what was recorded; a viewer may look."""
    office.desk.view = replace(VIEW, clock=ASKED)
    office.slack.click(VIC.id, office.card(office.desk.view), "clock")
    view = office.modal(VIC.id, "The clock stands still")
    assert VIEW.why[0] in str(view)
    office.slack.command(VIC.id, "clock dpe-2026-0001")
    told = office.until(lambda: [each for each in office.slack.workspace.ephemerals if each["user"] == VIC.id])
    assert "The clock stands still" in str(told[-1]["blocks"])


def test_an_answer_that_takes_longer_is_shown_when_it_is_there() -> None:
    """Slack waits three seconds: first one moment, then the outcome, be it an error of a field."""
    shown: list[dict] = []
    came = threading.Event()

    def show(view: dict) -> None:
        shown.append(view)
        came.set()

    late = Answer(show, taken_s=0)
    assert late.within(0, {"type": "modal"}) == {"response_action": "update", "view": {"type": "modal"}}
    late.give(response_action="errors", errors={"until": "Too far."})
    assert came.wait(5)
    assert "Too far." in str(shown)
    in_time = Answer(show)
    in_time.give(response_action="update", view={"type": "home"})
    assert in_time.within(5, {}) == {"response_action": "update", "view": {"type": "home"}}
    assert len(shown) == 1


@pytest.mark.parametrize(
    "body", [{}, {"view": None}, {"view": {"state": {"values": []}}}, {"view": {"state": {"values": {"on": {"on": 7}}}}}]
)
def test_what_is_no_form_has_no_fields(body: dict) -> None:
    """Whatever comes in: empty, and a day that was not picked is said on its field."""
    fields = Fields.of(body)
    assert (fields.text("on"), fields.marked("on"), fields.paragraphs("on")) == ("", [], [])
    with pytest.raises(Exception, match="Pick a day") as told:
        fields.day("on")
    assert told.value.field == "on"
