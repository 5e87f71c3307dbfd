"""Modals: the only place for what a stranger wrote, and only as plain text."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cards
from bot.cards import Details, Mail, Quarantined, TicketLine
from bot.cards.blocks import chunks, clean, words
from bot.law import Right
from bot.tickets import Identity, State
from tests.bot.cards.test_card import parsed
from tests.bot.cards.views import FORM, MOVE, NOW, PLAN, VIEW, huge, in_state, later
from tests.fixtures.slack import Judge

AT = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
DETAILS = Details(
    ticket_id="t1",
    ref="DPE-2026-0001",
    received_at=AT,
    language="en",
    identity=Identity.ASKED,
    address="ann@example.org",
    name="Ann",
    subject="Data Protection Enquiry",
    words="Please delete all you hold.\n\nAnn",
)
MAIL = Quarantined("m1", AT, 12_345, ("too many parts",), "eve@example.org", "Hello", "A body")
LINE = TicketLine("t1", "DPE-2026-0001", (Right.ACCESS,), later(3), cards.NextActor.HANDLER, (State.PLANNING,))
ASKED = replace(VIEW.clock, waiting=(("identity", later(-4)),))  # for the form that records the answer
INJECTIONS = [
    "<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1>", "<@U0BOB>", "<#C0DATA>", "<https://evil.example|bank>",
    "<mailto:a@b.example>", "&lt;!channel&gt;", "*bold* _it_ ~s~ `c`", "> quote", "```\ncode\n```", "<!date^0^{date}|x>",
    "a\u202eb", "a\u2066b\u2069", "zero\u200bwidth", "\x00\x07bell", "\ud800half", "line\u2028sep", "x" * 100_000, "😀" * 5000,
    "\n" * 5000, " ", "",
]  # fmt: skip
MARKS = [
    "!channel", "!here|here", "!everyone", "!subteam^S1", "!date^0^{date}|x", "@U0BOB", "#C0DATA",
    "https://evil.example|bank", "http://evil.example", "mailto:a@b.example|us",
]  # fmt: skip
FRAMES = [  # T09: each mark in each frame, 120 in all
    "<{}>", "&lt;{}&gt;", "&amp;lt;{}&amp;gt;", "<<{}>>", "<{}|<{}>>", "<\u200b{}>", "\u202e<{}>", "<{}\x00>", "`<{}>`",
    "*<{}>* _<{}>_", "> <{}>\n```<{}>", "\uff1c{}\uff1e <{}",
]  # fmt: skip


def moved(number: int) -> cards.ClockView:
    """A clock with so many moves on record."""
    return replace(VIEW.clock, moves=(replace(MOVE, kind="rules", by="bot", why=("y" * 300,) * 9),) * number)


def views() -> list[tuple[str, dict[str, Any]]]:
    flooded = replace(
        DETAILS, name="n" * 5000, subject="s" * 5000, words="w" * 1_000_000,
        mails=tuple(Mail(AT, "m" * 50_000, ("a" * 300,) * 30) for _ in range(12)),
    )  # fmt: skip
    big = huge()
    return [
        ("loading", cards.loading_modal("A very long title that Slack would refuse")),
        ("told", cards.told_modal("Details", "You may not.")),
        ("details", cards.details_modal(DETAILS, NOW)),
        ("flooded", cards.details_modal(flooded, NOW)),
        ("plan", cards.plan_modal(in_state(State.APPROVING), in_state(State.APPROVING).requests[0])),
        ("huge plan", cards.plan_modal(big, big.requests[0])),
        ("clock", cards.clock_modal(VIEW.why, VIEW.clock)),
        ("no clock", cards.clock_modal([], cards.ClockView())),
        ("full clock", cards.clock_modal(["x" * 400] * 90, moved(90))),
        *((f"form {kind}", cards.clock_form(replace(FORM, kind=kind, view=ASKED))) for kind in cards.TITLE),
        ("form small", cards.clock_form(replace(FORM, kind="large", view=replace(VIEW.clock, large=True)))),
        ("form of Switzerland", cards.clock_form(replace(FORM, kind="extension", latest=None))),
        ("quarantine", cards.quarantine_modal([MAIL] * 90, NOW)),
        ("empty quarantine", cards.quarantine_modal([], NOW)),
        ("quarantined", cards.quarantined_modal(MAIL, NOW)),
        ("flooded quarantined", cards.quarantined_modal(replace(MAIL, words="q\n" * 500_000, size=9_000_000), NOW)),
        ("told home", cards.told_home("Not you.")),
    ]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "view"), views(), ids=lambda value: value if isinstance(value, str) else "")
def test_slack_takes_every_view(name: str, view: dict[str, Any], shared: Path) -> None:
    """Every modal and home is valid, however much was written, and stays under Slack's 250 kB."""
    Judge(shared / "specs" / "slack").check_view(view)
    assert len(json.dumps(view)) < 250_000, name
    assert len(view["blocks"]) <= 100


