"""The house stands as drawn: imports point down, the top level holds what it may, nothing of a workplace is in it."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.desk import Desk

ROOT = Path(__file__).parents[1]
TOP = {
    "bot", "handlers", "templates", "tests", "docs", "deploy", "pyproject.toml", "Procfile", "Makefile", "README.md",
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "requirements.txt", "requirements-demo.txt", "requirements-dev.txt",
}  # fmt: skip
NAMELESS = {"utils", "helpers", "common", "base", "misc", "manager", "service"}


def tracked() -> list[Path]:
    found = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("not a git checkout")  # an unpacked archive knows no tracked files; on CI a skip fails: tests/fixtures/ci.py
    return [Path(line) for line in found.stdout.splitlines() if (ROOT / line).exists()]


def modules() -> list[Path]:
    return [path for folder in ("bot", "handlers") for path in (ROOT / folder).rglob("*.py")]


def test_imports_point_down_only() -> None:
    """The import contracts of pyproject.toml hold."""
    found = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-3000:]


def test_the_top_level_holds_only_what_it_may() -> None:
    """A new thing at the top is a decision, not an accident."""
    top = {path.parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_no_room_without_a_name() -> None:
    """If a thing has no name, it has no room yet."""
    assert not [path for path in modules() if path.stem in NAMELESS]


def test_no_import_hides_in_a_function() -> None:
    """Except where a command or a room loads something heavy only when it is asked for, and says so beside it."""
    hidden = []
    for path in modules():
        lines = path.read_text().splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                hidden += [
                    f"{path.relative_to(ROOT)}:{inner.lineno}"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom) and "PLC0415" not in lines[inner.lineno - 1]
                ]
    assert not hidden


def test_no_two_families_of_the_desk_give_one_name_to_two_verbs() -> None:
    """The chain is long, and the later one would win unseen: whoever takes up a name calls the one below."""
    families = [each for each in Desk.__mro__ if each.__module__.startswith("bot.desk.")]
    names = {name for each in families for name, made in vars(each).items() if inspect.isfunction(made)}
    taken = []
    for name in sorted(names - set(dir(object))):
        *above, _ = (each for each in families if name in vars(each))
        calls = f"super().{name}("
        taken += [f"{each.__name__}.{name}" for each in above if calls not in inspect.getsource(vars(each)[name])]
    assert not taken


def test_nothing_of_a_registry_or_a_machine_is_in_the_project() -> None:
    """Requirements are pinned by hash, without addresses; no path of somebody's machine is in a file."""
    host = re.compile(
        "py" + r"pi\.org|python" + r"hosted|registry\.npm" + r"js|deb\.deb" + "ian|--index-url|--find-links"
    )
    found = []
    for path in tracked():
        if path.suffix in {".png", ".ico"}:
            continue
        text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
        if host.search(text):
            found.append(str(path))
    assert found in ([], ["tests/test_house.py"])


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-demo.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_with_hashes(name: str) -> None:
    """Every requirement has one version and at least one hash."""
    text = (ROOT / name).read_text()
    pinned = re.findall(r"^([A-Za-z0-9_.\-\[\]]+)==\S+", text, re.MULTILINE)
    blocks = re.split(r"^(?=[A-Za-z0-9_.\-]+(?:\[[^\]]*\])?==)", text, flags=re.MULTILINE)[1:]
    assert len(pinned) == len(blocks) > 20
    assert all("--hash=sha256:" in block for block in blocks)
