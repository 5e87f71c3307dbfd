"""A process that has imported the program and forks it on demand: a start costs a tenth of a second instead of three.

Reads one JSON object a line on stdin, answers one a line on stdout:
`{"start": {environment}, "crash": [points], "died": file, "log": file}` → `{"pid": n}`; `{"poll": pid}` → `{"status": null | number}`;
`{"kill": pid, "signal": n}` → `{"status": number}`;
`{"command": [words], "environment": {…}, "out": file, "err": file}` → `{"status": number}`, when it has ended.
"""

import gc
import json
import os
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory
from threading import Lock

import uvicorn.lifespan.off
import uvicorn.loops.auto
import uvicorn.protocols.http.auto
import uvicorn.protocols.websockets.auto  # noqa: F401  with the first page

from bot import checkpoints, connectors
from bot import settings as configuration
from bot.law import Right
from bot.package.page import _environment
from bot.sandbox.clock import SandboxClock
from bot.store import Keys
from handlers import cli
from handlers.run import run
from tests.bot.desk.office import PAULA, Stage
from tests.fixtures.store import SECRET, Clock, Ids, in_a_hurry, migrate, opened


class Death:
    """The first point that is reached is written down, and the process is gone."""

    def __init__(self, file: str) -> None:
        self._file, self._lock = file, Lock()

    def __call__(self, name: str) -> None:
        self._lock.acquire()
        with open(self._file, "a") as died:  # noqa: PTH123  nothing but a name and the end
            died.write(f"{name}\n")
        os.kill(os.getpid(), signal.SIGKILL)


def bot(order: dict) -> None:
    """The bot, in the forked child, until it is told to stop or dies at its crash point."""
    log = os.open(order["log"], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    environment = order["start"]
    os.environ.update(environment)
    checkpoints._AT = frozenset(order["crash"])
    checkpoints._die = Death(order["died"])
    clock = SandboxClock(Path(environment["SUBJECTLINE_CLOCK"]))
    run(configuration.load(environment), {"web", "worker"}, clock)


def command(order: dict) -> int:
    """`subjectline` with these words in the forked child; what the interpreter would end with."""
    for number, name in enumerate((os.devnull, order["out"], order["err"])):
        os.dup2(os.open(name, os.O_CREAT | os.O_RDWR), number)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["subjectline", *order["command"]]
    try:
        cli.main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    except BaseException:  # noqa: BLE001  as the interpreter does
        traceback.print_exc()
        return 1
    return 0


def settle_in() -> None:
    """Everything a child would import is imported, and what it would compile for every enquiry is compiled."""
    for each in iter_modules(connectors.__path__, f"{connectors.__name__}."):
        import_module(each.name)
    practise()
    gc.collect()
    gc.freeze()  # a child that looked for garbage here would copy every page of it


def practise() -> None:
    """Two enquiries have been walked to their ends over a desk of one's own: statements and templates are compiled."""
    with TemporaryDirectory() as folder:
        url, clock = f"sqlite:///{folder}/practice.sqlite", Clock()
        migrate(url)
        with opened(url, Keys(SECRET), clock, Ids()) as store:
            stage = Stage(store, clock, Ids())
            _, deletion = stage.planned_deletion()
            stage.desk.approve(PAULA, "approval", deletion.id, deletion.plan_id)
            stage.cooled()
            stage.choose(stage.open(), Right.ACCESS)
            stage.reply_with_code()
            stage.work()
    pages = _environment()
    for each in pages.list_templates():
        pages.get_template(each)


def main() -> None:
    with in_a_hurry():
        settle_in()
        obey()


def obey() -> None:
    statuses: dict[int, int] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if "command" in order:
            pid = os.fork()
            if pid == 0:
                code = command(order)
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
            answer = {"status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}
        elif "start" in order:
            sys.stdout.flush()
            pid = os.fork()
            if pid == 0:
                code = 0
                try:
                    bot(order)
                except BaseException:  # noqa: BLE001  the door of the child: whatever it was, it is told
                    traceback.print_exc()
                    code = 70
                os._exit(code)
            answer = {"pid": pid}
        else:
            pid = order.get("poll") or order["kill"]
            if "kill" in order and pid not in statuses:
                os.kill(pid, order.get("signal", signal.SIGKILL))
                statuses[pid] = os.waitpid(pid, 0)[1]
            if pid not in statuses:
                found, status = os.waitpid(pid, os.WNOHANG)
                if found:
                    statuses[pid] = status
            answer = {"status": statuses.get(pid)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
