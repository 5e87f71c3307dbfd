"""F70: coverage-guided fuzzing of the letterbox. Ten minutes over the corpus in `make faults`, one second in `make test`.

What it finds is written into the folder the failure names. Made small by hand (`-minimize_crash=1`) and without a word
of anybody's mail it goes into `KEPT`, and stays a test.
"""

import base64
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.intake.test_outlook import FILES, attribute, winmail
from tests.bot.intake.writing import mail, multipart
from tests.faults.any_mail import check

LONG = os.environ.get("SUBJECTLINE_FAULTS") == "long"
SECONDS = 600 if LONG else 1
LARGEST = 8192  # bytes of a mail: what breaks a reader is small
HERE = Path(__file__).parent

OWN: dict[str, bytes] = {  # seeds of every shape, where the corpus is not needed
    "enquiry": mail(),
    "reply": mail("Re: DPE-2026-0001", "Yes.\r\n\r\nOn Monday Ann wrote:\r\n> x", in_reply_to="<1.0a@dpe.lumen.example>"),
    "attachment": multipart(("Content-Type: text/html", "<p>my data</p>"),
                            ("Content-Type: application/pdf; name*0*=utf-8''%C3; name*1*=%A9", base64.b64encode(b"x"))),
    "report": multipart(("Content-Type: message/delivery-status", "Action: failed\r\nStatus: 5.1.1"), kind="report"),
    "sent on": multipart(("Content-Type: message/rfc822", "From: a@b.example\r\n\r\nmy data"), subject="Fwd: x"),
    "sealed": multipart(("Content-Type: application/pgp-encrypted", "x"), kind="encrypted"),
    "outlook": multipart(("Content-Type: application/ms-tnef", winmail(attribute(0x2800C, b"my data"), *FILES))),
    "words": mail("=?utf-8?q?a?= =?utf-8?b?w6k=?=", from_='"A, B" <a@xn--bcher-kva.example>'),
}  # fmt: skip
KEPT: dict[str, bytes] = {}  # name -> what once broke a promise


@pytest.mark.parametrize("name", [*OWN, *KEPT])
def test_what_once_broke_the_reading_breaks_it_no_more(name: str) -> None:
    """And the seeds themselves hold what is promised of any mail."""
    check({**OWN, **KEPT}[name])


@pytest.mark.faults
@pytest.mark.shared
@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine")
def test_no_mutated_mail_breaks_a_promise(tmp_path: Path, shared: Path) -> None:
    """No crash, no hang, no memory without end; what the headers say agrees with what the mail says."""
    seeds, found, grown = tmp_path / "seeds", tmp_path / "found", tmp_path / "grown"
    for each in (seeds, found, grown):
        each.mkdir()
    for name, raw in (OWN | (_corpus(shared) if LONG else {})).items():
        (seeds / name.replace("/", "-")).write_bytes(raw)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.faults.fuzz", grown, seeds, f"-dict={HERE / 'mail.dict'}", "-timeout=10",
         "-rss_limit_mb=512", f"-max_len={LARGEST}", f"-max_total_time={SECONDS}", f"-artifact_prefix={found}/"],
        cwd=HERE.parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, f"{ran.stderr[-3000:]}\nThe mail: {[str(each) for each in found.iterdir()]}"
    assert not list(found.iterdir())
    print(f"\nfuzzing: {ran.stderr.strip().splitlines()[-1]}")


def _corpus(shared: Path) -> dict[str, bytes]:
    folder = shared / "corpus" / "mail"
    rows = json.loads((folder / "manifest.json").read_text())
    return {row["file"]: (folder / row["file"]).read_bytes() for row in rows if row["bytes"] <= LARGEST}
