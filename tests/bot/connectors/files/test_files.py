"""A file share: what is a person's, what becomes of it, and that nothing else is ever touched."""

import datetime as dt
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.connectors import File, Table
from bot.connectors.files import holds
from bot.errors import Misconfigured, PlanChanged, Refused, Temporary, Unclear, Unsupported
from bot.law import Right
from bot.sandbox.papers import docx, pdf, xlsx
from bot.workflow import Act, Line, NotSeen, Seen, plan_hash
from tests.bot.connectors.files.share import CONTENT, LENA, MARA, OTHER, RETO, Share


def told(lines: list[Line]) -> dict[tuple[str, str], int]:
    return {(line.place, str(line.act)): line.count for line in lines}


def pieces(share: Share, address: str) -> dict[str, tuple[bytes, str]]:
    found = share.connect().export(share.one(address))
    return {each.name: (b"".join(each.pieces), each.look) for each in found if isinstance(each, File)}


# -- whose it is --


def test_a_person_is_known_by_account_or_by_address(share: Share) -> None:
    """The index says who has an account; without one, the address in a file's text is enough."""
    server = share.connect()
    assert server.lint() == []
    assert [(each.key, each.addresses) for each in server.find([MARA])] == [("account:1042", (MARA, "mara@old.example"))]
    assert [each.key for each in server.find([" MARA@old.example "])] == ["account:1042"]
    assert [(each.key, each.addresses) for each in server.find([LENA])] == [("address", (LENA,))]
    assert server.find(["nobody@example.test"]) == []
    assert server.find(["", "no address"]) == []


def test_whole_tokens_only(share: Share) -> None:
    """1042 is not 10421, neither in a folder's name nor in a file's; and nobody's files are somebody else's."""
    mine = set(pieces(share, MARA))
    assert not any("10421" in name or "1043" in name for name in mine)
    assert set(pieces(share, OTHER)) == {"customers/10421_Else/welcome.docx", "letters/2024-01-05_10421_invoice.txt", "mails/both.eml"}
    assert set(pieces(share, RETO)) == {"customers/1043_Lindt/welcome.docx"}


def test_the_plan_counts_and_names_nobody(share: Share) -> None:
    """What is kept carries its ground and its end; what several people are in is somebody's task, with words."""
    lines = share.connect().plan(Right.DELETION, share.one(MARA))
    assert told(lines) == {
        ("accounts.csv", "task"): 1, ("contracts", "delete"): 1, ("contracts", "keep"): 1, ("customer files", "delete"): 2,
        ("customer files with other people in them", "task"): 1, ("letters", "delete"): 1, ("lists of many people", "task"): 1,
        ("mails", "delete"): 1, ("mails with other people in them", "task"): 1,
    }  # fmt: skip
    kept = next(line for line in lines if line.act == Act.KEEP)
    assert (kept.basis, kept.until, kept.category) == ("Swiss Code of Obligations, art. 958f", "2029-12-31", "Contracts")
    assert all(line.words and not line.mark for line in lines if line.act == Act.TASK)
    assert all(line.mark for line in lines if line.act != Act.TASK)
    assert "lindt" not in str(lines).lower()
    assert plan_hash(lines) == plan_hash(share.connect().plan(Right.DELETION, share.one(MARA)))


def test_the_copy_has_a_list_with_digests(share: Share) -> None:
    """First the list, then the files; what others are in is for a person to look at first."""
    server = share.connect()
    before = share.everything()
    found = list(server.export(share.one(MARA)))
    tables = [each for each in found if isinstance(each, Table)]
    listed = {row[0]: row for table in tables for row in table.rows}
    files = {each.name: (b"".join(each.pieces), each.look) for each in found if isinstance(each, File)}
    assert listed.keys() == files.keys()
    for name, (content, _) in files.items():
        assert content == CONTENT[name]
        assert listed[name][2:] == (len(content), dt.datetime.fromtimestamp(1_700_000_000, dt.UTC), hashlib.sha256(content).hexdigest())
    assert {name for name, (_, look) in files.items() if look} == {"customers/1042_Lindt/household.txt", "mails/both.eml", "mails/question.eml"}
    assert not files["customers/1042_Lindt/photo.jpg"][1]
    assert told(server.plan(Right.ACCESS, share.one(MARA)))["mails", "export"] == 2
    assert share.everything() == before