@pytest.mark.shared
def test_slack_takes_every_answer_to_a_command(shared: Path) -> None:
    """Lists, tickets, help: valid blocks, at most fifty."""
    judge = Judge(shared / "specs" / "slack")
    closed = replace(VIEW, closed_on=later(1), outcome="done")
    for blocks in (
        cards.list_blocks("Open", [LINE] * 300, NOW),
        cards.list_blocks("Open", [], NOW),
        cards.ticket_blocks(in_state(State.APPROVING), NOW),
        cards.ticket_blocks(closed, NOW),
        cards.clock_blocks(VIEW),
        cards.clock_blocks(replace(VIEW, why=("x" * 400,) * 90, clock=moved(90))),
        cards.move_blocks(moved(1).moves[0]),
        cards.help_blocks([("/dpe help", "this list")]),
    ):
        judge.check_blocks(blocks)
        assert len(blocks) <= 50


def test_details_show_the_persons_words_as_plain_text_only() -> None:
    """Address, name, subject and words are there, and none of them where Slack parses anything."""
    view = cards.details_modal(DETAILS, NOW)
    shown = json.dumps(view, ensure_ascii=False)
    for said in ("ann@example.org", "Name given: Ann", "Data Protection Enquiry", "Please delete all you hold."):
        assert said in shown
        assert not any(said in part for part in parsed(view["blocks"]))
    assert view["private_metadata"] == "t1"
    assert "written into the audit log" in shown


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_no_injection_reaches_a_place_where_slack_parses(text: str) -> None:
    """Tokens, markup, bidi and control characters: at most plain text, without the invisible ones."""
    check_plain(text)


@pytest.mark.parametrize("mark", MARKS)
def test_no_frame_carries_a_mark(mark: str) -> None:
    """Twelve frames around ten marks of Slack's: quoted, nested, escaped before, cut open by what nobody sees."""
    for frame in FRAMES:
        check_plain(frame.replace("{}", mark))


def check_plain(text: str) -> None:
    told = replace(DETAILS, address=text, name=text, subject=text, words=text, language=text, mails=(Mail(AT, text, (text,)),))
    mail = replace(MAIL, sender=text, subject=text, words=text, reasons=(text,))
    for view in (cards.details_modal(told, NOW), cards.quarantined_modal(mail, NOW), cards.quarantine_modal([mail], NOW)):
        for part in parsed(view["blocks"]):
            assert not any(token in part for token in ("<!", "<@", "<#", "<http", "<mailto"))
        shown = json.dumps(view, ensure_ascii=False)
        shown.encode()  # no half character: it would break the request
        assert not any(sign in shown for sign in "\u202e\u2066\u2069\u200b\x00\x07\u2028")


