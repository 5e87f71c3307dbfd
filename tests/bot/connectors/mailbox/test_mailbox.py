"""A mailbox: whose a mail is, what becomes of it, and that no other mail is ever touched."""

import datetime as dt
import threading
import tracemalloc
from typing import Any

import pytest

from bot.connectors import File, Table, mailbox
from bot.connectors.mailbox import session as talk
from bot.connectors.mailbox.lines import NO_MOVE, NO_UIDPLUS
from bot.errors import Misconfigured, PlanChanged, Refused, Temporary, Unclear, Unsupported
from bot.law import Right
from bot.line import Patience
from bot.workflow import Act, Line, NotSeen, Seen
from tests.bot.connectors.mailbox.box import CASE, MARA, OURS, RETO, Box, copied, mail, numbers


def told(lines: list[Line]) -> dict[tuple[str, str], int]:
    return {(line.place, str(line.act)): line.count for line in lines}


# -- whose it is --


def test_mails_from_and_to_a_person_are_counted_by_role(box: Box) -> None:
    """From, To, Cc and Reply-To; in capitals, in brackets, behind a name; folders by what they are for."""
    server = box.connect()
    assert server.lint() == []
    lines = server.plan(Right.DELETION, box.one())
    assert told(lines) == {("inbox", "delete"): 3, ("sent mails", "delete"): 1, ("archive", "delete"): 1}
    assert {line.category for line in lines} == {"Letters"}
    assert "lindt" not in str(lines).lower()
    assert server.find(["nobody@example.test"]) == []


@pytest.mark.parametrize("header", [
    "From: x.mara.lindt@example.com", "From: mara.lindt@example.com.evil.example", 'From: "mara.lindt@example.com" <eve@example.net>',
    "From: eve@example.net (mara.lindt@example.com)", "Subject: about mara.lindt@example.com", "X-To: mara.lindt@example.com",
])  # fmt: skip
def test_headers_are_compared_exactly(sandbox_box: Box, header: str) -> None:
    """The server finds parts of addresses and names; none of these mails is hers."""
    box = sandbox_box
    before = told(box.connect().plan(Right.ACCESS, box.one()))
    box.put("INBOX", f"{header}\r\nTo: {OURS}\r\nMessage-ID: <x@example.net>\r\n\r\nmara.lindt@example.com\r\n".encode())
    assert told(box.connect().plan(Right.ACCESS, box.one())) == before


def test_headers_that_allow_two_readings_are_a_task(sandbox_box: Box) -> None:
    """No mail is handed out or deleted on a guess."""
    box = sandbox_box
    box.put("INBOX", f"From: {MARA} <eve@example.net>\r\nTo: {OURS}\r\n\r\nx\r\n".encode())
    for right in (Right.ACCESS, Right.DELETION, Right.RESTRICTION):
        lines = box.connect().plan(right, box.one())
        assert told(lines)["inbox, unclear", "task"] == 1
    assert len(copied(box.connect().export(box.one()))) == 5
    server, person, lines = box.planned()
    server.erase(person, lines, "k")
    assert server.prove(Right.DELETION, person, [MARA], lines) == []
    assert len(box.everything()["INBOX"]) == 2


def test_addresses_with_letters_beyond_ascii(box: Box) -> None:
    """The search speaks UTF-8; a domain is found in both its spellings."""
    box.put("INBOX", "From: zoë@zürich.example\r\nTo: a@b.example\r\n\r\nx\r\n".encode())
    box.put("INBOX", b"From: info@xn--zrich-kva.example\r\n\r\nx\r\n")
    assert told(box.connect().plan(Right.ACCESS, box.one("zoë@zürich.example")))["inbox", "export"] == 1
    for asked in ("info@zürich.example", "info@xn--zrich-kva.example"):
        assert told(box.connect().plan(Right.ACCESS, box.one(asked)))["inbox", "export"] == 1


def test_an_address_cannot_break_out_of_the_search(sandbox_box: Box) -> None:
    """What no plain address has is nobody's; what would be a command of its own is looked for by hand."""
    for odd in ('"x" OR ALL@example.com', 'a"b@example.com', "a\\@example.com", "a@example.com\r\nA1 LOGOUT", "a@b.c) ALL"):
        assert sandbox_box.connect().find([odd]) == []
    for odd in ("a@b.c{5}", "*@example.com", "a%b@example.com"):
        with pytest.raises(Refused, match="look by hand"):
            sandbox_box.connect().find([odd])