def test_a_crowd_is_never_handed_out(share: Share) -> None:
    """A letter with somebody in copy is looked at; a list of a hundred is a task, whoever forgot to say `several`."""
    many = " ".join(f"p{number}@example.org" for number in range(20))
    share.fill({"customers/1042_Lindt/everybody.txt": f"{MARA} {many}".encode()})
    assert "customers/1042_Lindt/everybody.txt" not in pieces(share, MARA)
    lines = share.connect().plan(Right.ACCESS, share.one(MARA))
    assert told(lines)["customer files with other people in them", "task"] == 1


def test_several_accounts_are_for_a_person_to_tell_apart(share: Share) -> None:
    """One address with two numbers gives two; two addresses with one number give a folder nobody may delete alone."""
    share.fill({"accounts.csv": f"no;mail;second\n1042;{MARA};\n1043;{MARA};\n".encode()})
    assert [each.key for each in share.connect().find([MARA])] == ["account:1042", "account:1043"]
    share.fill({"accounts.csv": f"no;mail;second\n1042;{MARA};\n1042;{RETO};\n".encode()})
    (found,) = share.connect().find([MARA])
    assert (found.key, found.addresses) == ("shared:1042", (MARA,))
    lines = share.connect().plan(Right.DELETION, found)
    assert ("customer files", "delete") not in told(lines)
    assert told(lines)["customer files of several people", "task"] == 3


def test_what_cannot_be_read_or_searched_is_reported(share: Share) -> None:
    """A broken document in the person's folder, scans where the text decides, files no rule reaches."""
    share.fill({
        "customers/1042_Lindt/broken.pdf": pdf("x" * 300)[:200], "mails/scan.pdf": pdf(""), "mails/old.doc": b"\xd0\xcf",
        "elsewhere/1042.txt": b"", "internal/1042.txt": b"",
    })  # fmt: skip
    lines = share.connect().plan(Right.DELETION, share.one(MARA))
    found = told(lines)
    assert found["customer files not readable", "task"] == 1
    assert found["not searchable", "task"] == 2
    assert found["files no rule reaches", "task"] == 1
    assert share.connect().lint() == ["No rule reaches the folder “elsewhere”: make one, or ignore it with a reason."]


def test_a_large_file_is_not_searched(share: Share) -> None:
    """And therefore nobody knows whether others are in it."""
    share.fill({"customers/1042_Lindt/large.csv": b"x" * 2_000_000})
    lines = share.connect(largest_mb=1).plan(Right.DELETION, share.one(MARA))
    assert told(lines)["customer files not readable", "task"] == 1


def test_a_share_too_large_for_one_call_is_read_on(share: Share) -> None:
    """Temporary, with what was read so far remembered: the next call gets further."""
    server = share.connect(timeout_s=0.0001)
    with pytest.raises(Temporary, match="read on"):
        server.find([LENA])


# -- deletion --


def test_deleted_files_are_in_quarantine_and_then_gone(share: Share) -> None:
    """The folder with the person's name goes with its last file; after the grace time nothing is left."""
    share.fill({"customers/1042_Lindt/contracts/2019-03-01 contract.pdf": pdf("x"), "customers/1042_Lindt/household.txt": b"x"})
    (share.root / "customers/1042_Lindt/contracts/2019-03-01 contract.pdf").unlink()
    server, person, lines = share.planned(MARA)
    others = {name: raw for name, raw in share.everything().items() if "1042_" not in name and name != "mails/question.eml"}
    assert server.erased(person, lines, "k") == NotSeen()
    counts = server.erase(person, lines, "k")
    assert counts == {"contracts": 1, "customer files": 3, "letters": 1, "mails": 1}
    assert share.everything() == others
    assert not (share.root / "customers/1042_Lindt").exists()
    assert server.erased(person, lines, "k") == Seen(counts)
    assert server.prove(Right.DELETION, person, [MARA], lines) == []
    assert [each.key for each in server.find([MARA])] == ["account:1042"], "what a person still has to do"
    assert len(share.locked("quarantine")) == 6
    share.now += dt.timedelta(days=29)
    assert share.connect().sweep() == 0
    share.now += dt.timedelta(days=1)
    assert share.connect().sweep() == 6
    assert not any((share.root / ".subjectline/quarantine").iterdir())