@given(st.text(max_size=4000))
def test_words_lose_nothing_visible(text: str) -> None:
    """Cut into sections, the text is still all there, and each section fits Slack however it counts."""
    pieces = [block["text"]["text"] for block in words(text, 1000)]
    seen = "".join("".join(pieces).split())
    wanted = "".join(clean(text).split())
    assert seen == wanted or (not wanted and pieces)
    assert all(0 < len(piece.encode("utf-16-le")) // 2 <= 3000 for piece in pieces)


@given(st.text(alphabet="ab\n", max_size=5000))
def test_chunks_fit_and_hold_everything(text: str) -> None:
    """No piece is longer than 1,500 characters and no letter is lost."""
    pieces = chunks(text)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
    assert all(len(piece) <= 1500 for piece in pieces)


def test_a_long_mail_says_how_much_was_left_out() -> None:
    """What is not shown is said."""
    blocks = words("x" * 10_000, 2)
    assert len(blocks) == 3
    assert "7000 more characters" in blocks[2]["elements"][0]["text"]


def test_only_the_last_mails_of_a_thread_are_shown_and_it_is_said() -> None:
    """Seven further mails: five are shown, two are counted."""
    view = cards.details_modal(replace(DETAILS, mails=tuple(Mail(AT, f"mail {n}") for n in range(7))), NOW)
    shown = json.dumps(view)
    assert "mail 6" in shown
    assert "mail 1" not in shown
    assert "2 earlier mails" in shown


def test_the_quarantine_list_names_nobody_and_each_mail_has_its_button() -> None:
    """The list holds when, how big and why; sender and subject only stand behind the button."""
    view = cards.quarantine_modal([MAIL, replace(MAIL, id="m2")], NOW)
    shown = json.dumps(view)
    assert "eve@example.org" not in shown
    assert "Hello" not in shown
    buttons = [block["accessory"] for block in view["blocks"] if "accessory" in block]
    assert [(each["action_id"], each["value"]) for each in buttons] == [("quarantined:1", "m1"), ("quarantined:2", "m2")]
    assert view["blocks"][0]["text"]["text"] == "Mon 30 Nov 2026, 13:00 · 12 kB · too many parts"
    verdicts = [each["action_id"] for block in view["blocks"] for each in block.get("elements", [])]
    assert verdicts == ["open_mail:1", "not_one:1", "open_mail:2", "not_one:2"]
    row = cards.quarantined_modal(MAIL, NOW)["blocks"][-1]["elements"]
    assert [(each["action_id"], each["value"]) for each in row] == [
        ("open_mail:0", "m1"), ("not_one:0", "m1"), ("settle_mail", "m1"),
    ]  # fmt: skip


def test_what_a_stranger_wrote_does_not_show_itself_in_a_log() -> None:
    """The dataclasses that hold it keep it out of their repr."""
    for shown in (repr(DETAILS), repr(Mail(AT, "secret words", ("secret.pdf",))), repr(MAIL)):
        assert not any(word in shown for word in ("ann@", "Please", "secret", "eve@", "Hello", "A body"))


def test_lists_count_and_sort_nothing_away() -> None:
    """Forty are shown, the rest is counted."""
    late = replace(LINE, due=later(-2))
    shown = json.dumps(cards.list_blocks("Open", [late, *[LINE] * 60], NOW), ensure_ascii=False)
    assert "… and 21 more." in shown
    assert "*DPE-2026-0001* access · ■ overdue 2 days" in shown


def test_the_whole_plan_is_whole() -> None:
    """Every line of a long plan stands in the modal."""
    request = replace(in_state(State.APPROVING).requests[0], plan=tuple(replace(PLAN[0], place=f"p{n}") for n in range(120)))
    shown = json.dumps(cards.plan_modal(VIEW, request))
    assert all(f"p{n}: 1 to delete" in shown for n in range(120))


def test_words_for_one_person_keep_mentions_and_nothing_else() -> None:
    """The desk may name a colleague; any other token is only text."""
    assert cards.told("<@U0BOB> approved <!channel> & more") == "<@U0BOB> approved &lt;!channel&gt; &amp; more"
