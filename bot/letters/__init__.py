"""Letters: one Jinja2 source each, `templates/letters/<language>/<letter>.j2`, printed as subject, text and HTML.

Letters to recipients stand in `templates/notices` likewise: they are there in more languages than those to persons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.letters import envelope, markup, paper
from bot.letters.envelope import safe_header
from bot.letters.glossary import Glossary
from bot.letters.source import Source

__all__ = ["Rendered", "Writer", "safe_header"]


@dataclass(frozen=True)
class Rendered:
    """A letter in words."""

    subject: str
    text: str
    html: str
    language: str
    blocks: tuple[markup.Block, ...] = ()


class Writer:
    """Writes letters in every language that has a folder; in `language` where the asked-for one has none.

    A notice to a recipient is told from a letter to a person by its name.

    `name` stands beside our address in From. `glossary`: language → words of the configuration → the same in it.
    """

    def __init__(
        self, templates: Path, *, name: str = "", language: str = "en",
        glossary: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:  # fmt: skip
        folder = templates / "letters"
        self._sources = sources(folder)
        self._notices = sources(templates / "notices")
        self._of_notices = {path.stem for path in (templates / "notices" / language).glob("[!_]*.j2")}
        self._typesetting = folder / "paper.typ"
        self._language = language
        self._name = name
        self._glossary = Glossary(glossary or {})
        self._layout = _layout(folder)

    def write(self, letter: str, language: str, values: Mapping[str, Any]) -> Rendered:
        """The letter with these values; jinja2.UndefinedError names a value that is missing."""
        shelf = self._notices if letter in self._of_notices else self._sources
        language = language if language in shelf else self._language
        template = shelf[language].get_template(f"{letter}.j2")
        context = template.new_context(self._glossary.spoken(values, language))
        subject, body = ("".join(template.blocks[name](context)) for name in ("subject", "body"))
        title, blocks = markup.runs(markup.one_line(subject)), markup.read(body)
        html = self._layout.render(language=language, title=title, blocks=blocks)
        return Rendered(markup.said(title), markup.plain(blocks), html, language, blocks)

    def attached(self, wire: bytes, name: str, content: bytes) -> bytes:
        """The finished letter with this zip attached."""
        return envelope.attached(wire, name, content)

    def paper(
        self, content: Mapping[str, Any], *, language: str, company: Mapping[str, Any], window: str, made_at: datetime
    ) -> bytes:  # fmt: skip
        """The letter as PDF for an envelope whose window is there; `content` as `for_paper` made it."""
        language = language if language in self._sources else self._language
        words = self._sources[language]
        letter = {
            "language": language, "title": content["subject"], "company": company["name"],
            "sender": ", ".join([company["name"], *company["address"]]), "to": content["paper"], "window": window,
            "date": words.day(made_at.date()), "page": words.words["sheet"], "blocks": content["blocks"],
        }  # fmt: skip
        return paper.pdf(self._typesetting, letter, made_at)

    @staticmethod
    def for_paper(rendered: Rendered) -> list[dict[str, Any]]:
        """What `paper` needs of a letter, as JSON has room for it."""
        return paper.stored(rendered.blocks)

    def envelope(
        self,
        rendered: Rendered,
        *,
        sender: str,
        to: str,
        message_id: str,
        in_reply_to: str,
        references: Sequence[str],
        sent_at: datetime,
        automatic: bool,
    ) -> bytes:
        """The letter as bytes for the wire, the same for the same input. Refused where a header would not be safe."""
        return envelope.envelope(
            (rendered.text, rendered.html), language=rendered.language, subject=rendered.subject,
            sender=(self._name, sender), to=to, message_id=message_id, in_reply_to=in_reply_to, references=references,
            sent_at=sent_at, automatic=automatic,
        )  # fmt: skip


@cache  # templates are part of the release: read and compiled once a process
def sources(folder: Path) -> Mapping[str, Source]:
    """Language -> its letters, of every language that has words there."""
    languages = sorted(each.name for each in folder.iterdir() if (each / "language.toml").is_file())
    return {each: Source(folder / each) for each in languages}


@cache
def _layout(folder: Path) -> Template:
    found = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    return found.get_template("layout.html.j2")