def test_erasing_twice_changes_nothing_more(share: Share) -> None:
    """The same lines name the same hold; what appears later is not touched by them."""
    server, person, lines = share.planned(MARA)
    counts = server.erase(person, lines, "k")
    share.fill({"customers/1042_Lindt/new.txt": b"new"})
    before = share.everything()
    assert server.erase(person, lines, "another key") == counts
    assert share.everything() == before
    (left,) = server.prove(Right.DELETION, person, [MARA], lines)
    assert (left.place, left.count) == ("customer files", 1)


def test_a_file_put_back_from_a_backup_goes_again(share: Share) -> None:
    """Under the same approval, for it is the same file."""
    server, person, lines = share.planned(MARA)
    server.erase(person, lines, "k")
    share.fill({"letters/2024-01-05_1042_invoice.txt": CONTENT["letters/2024-01-05_1042_invoice.txt"]})
    assert server.erased(person, lines, "k") == NotSeen()
    server.erase(person, lines, "k")
    assert server.prove(Right.DELETION, person, [MARA], lines) == []
    assert share.locked("quarantine").count("2024-01-05_1042_invoice.txt") == 1


def _same_size(share: Share) -> None:
    path = share.root / "customers/1042_Lindt/photo.jpg"
    path.write_bytes(b"\xff\xd8\xff PICTURE")
    os.utime(path, (1_700_000_000, 1_700_000_000))


def _link_instead(share: Share) -> None:
    path = share.root / "customers/1042_Lindt/photo.jpg"
    path.rename(share.root / "internal/photo.jpg")
    path.symlink_to("../../internal/photo.jpg")


CHANGES: dict[str, Callable[[Share], Any]] = {
    "a file of the same size and date": _same_size,
    "one more": lambda share: share.fill({"customers/1042_Lindt/more.txt": b"more"}),
    "one less": lambda share: (share.root / "letters/2024-01-05_1042_invoice.txt").unlink(),
    "renamed": lambda share: (share.root / "customers/1042_Lindt/photo.jpg").rename(share.root / "customers/1042_Lindt/p.jpg"),
    "somebody in it": lambda share: share.fill({"mails/question.eml": CONTENT["mails/both.eml"]}),
    "what is kept": lambda share: share.fill({"customers/1042_Lindt/contracts/2019-03-01 contract.pdf": pdf("Another")}),
    "a link in its place": _link_instead,
}


@pytest.mark.parametrize("what", CHANGES)
def test_only_what_was_approved(share: Share, what: str) -> None:
    """Whatever changed since the plan voids it, and nothing is done."""
    server, person, lines = share.planned(MARA)
    CHANGES[what](share)
    before = share.everything()
    with pytest.raises(PlanChanged):
        server.erase(person, lines, "k")
    assert share.everything() == before
    assert share.locked("quarantine") == []
    assert server.erased(person, lines, "k") == NotSeen()