def test_the_cases_own_mails_are_nobodys(box: Box) -> None:
    """They follow their ticket: not found, not copied, not deleted."""
    box.put("INBOX", mail(1, sender="only.case@example.com").replace(b"<mail-1@example.com>", CASE.encode()))
    assert box.connect().find(["only.case@example.com"]) == []
    box.put("INBOX", mail(1).replace(b"<mail-1@example.com>", CASE.encode()))
    server, person, lines = box.planned()
    assert told(lines)["inbox", "delete"] == 3
    assert not any(CASE.encode() in raw for raw, _ in copied(server.export(person)).values())
    server.erase(person, lines, "k")
    assert server.prove(Right.DELETION, person, [MARA], lines) == []
    assert sum(CASE.encode() in raw for raw, _ in box.everything()["INBOX"]) == 2


def test_a_reference_of_somebody_else_is_refused(sandbox_box: Box) -> None:
    """A key belongs to one address, and tells nothing about it."""
    mara, reto = sandbox_box.one(), sandbox_box.one(RETO)
    assert mara.key != reto.key
    assert mara.key == sandbox_box.one(MARA.upper()).key
    with pytest.raises(Refused):
        sandbox_box.connect().plan(Right.ACCESS, type(mara)("mail", mara.key, (RETO,)))


# -- copies --


def test_the_copy_has_a_list_and_every_mail_as_it_is(box: Box) -> None:
    """What others are named in is for a person to look at first."""
    before = box.everything()
    server = box.connect()
    found = list(server.export(box.one()))
    (table,) = [each for each in found if isinstance(each, Table)]
    files = copied(found)
    assert sorted(files) == sorted(row[0] for row in table.rows)
    assert numbers(raw for raw, _ in files.values()) == [1, 2, 4, 5, 7]
    assert [numbers([raw]) for raw, look in files.values() if look] == [[4]]
    assert all(len(raw) == row[5] for row in table.rows for raw, _ in [files[row[0]]])
    assert {row[3] for row in table.rows} == {"from you", "to you"}
    assert box.everything() == before


