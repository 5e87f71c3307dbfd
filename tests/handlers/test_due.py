"""`subjectline law due`: whoever has dates of their own can compare them with ours."""

import io
import json
from types import SimpleNamespace

import pytest

from bot.errors import NotAllowed
from handlers import due

PLAIN = {"id": "plain", "regime": "gdpr_eu", "received": "2026-06-02", "holidays_region": "CH-ZH", "events": []}
OPEN = {**PLAIN, "id": "open", "events": [{"type": "identity_request", "from": "2026-06-03", "to": None}]}
CALIFORNIA = {"id": "us", "regime": "ccpa", "received": "2026-03-02", "holidays_region": "US"}


@pytest.fixture
def checked(tmp_path, capsys):
    """Runs the command over a file with this text: exit code, rows, what was told to the person."""

    def _checked(text, explained=False):
        path = tmp_path / "vectors.json"
        path.write_text(text, encoding="utf-8")
        code = due.vectors(path, explained=explained)
        told = capsys.readouterr()
        return code, [json.loads(line) for line in told.out.splitlines()], told.err

    return _checked


@pytest.mark.shared
def test_the_whole_collection(shared, checked):
    """Every vector is one line with its dates, in order, and nothing is wrong."""
    text = (shared / "law" / "deadline_vectors.json").read_text(encoding="utf-8")
    code, rows, told = checked(text)
    vectors = json.loads(text)["vectors"]
    assert (code, told) == (0, "")
    assert [row["id"] for row in rows] == [each["id"] for each in vectors]
    names = ("due", "unrolled", "extension_notice_by", "due_end_utc", "ack_by")
    for row, vector in zip(rows, vectors, strict=True):
        expected = {name: vector[f"expected_{name}"] for name in names if f"expected_{name}" in vector}
        assert {name: row[name] for name in expected} == expected
        assert set(row) == {"id", *names, "state", "extension_valid"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"vectors": [PLAIN, OPEN, CALIFORNIA]}),
        json.dumps([PLAIN, OPEN, CALIFORNIA], indent=2),
        "\n".join(map(json.dumps, (PLAIN, OPEN, CALIFORNIA))),
        "\n\n" + "\r\n".join(map(json.dumps, (PLAIN, OPEN, CALIFORNIA))) + "\n",
        "\ufeff" + json.dumps({"defaults": {}, "vectors": [PLAIN, OPEN, CALIFORNIA], "superseded": [{"id": "x"}]}),
    ],
)
def test_vectors_come_as_a_document_or_one_a_line(checked, text):
    """All three, whichever way; what stands under another name than `vectors` is not ours to count."""
    code, rows, _ = checked(text)
    assert code == 0
    assert [(row["id"], row["due"], row["ack_by"]) for row in rows] == [
        ("plain", "2026-07-02", None), ("open", None, None), ("us", "2026-04-16", "2026-03-16"),
    ]  # fmt: skip


def test_a_vector_that_cannot_be_read_is_a_line_of_its_own_and_the_others_go_on(checked):
    """Its id and the reason; exit 1; a line that is no JSON has its number instead of an id."""
    lines = [json.dumps({**PLAIN, "id": "odd", "received": "soon"}), "{", "[]", json.dumps(PLAIN)]
    code, rows, told = checked("\n".join(lines))
    assert code == 1
    assert told == "3 could not be read: each has a line with its id and the error.\n"
    assert [(row["id"], row.get("due")) for row in rows] == [
        ("odd", None), (None, None), (None, None), ("plain", "2026-07-02"),
    ]  # fmt: skip
    assert "isoformat" in rows[0]["error"]
    assert rows[1]["error"].startswith("line 2 is not JSON")
    assert rows[2]["error"] == "a vector is an object"


def test_a_document_may_say_its_defaults(checked):
    """Under the vector's own settings, and over ours; a word that is no setting is not one there either."""
    defaults = {"gdpr_eu": {"roll": "none", "colour": "blue"}, "ccpa": None}
    sunday = {**PLAIN, "received": "2026-05-07"}
    stays = {**sunday, "settings": {"roll": "weekend_and_holiday"}}
    code, rows, _ = checked(json.dumps({"defaults": defaults, "vectors": [sunday, stays, CALIFORNIA, 7]}))
    assert [row.get("due") for row in rows] == ["2026-06-07", "2026-06-08", "2026-04-16", None]
    assert code == 1


def test_every_step_can_be_shown(checked):
    """`--why` adds the explanation."""
    _, rows, _ = checked(json.dumps([PLAIN]), explained=True)
    assert rows[0]["why"][1] == "One month (GDPR art. 12(3)): Thu 2 Jul 2026."


def test_vectors_come_from_standard_input(monkeypatch, capsys):
    """Without a file, or with a dash."""
    for source in (None, due.Path("-")):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(PLAIN).encode())))
        assert due.vectors(source, explained=False) == 0
        assert json.loads(capsys.readouterr().out)["due"] == "2026-07-02"


def test_a_file_that_cannot_be_read_is_told_so(tmp_path):
    """Not there, or not text."""
    with pytest.raises(NotAllowed, match="cannot be read"):
        due.vectors(tmp_path / "nowhere.json", explained=False)
    (tmp_path / "odd").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NotAllowed, match="not UTF-8"):
        due.vectors(tmp_path / "odd", explained=False)


def test_one_date_step_by_step(capsys):
    """For people: what was received when, and how it came to the date that counts."""
    assert due.one({"received": "2026-07-07", "regimes": ["gdpr_eu", "ch_fadp"]}, as_json=False) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "The earliest date counts: Thu 6 Aug 2026 (FADP)."
    assert due.one({"received": "2026-07-07", "regime": "gdpr_eu"}, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["due"] == "2026-08-07"
    with pytest.raises(NotAllowed, match="cannot be counted"):
        due.one({"received": "soon", "regime": "gdpr_eu"}, as_json=False)