def test_a_file_that_changes_while_the_others_move(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its digest was taken and before its turn: all go back to where they were."""
    server, person, lines = share.planned(MARA)
    before = share.everything()
    late = share.root / "mails/question.eml"

    def at(name: str) -> None:
        if name == "files.moved" and late.exists():
            late.write_bytes(b"changed")

    monkeypatch.setattr(holds, "checkpoint", at)
    with pytest.raises(PlanChanged):
        server.erase(person, lines, "k")
    assert share.everything() == before | {"mails/question.eml": b"changed"}
    assert share.locked("quarantine") == []


class Cut(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("right", [Right.DELETION, Right.RESTRICTION])
@pytest.mark.parametrize("step", range(7))
def test_a_run_that_was_cut_off_is_finished(share: Share, monkeypatch: pytest.MonkeyPatch, right: Right, step: int) -> None:
    """At any of its steps; afterwards each file was moved once and the proof holds."""
    server, person, lines = share.planned(MARA, right)
    seen: list[str] = []

    def at(name: str) -> None:
        seen.append(name)
        if len(seen) == step + 1:
            raise Cut

    act = server.erase if right == Right.DELETION else server.restrict
    with monkeypatch.context() as patch:
        patch.setattr(holds, "checkpoint", at)
        if step < sum(line.count for line in lines if line.act != Act.KEEP) + 1:
            with pytest.raises(Cut):
                act(person, lines, "k")
    other = share.connect()
    if right == Right.DELETION and step:
        assert other.erased(person, lines, "k") == NotSeen() or step >= 5
    again = other.erase if right == Right.DELETION else other.restrict
    assert sum(again(person, lines, "k").values()) == sum(line.count for line in lines if line.act != Act.KEEP)
    assert other.prove(right, person, [MARA], lines) == []
    area = "quarantine" if right == Right.DELETION else "restricted"
    assert len(share.locked(area)) == sum(line.count for line in lines if line.act != Act.KEEP)


def test_what_is_left_of_a_cut_run_may_have_changed(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the rest is planned anew; nothing that was not approved is moved."""
    server, person, lines = share.planned(MARA)
    with monkeypatch.context() as patch:
        patch.setattr(holds, "checkpoint", lambda name: _cut() if name == "files.moved" else None)
        with pytest.raises(Cut):
            server.erase(person, lines, "k")
    share.fill({"mails/question.eml": CONTENT["mails/question.eml"] + b"more"})
    with pytest.raises(PlanChanged, match="cut off"):
        server.erase(person, lines, "k")
    assert (share.root / "mails/question.eml").exists()
    server, person, lines = share.planned(MARA)
    server.erase(person, lines, "k2")
    assert server.prove(Right.DELETION, person, [MARA], lines) == []


def _cut() -> None:
    raise Cut


# -- restriction --


def test_restricted_files_are_out_of_reach_and_come_back(share: Share) -> None:
    """A note stands in their place; access and deletion still know them; lifting puts all back as it was."""
    server, person, lines = share.planned(MARA, Right.RESTRICTION)
    before = share.everything()
    restrict = server.restrict(person, lines, "k")
    assert restrict == {"contracts": 2, "customer files": 2, "letters": 1, "mails": 1}
    assert server.restrict(person, lines, "k") == restrict
    now = share.everything()
    assert "customers/1042_Lindt/photo.jpg" not in now
    assert now["customers/1042_Lindt/photo.jpg.restricted"].startswith(b"Restricted by data protection.")
    assert oct((share.root / ".subjectline").stat().st_mode & 0o777) == "0o700"
    assert server.prove(Right.RESTRICTION, person, [MARA], lines) == []
    of_the_account = {name for name in before if "1042_" in name}
    assert set(pieces(share, MARA)) == of_the_account | {"mails/both.eml", "mails/question.eml"}
    assert told(server.plan(Right.RESTRICTION, person)).get(("customer files", "restrict")) is None
    lifting = [Line(**{**vars(line), "act": Act.LIFT}) for line in lines]
    assert server.prove(Right.RESTRICTION, person, [MARA], lifting) == lifting
    assert server.lift(person, lifting, "k") == restrict
    assert server.lift(person, lifting, "k") == restrict
    assert share.everything() == before
    assert server.prove(Right.RESTRICTION, person, [MARA], lifting) == []


def test_lifting_one_restriction_leaves_another(share: Share) -> None:
    """What was restricted before, by other lines, stays so."""
    server, person, first = share.planned(MARA, Right.RESTRICTION)
    server.restrict(person, first, "k")
    share.fill({"letters/2026_1042_new.txt": b"new"})
    server, person, second = share.planned(MARA, Right.RESTRICTION)
    assert told(second) == {("letters", "restrict"): 1}
    server.restrict(person, second, "k2")
    server.lift(person, second, "k3")
    assert server.prove(Right.RESTRICTION, person, [MARA], first) != [], "the new letter is free again"
    (share.root / "letters/2026_1042_new.txt").unlink()
    assert server.prove(Right.RESTRICTION, person, [MARA], first) == []


def test_a_place_that_was_taken_meanwhile(share: Share) -> None:
    """Nothing is overwritten: the others go back, and a person is told."""
    server, person, lines = share.planned(MARA, Right.RESTRICTION)
    server.restrict(person, lines, "k")
    share.fill({"customers/1042_Lindt/photo.jpg": b"another"})
    with pytest.raises(Refused, match="1 restricted files could not go back"):
        server.lift(person, lines, "k")
    assert share.everything()["customers/1042_Lindt/photo.jpg"] == b"another"
    (share.root / "customers/1042_Lindt/photo.jpg").unlink()
    server.lift(person, lines, "k")
    assert share.everything() == CONTENT


def test_restricted_files_can_be_deleted(share: Share) -> None:
    """Also where a new file bears the name of a restricted one; the notes go with them."""
    server, person, lines = share.planned(MARA, Right.RESTRICTION)
    server.restrict(person, lines, "k")
    share.fill({"customers/1042_Lindt/photo.jpg": b"another"})
    server, person, lines = share.planned(MARA)
    assert told(lines)["customer files", "delete"] == 3
    server.erase(person, lines, "k")
    assert server.prove(Right.DELETION, person, [MARA], lines) == []
    assert share.locked("quarantine").count("photo.jpg") == 2
    assert not [name for name in share.everything() if name.endswith(".restricted") and "contract" not in name]
    assert share.locked("restricted") == ["2019-03-01 contract.pdf"], "what the law keeps stays restricted"


# -- what no machine does --


def test_what_a_file_share_cannot_do(share: Share) -> None:
    """Correcting is a person's task; there is no list of addresses and no advertising."""
    server, person = share.connect(), share.one(MARA)
    for act in (
        lambda: server.plan(Right.CORRECTION, person),
        lambda: server.propose(person, {"email": "x@example.com"}), lambda: server.correct(person, [], "k"),
        lambda: server.stop_marketing(person, [], "k"), server.addresses, lambda: server.idle(dt.date.min, "", 1),
    ):  # fmt: skip
        with pytest.raises(Unsupported):
            act()


@pytest.mark.parametrize("key", ["account:", "address:1", "table:1", "", "account"])
def test_a_reference_of_another_system_is_refused(share: Share, key: str) -> None:
    """Whatever it is, no file is looked for under it."""
    person = share.one(MARA)
    with pytest.raises(Refused):
        share.connect().plan(Right.ACCESS, type(person)(person.system, key, person.addresses))


# -- hostile shares --


def test_no_link_is_followed(share: Share, tmp_path: Path) -> None:
    """Neither to a file nor to a folder, out of the share or within it; each is reported to be looked at."""
    outside = tmp_path / "outside"
    (outside / "1042_x").mkdir(parents=True)
    (outside / "1042_x/secret.txt").write_bytes(MARA.encode())
    (share.root / "customers/1042_Lindt/out.txt").symlink_to(outside / "1042_x/secret.txt")
    (share.root / "customers/1042_Lindt/folder").symlink_to(outside)
    (share.root / "customers/1042_away").symlink_to(outside / "1042_x")
    (share.root / "mails/in.eml").symlink_to("question.eml")
    os.mkfifo(share.root / "mails/pipe.txt")
    lines = share.connect().plan(Right.DELETION, share.one(MARA))
    assert told(lines)["links", "task"] == 4
    assert told(lines)["devices", "task"] == 1
    assert not any("secret" in name for name in pieces(share, MARA))
    server, person, lines = share.planned(MARA)
    server.erase(person, lines, "k")
    assert (outside / "1042_x/secret.txt").read_bytes() == MARA.encode()


def test_a_folder_swapped_for_a_link_is_not_entered(share: Share, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Even in the middle of a run: every step goes from an open folder to a name in it."""
    server, person, lines = share.planned(MARA)
    outside = tmp_path / "outside"
    folder = share.root / "customers/1042_Lindt"

    def at(name: str) -> None:
        if name == "files.manifest":
            folder.rename(outside)
            folder.symlink_to(outside)

    monkeypatch.setattr(holds, "checkpoint", at)
    with pytest.raises((PlanChanged, Refused, Unclear)):
        server.erase(person, lines, "k")
    assert sorted(each.name for each in outside.rglob("*") if each.is_file()) == sorted(
        Path(name).name for name in CONTENT if name.startswith("customers/1042_")
    )
    assert share.locked("quarantine") == []


@pytest.mark.parametrize("name", [
    b"line\nbreak.txt", b"\xff\xfe no text.txt", b"-rf.txt", b"..txt", b" .txt", "\u202etxt.exe.txt".encode(), b"*.txt", b"{number}",
    b"x" * 251 + b".txt", b"con.txt", b"a\\b.txt", b"=cmd.csv", "\u00e9.txt".encode(), "e\u0301.txt".encode(), b"photo.JPG", b"x.restricted",
])  # fmt: skip
def test_hostile_names(share: Share, name: bytes) -> None:
    """Whatever a file is called, it is copied, restricted, put back and deleted like any other."""
    path = os.path.join(os.fsencode(share.root), b"customers/1042_Lindt", name)  # noqa: PTH118
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"content")
    before = share.everything()
    assert [content for content, _ in pieces(share, MARA).values()].count(b"content") == 1
    server, person, lines = share.planned(MARA, Right.RESTRICTION)
    server.restrict(person, lines, "k")
    assert not os.path.exists(path)  # noqa: PTH110
    server.lift(person, lines, "k")
    assert share.everything() == before
    server, person, lines = share.planned(MARA)
    server.erase(person, lines, "k")
    assert not os.path.exists(path)  # noqa: PTH110
    assert server.prove(Right.DELETION, person, [MARA], lines) == []


def test_names_that_differ_by_case_are_two(share: Share) -> None:
    """As the file system has it; and a rule's pattern means the case it is written in."""
    share.fill({"customers/1042_Lindt/PHOTO.jpg": b"capital", "Customers/1042_Lindt/other.txt": b"no rule"})
    found = pieces(share, MARA)
    assert found["customers/1042_Lindt/PHOTO.jpg"][0] == b"capital"
    assert found["customers/1042_Lindt/photo.jpg"][0] == CONTENT["customers/1042_Lindt/photo.jpg"]
    assert told(share.connect().plan(Right.ACCESS, share.one(MARA)))["files no rule reaches", "task"] == 1
    server, person, lines = share.planned(MARA)
    server.erase(person, lines, "k")
    assert {"PHOTO.jpg", "photo.jpg"} <= set(share.locked("quarantine"))


def test_a_file_with_another_name_elsewhere_is_a_task(share: Share) -> None:
    """Taking away one of its names would leave the content under the other."""
    os.link(share.root / "customers/1042_Lindt/photo.jpg", share.root / "internal/copy.jpg")
    lines = share.connect().plan(Right.DELETION, share.one(MARA))
    assert told(lines)["customer files with further names", "task"] == 1


def test_what_the_system_does_not_let_us_read(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed folder and a closed file are somebody's task, and the rest is found."""
    closed = {"1042_Lindt closed", "closed.txt"}
    (share.root / "customers/1042_Lindt closed").mkdir()
    share.fill({"customers/1042_Lindt/closed.txt": b"?"})
    opened = os.open

    def refuse(path: Any, *args: Any, **more: Any) -> int:
        if path in closed:
            raise PermissionError(13, "denied", path)
        return opened(path, *args, **more)

    monkeypatch.setattr(os, "open", refuse)
    server, person, lines = share.planned(MARA)
    found = told(server.plan(Right.DELETION, person))
    assert found["closed folders", "task"] == 1
    assert found["customer files not readable", "task"] == 1
    assert "customers/1042_Lindt/closed.txt" not in pieces(share, MARA)
    assert sum(server.erase(person, lines, "k").values()) == 5


def test_a_share_that_is_away_is_tried_again(share: Share) -> None:
    """Neither an empty answer nor a proof comes of it."""
    server, person, lines = share.planned(MARA)
    share.root.rename(share.root.parent / "away")
    for ask in (
        lambda: server.find([MARA]), lambda: server.plan(Right.DELETION, person), lambda: list(server.export(person)),
        lambda: server.erase(person, lines, "k"), lambda: server.prove(Right.DELETION, person, [MARA], lines), server.lint,
        lambda: server.erased(person, lines, "k"),
    ):  # fmt: skip
        with pytest.raises(Temporary):
            ask()


def test_a_file_that_changes_while_it_is_copied(share: Share) -> None:
    """No package is made of a file that is not the one in its list."""
    found = list(share.connect().export(share.one(MARA)))
    _same_size(share)
    photo = next(each for each in found if isinstance(each, File) and each.name.endswith("photo.jpg"))
    with pytest.raises(Temporary, match="changed while"):
        b"".join(photo.pieces)


def test_a_note_of_somebody_else_is_a_file(share: Share) -> None:
    """Only what we wrote ourselves is passed over."""
    share.fill({"customers/1042_Lindt/x.restricted": b"mine", "customers/1042_Lindt/y.restricted": holds.MARKED})
    assert {name for name in pieces(share, MARA) if name.endswith("restricted")} == {"customers/1042_Lindt/x.restricted"}


# -- configuration --


@pytest.mark.parametrize(("changes", "fault"), [
    ({"rules": []}, "share: rules"),
    ({"surprise": 1}, "share: surprise is not known here."),
    ({"root_env": "NOT_SET"}, "share: NOT_SET is not set: the path of the file share."),
    ({"number": "("}, "share: number is no pattern that RE2 knows."),
    ({"number": "[0-9]*"}, "share: number matches nothing at all: it would be everywhere."),
    ({"number": ""}, "share: Rule contracts: “customers/{number}*/contracts/**” may have {number} once"),
    ({"accounts": None}, "share: accounts is missing: who has which account number?"),
    ({"accounts": {"file": "a", "url_env": "B"}}, "share: accounts needs either file, number and addresses, or url_env and query."),
    ({"accounts": {"url_env": "B", "query": "select 1"}}, "share: accounts: query needs :address."),
    ({"locked": "../away"}, "share: locked is one name below the root."),
])  # fmt: skip
def test_every_fault_of_the_block_in_one_sentence(share: Share, changes: dict[str, Any], fault: str) -> None:
    """All at once, before anything is looked at."""
    with pytest.raises(Misconfigured) as caught:
        share.connect(**changes)
    assert any(each.startswith(fault) for each in caught.value.faults), caught.value.faults


@pytest.mark.parametrize(("rule", "fault"), [
    ({"files": "/etc/**"}, "“/etc/**” is a path below the root"),
    ({"files": "a/../b"}, "“a/../b” is a path below the root"),
    ({"files": "{number}/{number}"}, "may have {number} once"),
    ({"files": "a/**", "search": []}, "neither {number} in its pattern nor search says whose these files are."),
    ({"files": "a/**", "search": "name"}, "search knows “address” and “number”, not name."),
    ({"files": "{number}/**", "erase": "keep"}, "erase = “keep” and its legal ground"),
])  # fmt: skip
def test_every_fault_of_a_rule_in_one_sentence(share: Share, rule: dict[str, Any], fault: str) -> None:
    """With the name of the rule."""
    made = {"name": "one", "category": "Letters", "erase": "delete", **rule}
    with pytest.raises(Misconfigured) as caught:
        share.connect(rules=[made])
    assert any(each.startswith("share: Rule one") and fault in each for each in caught.value.faults), caught.value.faults


def test_lint_tells_what_is_wrong_with_the_share(share: Share) -> None:
    """An index that is not there, or lacks a column."""
    share.fill({"accounts.csv": b"nr;mail\n"})
    assert share.connect().lint() == ["accounts: accounts.csv lacks a column that is named for it."]
    (share.root / "accounts.csv").unlink()
    assert share.connect().lint() == ["accounts: there is no file accounts.csv."]
    (share.root / ".subjectline").rename(share.root / "internal/x")
    (share.root / ".subjectline").write_bytes(b"")
    assert share.connect().lint()[-1] == "The folder “.subjectline” cannot be written to: files are moved there."


def test_a_database_may_know_the_accounts(share: Share, tmp_path: Path) -> None:
    """By a query that is only ever read; a number that is none is nobody's; an error carries no value."""
    url = f"sqlite:///{tmp_path / 'company.sqlite'}"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE account (id INTEGER PRIMARY KEY, email TEXT, second TEXT)")
        connection.exec_driver_sql(f"INSERT INTO account VALUES (1042, '{MARA}', NULL), (7, '{RETO}', 'x@example.org')")
    query = "SELECT id, email, second FROM account WHERE lower(email) = :address OR lower(second) = :address"

    def server(words: str) -> Any:
        return _with_database(share, url, words)

    assert [(each.key, each.addresses) for each in server(query).find([MARA.upper()])] == [("account:1042", (MARA,))]
    assert [each.key for each in server(query).find([RETO])] == ["address"], "7 is no number, but a list names him"
    assert server(query).find(["x' OR 1=1 --@example.org"]) == []
    assert server(query).lint() == []
    with pytest.raises(Refused, match="refused") as caught:
        server("DELETE FROM account WHERE email = :address RETURNING id").find([MARA])
    assert MARA not in str(caught.value)
    assert server("SELECT nothing FROM account WHERE email = :address").lint() == [
        "accounts: The company's database refused (SQLITE_ERROR)."
    ]


def _with_database(share: Share, url: str, query: str) -> Any:
    from bot.connectors import Outside
    from bot.connectors.files import connector
    from tests.bot.connectors.files.share import BLOCK, NoShelf

    env = {"COMPANY_FILES": str(share.root), "COMPANY_DATABASE_URL": url}
    block = BLOCK | {"accounts": {"url_env": "COMPANY_DATABASE_URL", "query": query}}
    return connector(block, Outside(lambda name: env.get(name, ""), lambda: share.now, NoShelf(), lambda _: False))


def test_a_search_for_numbers(share: Share) -> None:
    """Where a rule says so, the account number in the text is enough; as a whole token."""
    rules = [{"name": "sheets", "files": "sheets/**", "category": "x", "search": ["address", "number"], "erase": "delete"}]
    share.fill({"sheets/a.xlsx": xlsx("total", number=1042), "sheets/b.xlsx": xlsx("total", number=10421), "sheets/c.docx": docx("no. 1042")})
    server = share.connect(rules=rules, ignore=[])
    assert told(server.plan(Right.DELETION, share.one(MARA)))["sheets", "delete"] == 2


# -- size --


def test_a_person_with_many_files_is_copied_in_constant_memory(tmp_path: Path) -> None:
    """200 files, one of them large: what is held at once is one piece."""
    import tracemalloc

    share = Share(tmp_path)
    share.fill({"accounts.csv": CONTENT["accounts.csv"]})
    share.fill({f"customers/1042_Lindt/{number}.jpg": bytes([number % 256]) * 10_000 for number in range(200)})
    with (tmp_path / "customers/1042_Lindt/film.bin").open("wb") as film:
        film.truncate(64 * 1024 * 1024)
    server, person = share.connect(), share.one(MARA)
    tracemalloc.start()
    total = 0
    for each in server.export(person):
        if isinstance(each, File):
            total += sum(len(piece) for piece in each.pieces)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 200 * 10_000 + 64 * 1024 * 1024
    assert peak < 12 * 1024 * 1024