def test_a_large_mail_comes_in_pieces(box: Box) -> None:
    """And small ones around it as they are, in whatever order they are read."""
    large = mail(9, body="x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 30_000)
    box.put("INBOX", large, mail(10), mail(11))
    found = [each for each in box.connect().export(box.one()) if isinstance(each, File)]
    contents = [b"".join(each.pieces) for each in reversed(found)]
    assert numbers(contents) == [1, 2, 4, 5, 7, 9, 10, 11]
    assert large in contents


def test_a_mail_that_went_away_while_it_was_copied(sandbox_box: Box) -> None:
    """No copy is made of half of them."""
    found = [each for each in sandbox_box.connect().export(sandbox_box.one()) if isinstance(each, File)]
    with sandbox_box.server.client() as client:
        client.delete_messages(client.search("ALL"))
        client.expunge()
    with pytest.raises(Temporary, match="went away"):
        b"".join(next(each.pieces for each in found if each.name.startswith("inbox")))


def test_a_person_with_many_mails_is_copied_in_constant_memory(dovecot: Any) -> None:
    """400 mails, one of them large: what is held at once is a megabyte or two. `make bench` has more of them."""
    box = Box(dovecot)
    dovecot.fill([mail(number, body="z" * 2000) for number in range(400)])
    box.put("Sent", mail(2001, sender=OURS, to=MARA, body=("y" * 70 + "\r\n") * 120_000))
    server, person = box.connect(), box.one()
    tracemalloc.start()
    count = size = 0
    for each in server.export(person):
        if isinstance(each, File):
            count += 1
            size += sum(len(piece) for piece in each.pieces)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 401
    assert size > 9_000_000
    assert peak < 8 * 1024 * 1024


# -- deletion --


def test_deleted_mails_are_gone_and_no_others(box: Box) -> None:
    """Also not those somebody else has marked as deleted."""
    with box.server.client() as client:
        reto = client.search(["FROM", RETO])
        client.add_flags(reto, [b"\\Deleted"])
    server, person, lines = box.planned()
    assert server.erased(person, lines, "k") == NotSeen()
    counts = server.erase(person, lines, "k")
    assert counts == {"inbox": 3, "sent mails": 1, "archive": 1}
    assert {name: numbers(raw for raw, _ in mails) for name, mails in box.everything().items()} == {
        "INBOX": [3], "Sent": [6], "Archive": [8],
    }  # fmt: skip
    assert server.find([MARA]) == []
    assert server.prove(Right.DELETION, person, [MARA], lines) == []
    assert box.connect().erased(person, lines, "k") == Seen(counts)
    box.put("INBOX", mail(20))
    assert box.connect().erase(person, lines, "again") == counts
    assert box.numbers("INBOX") == [3, 20]
    assert told(server.prove(Right.DELETION, person, [MARA], lines)) == {("inbox", "delete"): 1}


def test_mails_may_go_into_the_bin(box: Box) -> None:
    """Which the server empties: what lies there is not counted as left."""
    box.block["erase"] = "trash"
    box.put("Bin", mail(30))
    server, person, lines = box.planned()
    assert told(lines) == {("inbox", "delete"): 3, ("sent mails", "delete"): 1, ("archive", "delete"): 1}
    server.erase(person, lines, "k")
    assert box.numbers("Bin") == [1, 2, 4, 5, 7, 30]
    assert server.prove(Right.DELETION, person, [MARA], lines) == []
    assert told(server.plan(Right.ACCESS, person))["bin", "export"] == 6


def test_what_the_law_keeps_stays(box: Box) -> None:
    """By the role of its folder and the day the server got it."""
    keep = {"basis": "Swiss Code of Obligations, art. 958f", "years": 10, "counted": "year_end"}
    box.block["folders"] = [{"role": "archive", "category": "Invoices", "keep": keep}]
    box.put("Archive", mail(40), at=dt.datetime(2001, 1, 1, tzinfo=dt.UTC))
    server, person, lines = box.planned()
    assert told(lines)["archive", "keep"] == 1
    assert told(lines)["archive", "delete"] == 1
    (kept,) = [line for line in lines if line.act == Act.KEEP]
    assert (kept.basis, kept.until, kept.category) == (keep["basis"], "2036-12-31", "Invoices")
    server.erase(person, lines, "k")
    assert box.numbers("Archive") == [7, 8]
    assert server.prove(Right.DELETION, person, [MARA], lines) == []
    with box.server.client() as client:
        client.select_folder("Archive")
        client.delete_messages(client.search(["FROM", MARA]))
        client.expunge()
    assert told(server.prove(Right.DELETION, person, [MARA], lines)) == {("archive", "keep"): 1}, "somebody took it away"


def test_only_what_was_approved(box: Box) -> None:
    """A mail that came since the plan voids it, and nothing is done."""
    server, person, lines = box.planned()
    box.put("INBOX", mail(50))
    before = box.everything()
    with pytest.raises(PlanChanged):
        server.erase(person, lines, "k")
    assert box.everything() == before
    with box.server.client() as client:
        client.delete_messages(client.search(["HEADER", "Message-ID", "mail-1@"]))
        client.expunge()
    with pytest.raises(PlanChanged):
        server.erase(person, lines, "k")


class Cut(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("right", [Right.DELETION, Right.RESTRICTION])
@pytest.mark.parametrize("step", range(4))
def test_a_run_that_was_cut_off_is_finished(
    sandbox_box: Box, monkeypatch: pytest.MonkeyPatch, right: Right, step: int
) -> None:
    """Between any two folders; afterwards every mail was acted on once, and the proof holds."""
    box = sandbox_box
    server, person, lines = box.planned(right)
    seen: list[str] = []

    def at(name: str) -> None:
        seen.append(name)
        if len(seen) == step + 1:
            raise Cut

    act = "erase" if right == Right.DELETION else "restrict"
    with monkeypatch.context() as patch:
        patch.setattr(mailbox, "checkpoint", at)
        with pytest.raises(Cut):
            getattr(server, act)(person, lines, "k")
    other = box.connect()
    if right == Right.DELETION:
        assert other.erased(person, lines, "k") == (NotSeen() if step < 3 else Seen({"inbox": 3, "sent mails": 1, "archive": 1}))
    assert sum(getattr(other, act)(person, lines, "k").values()) == 5
    assert other.prove(right, person, [MARA], lines) == []
    assert box.numbers("INBOX") == [3]


@pytest.mark.dovecot
def test_a_server_that_numbers_its_mails_anew(own_dovecot: Any) -> None:
    """Between a cut run and its settling: the digest of the headers tells which mails they were."""
    box = Box(own_dovecot.mailbox()).fill()
    server, person, lines = box.planned()
    server._journal.put(server._run(person, lines), _letters(server, person), server._today())
    own_dovecot.renumber(box.server, 777)
    assert server.erased(person, lines, "k") == NotSeen()
    server.erase(person, lines, "k")
    assert server.erased(person, lines, "k") == Seen({"inbox": 3, "sent mails": 1, "archive": 1})
    assert box.numbers("INBOX") == [3]


def _letters(server: mailbox.Mailbox, person: Any) -> list[Any]:
    with server._signed_in() as line:
        return server._letters(line, mailbox.Folders(server._box, line), person.addresses)


# -- restriction --


def test_restricted_mails_are_held_apart_and_come_back(box: Box) -> None:
    """With a keyword where the server keeps one; access still knows them; lifting puts all back as it was."""
    server, person, lines = box.planned(Right.RESTRICTION)
    before = box.everything()
    counts = server.restrict(person, lines, "k")
    assert counts == {"inbox": 3, "sent mails": 1, "archive": 1}
    after = box.everything()
    assert {name: numbers(raw for raw, _ in mails) for name, mails in after.items() if "Restricted" not in name} == {
        "INBOX": [3], "Sent": [6], "Archive": [8],
    }  # fmt: skip
    held = [flags for name, mails in after.items() if "Restricted" in name for _, flags in mails]
    assert len(held) == 5
    assert all((talk.KEYWORD in flags) == (b"$" in box.server.keyword) for flags in held)
    assert server.prove(Right.RESTRICTION, person, [MARA], lines) == []
    assert told(server.plan(Right.ACCESS, person))["restricted mails", "export"] == 5
    assert server.plan(Right.RESTRICTION, person) == []
    assert server.restrict(person, lines, "k") == counts
    lifting = [Line(**{**vars(line), "act": Act.LIFT}) for line in lines]
    assert server.prove(Right.RESTRICTION, person, [MARA], lifting) == lifting
    assert server.lift(person, lifting, "k") == counts
    assert server.lift(person, lifting, "k") == counts
    assert box.everything() == before
    assert server.prove(Right.RESTRICTION, person, [MARA], lifting) == []
    server, person, lines = box.planned()
    assert server.erase(person, lines, "k") == counts


def test_lifting_one_restriction_leaves_another(sandbox_box: Box) -> None:
    """What was held back before, by other lines, stays so."""
    box = sandbox_box
    server, person, first = box.planned(Right.RESTRICTION)
    server.restrict(person, first, "k")
    box.put("INBOX", mail(60))
    server, person, second = box.planned(Right.RESTRICTION)
    assert told(second) == {("inbox", "restrict"): 1}
    server.restrict(person, second, "k2")
    server.lift(person, second, "k3")
    assert box.numbers("INBOX") == [3, 60]
    assert told(server.plan(Right.ACCESS, person))["restricted mails", "export"] == 5


def test_restricted_mails_can_be_deleted(box: Box) -> None:
    """They are still the person's."""
    server, person, lines = box.planned(Right.RESTRICTION)
    server.restrict(person, lines, "k")
    server, person, lines = box.planned()
    assert told(lines) == {("restricted mails", "delete"): 5}
    server.erase(person, lines, "k2")
    assert server.find([MARA]) == []


# -- servers that cannot, will not, or lie --


def test_what_a_mailbox_cannot_do(sandbox_box: Box) -> None:
    """Correcting is a person's task; there is no list of addresses and no advertising."""
    server, person = sandbox_box.connect(), sandbox_box.one()
    assert server.plan(Right.OBJECTION, person) == server.plan(Right.PORTABILITY, person) == []
    for act in (
        lambda: server.plan(Right.CORRECTION, person), lambda: server.propose(person, {}), lambda: server.correct(person, [], "k"),
        lambda: server.stop_marketing(person, [], "k"), server.addresses, lambda: server.idle(dt.date.min, "", 1),
    ):  # fmt: skip
        with pytest.raises(Unsupported):
            act()


@pytest.mark.parametrize(("lacks", "right", "words"), [
    ("UIDPLUS", Right.DELETION, NO_UIDPLUS), ("MOVE", Right.RESTRICTION, NO_MOVE),
])  # fmt: skip
def test_a_server_that_cannot_remove_single_mails(
    sandbox_box: Box, monkeypatch: pytest.MonkeyPatch, lacks: str, right: Right, words: str
) -> None:
    """A plain EXPUNGE would take along what others marked: it is a person's task instead."""
    can = talk.Session.has
    monkeypatch.setattr(talk.Session, "has", lambda self, name: name != lacks and can(self, name))
    server, person = sandbox_box.connect(), sandbox_box.one()
    lines = server.plan(right, person)
    assert {(line.act, line.words) for line in lines} == {(Act.TASK, words)}
    assert sum(line.count for line in lines) == 5


def test_a_server_that_lies(sandbox_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """“OK”, and the mails are where they were: found out at once, and by the proof (F33)."""
    server, person, lines = sandbox_box.planned()
    with monkeypatch.context() as patch:
        patch.setattr(talk.Session, "expunge", lambda _self, _uids: None)
        with pytest.raises(Refused, match="says that it did it"):
            server.erase(person, lines, "k")
        assert server.prove(Right.DELETION, person, [MARA], lines) != []
        assert server.erased(person, lines, "k") == NotSeen()
    server.erase(person, lines, "k")
    assert server.prove(Right.DELETION, person, [MARA], lines) == []


def test_a_lost_answer_is_settled_by_looking(sandbox_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server had done it: seen by place. It had not: done again. Each mail is removed once (F31)."""
    box = sandbox_box
    server, person, lines = box.planned()
    really = talk.Session.expunge

    def lose(self: talk.Session, uids: list[int]) -> None:
        really(self, uids)
        with self._acting():
            raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(talk.Session, "expunge", lose)
        for _ in range(3):
            with pytest.raises(Unclear):
                server.erase(person, lines, "k")
    assert server.erased(person, lines, "k") == Seen({"inbox": 3, "sent mails": 1, "archive": 1})
    assert server.erase(person, lines, "k") == {"inbox": 3, "sent mails": 1, "archive": 1}
    assert server.prove(Right.DELETION, person, [MARA], lines) == []


def test_a_server_that_is_away_is_tried_again(sandbox_box: Box, imap_server: Any) -> None:
    """And says so without quoting anything."""
    server, person, lines = sandbox_box.planned()
    imap_server.away()
    for act in (
        server.lint, lambda: server.find([MARA]), lambda: list(server.export(person)), lambda: server.erase(person, lines, "k"),
        lambda: server.prove(Right.DELETION, person, [], lines),
    ):  # fmt: skip
        with pytest.raises(Temporary):
            act()
    imap_server.back()
    assert server.erase(person, lines, "k")


def test_a_line_that_is_cut_in_the_middle_of_a_run(
    sandbox_box: Box, imap_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some folders are done, others not: unclear, then finished by the next try."""
    server, person, lines = sandbox_box.planned()
    with monkeypatch.context() as patch:
        patch.setattr(mailbox, "checkpoint", lambda name: imap_server.away() if name == "mailbox.moved" else None)
        with pytest.raises(Unclear):
            server.erase(person, lines, "k")
    imap_server.back()
    assert server.erased(person, lines, "k") == NotSeen()
    assert server.erase(person, lines, "k") == {"inbox": 3, "sent mails": 1, "archive": 1}
    assert server.prove(Right.DELETION, person, [MARA], lines) == []


def test_on_gmail_folders_are_labels(sandbox_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """All Mail, Spam and Bin hold each mail once; only what lies in the bin can be removed for good."""
    box = sandbox_box
    can = talk.Session.has
    monkeypatch.setattr(talk.Session, "has", lambda self, name: name == "X-GM-EXT-1" or can(self, name))
    box.block["roles"] = {"All": "all", "Spam": "junk", "Bin": "trash"}
    box.put("All", mail(70), mail(71, sender=OURS, to=MARA), mail(72, sender=RETO))
    box.put("Spam", mail(73))
    box.put("Bin", mail(74), mail(75, sender=RETO))
    server, person, lines = box.planned()
    assert told(lines) == {("all mails", "delete"): 2, ("junk", "delete"): 1, ("bin", "delete"): 1}
    inbox = box.numbers("INBOX")
    server.erase(person, lines, "k")
    assert (box.numbers("All"), box.numbers("Spam"), box.numbers("Bin")) == ([72], [], [75])
    assert box.numbers("INBOX") == inbox
    assert server.prove(Right.DELETION, person, [MARA], lines) == []
    box.put("All", mail(76))
    assert {line.words for line in server.plan(Right.RESTRICTION, person)} == {NO_MOVE}
    assert box.connect(roles={"All": "all"}).lint() == [
        "“All Mail”, “Spam” and “Bin” have to be shown over IMAP: see the settings of the labels."
    ]


def test_a_wrong_password_is_told_once(sandbox_box: Box) -> None:
    """Not tried again for ever, and not repeated to anybody."""
    sandbox_box.url = sandbox_box.server.url.replace("sandbox", "wr0ng")
    with pytest.raises(Refused, match="refuses our account") as caught:
        sandbox_box.connect().find([MARA])
    assert "wr0ng" not in str(caught.value)


def test_a_server_that_trickles_is_not_waited_for(fake_imap: Any) -> None:
    """One deadline for the whole call, whatever the server does meanwhile (T34)."""
    stop = threading.Event()

    def trickle(session: Any, _tag: str, _rest: str) -> None:
        while not stop.wait(0.05):
            session.sock.sendall(b"* LIST () ")

    fake_imap.instead["LIST"] = trickle
    box = object.__new__(Box)
    box.__dict__.update(url=fake_imap.url, block=dict(mailbox_block()), shelf=None, now=None, cases=set())
    server = box.connect(Patience(connect_s=1, read_s=1, command_s=60, leave_s=0.2), timeout_s=1)
    began = dt.datetime.now(dt.UTC)
    with pytest.raises(Temporary):
        server.find([MARA])
    stop.set()
    assert (dt.datetime.now(dt.UTC) - began).total_seconds() < 3


def mailbox_block() -> dict[str, Any]:
    from tests.bot.connectors.mailbox.box import BLOCK

    return BLOCK


@pytest.mark.parametrize(("changes", "fault"), [
    ({"url_env": ""}, "mail: url_env is empty."),
    ({"surprise": 1}, "mail: surprise is not known here."),
    ({"roles": {"Sent": "posted"}}, "mail: roles.Sent"),
    ({"folders": [{"role": "inbox", "keep": {"basis": "x"}}]}, "mail: folders.1.keep.years is missing."),
])  # fmt: skip
def test_every_fault_of_the_block_in_one_sentence(sandbox_box: Box, changes: dict[str, Any], fault: str) -> None:
    """Before anything is asked of the server."""
    with pytest.raises(Misconfigured) as caught:
        sandbox_box.connect(**changes)
    assert any(each.startswith(fault) for each in caught.value.faults), caught.value.faults


def test_lint_tells_what_the_mailbox_lacks(sandbox_box: Box) -> None:
    """A role for a folder that is not there, no bin to move into."""
    server = sandbox_box.connect(roles={"Gone": "sent"}, erase="trash", ignore=[{"folder": "Also gone", "reason": "x"}])
    assert server.lint() == [
        "ignore names “Also gone”, and there is no such folder.",
        "roles names “Gone”, and there is no such folder.",
        "Mails are to go into the bin, and no folder is one: name it under roles.",
    ]


def test_notes_of_old_runs_are_swept(sandbox_box: Box) -> None:
    """After more than a year nobody settles a run any more."""
    server, person, lines = sandbox_box.planned()
    server.erase(person, lines, "k")
    assert server.sweep() == 0
    sandbox_box.now += dt.timedelta(days=401)
    assert server.sweep() == 1
    assert server.erased(person, lines, "k") == NotSeen()
