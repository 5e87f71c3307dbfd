"""Environment and subjectline.toml become one frozen object. Every fault is told at once, one plain sentence each.

What is not secret stands in `subjectline.toml` (path in SUBJECTLINE_CONFIG). Secrets and addresses come from the
environment, each as NAME or, in a file, as NAME_FILE; none of them ever shows in a repr.
"""

import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, ValidationError

from bot.errors import Misconfigured
from bot.settings.environment import Environment, Reader, read
from bot.settings.faults import across, sentences
from bot.settings.sections import File

__all__ = ["RUN", "Environment", "File", "Settings", "load"]

# What a command may need of the environment. `run` needs all of it; `law due` or `intake classify` nothing.
RUN = frozenset({"SUBJECTLINE_KEY", "IMAP_URL", "SMTP_URL", "SLACK"})


class Settings(File):
    """The whole configuration: the tables of the file, and `env`, what came from the environment."""

    env: Environment = Field(repr=False)
    _environ: Mapping[str, str] = PrivateAttr(default_factory=dict)

    def secret(self, name: str) -> str:
        """The environment's NAME, or the content of NAME_FILE; empty when neither is set. For connectors.

        Raises Misconfigured when the file cannot be used.
        """
        faults: list[str] = []
        value = Reader(self._environ, faults).text(name)
        if faults:
            raise Misconfigured(faults)
        return value


def load(environ: Mapping[str, str] | None = None, needs: Collection[str] = RUN) -> Settings:
    """The configuration; Misconfigured with all its faults where one is wrong or something of `needs` is missing."""
    environ = os.environ if environ is None else environ
    faults: list[str] = []
    file = _file(Path(environ.get("SUBJECTLINE_CONFIG") or "subjectline.toml"), faults)
    env = read(environ, needs, faults)
    if file is not None:
        faults += across(file, with_people="SLACK" in needs)
    if faults or file is None:
        raise Misconfigured(faults)
    settings = Settings(**{name: getattr(file, name) for name in File.model_fields}, env=env)
    settings._environ = dict(environ)  # noqa: SLF001  # a private attribute of this very class
    return settings


def _file(path: Path, faults: list[str]) -> File | None:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(f"{path} is not there: write it, or name another one in SUBJECTLINE_CONFIG.")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path} cannot be read ({type(error).__name__}).")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path} is not valid TOML: {error}.")
    else:
        return _checked(path.name, content, faults)
    return None


def _checked(name: str, content: dict[str, Any], faults: list[str]) -> File | None:
    try:
        return File.model_validate(content)
    except ValidationError as error:
        faults += sentences(name, error)
        return None
