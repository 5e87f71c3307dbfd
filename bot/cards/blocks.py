"""The few Block Kit shapes we use, with Slack's limits (docs.slack.dev/reference/block-kit) kept where they are made.

Words that vary (places, reasons, what a stranger wrote) go into `plain` texts, where Slack parses nothing. `label`
is for words of our own that want bold type; what is put into it is escaped.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.phrases import day, say

Block = dict[str, Any]

SECTION = 3000
HEADER = 150
BUTTON = 75
CHUNK = 1500  # of a long text: 3,000 at most even where Slack counts UTF-16 units
MESSAGE_BLOCKS = 50
MESSAGE_CHARACTERS = 13_000  # over all blocks; Slack refuses at about 13,200, undocumented (bolt-js #2509)
VIEW_BLOCKS = 100

_MEMBER = re.compile(r"[UW][A-Z0-9]{2,30}")


def clean(text: str) -> str:
    """Text without control, bidi, zero-width and surrogate characters; one kind of line end."""
    lines = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text).replace("\t", " ")
    return "".join(sign for sign in lines if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"})


def cut(text: str, limit: int) -> str:
    """Cleaned, on one line, not longer than `limit` characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def escape(text: str) -> str:
    """Nothing in it is a token to Slack (`&`, `<`, `>` in this order)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def told(text: str) -> str:
    """Words of the desk for one person: escaped, but a mention of a team member stays one."""
    return re.sub(r"&lt;@([UW][A-Z0-9]{2,30})&gt;", r"<@\1>", escape(clean(text)[:2000]))


def member(user: str | None) -> str:
    """A mention of a team member, or the word itself (`bot`, `cli`) where it is no user id."""
    if user and _MEMBER.fullmatch(user):
        return f"<@{user}>"
    return escape(cut(user or say("frame.nobody"), 40))


def moment(value: datetime, now: datetime) -> str:
    """`Mon 14 Dec 2026, 09:05` in the zone of `now`."""
    local = value.astimezone(now.tzinfo)
    return say("dates.moment", day=day(local), time=f"{local:%H:%M}")


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text if text.strip() else "-", "emoji": False}


def label(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(cut(text, HEADER))}


def section(text: str, accessory: Block | None = None) -> Block:
    """Our own words with bold type. Values in it are escaped by whoever puts them there."""
    return {"type": "section", "text": label(text)} | ({"accessory": accessory} if accessory else {})


def paragraph(text: str, accessory: Block | None = None) -> Block:
    """Words that vary, as plain text: Slack parses nothing in it."""
    return {"type": "section", "text": plain(text)} | ({"accessory": accessory} if accessory else {})


def fields(*pairs: tuple[str, str]) -> Block:
    """Up to ten short facts, each under its name."""
    return {"type": "section", "fields": [label(f"*{name}*\n{value}") for name, value in pairs]}


def context(text: str) -> Block:
    return {"type": "context", "elements": [label(text)]}


def divider() -> Block:
    return {"type": "divider"}


def lines(texts: Sequence[str], limit: int, rest: str) -> list[Block]:
    """One plain section with a line per text; beyond `limit` lines the phrase `rest` says how many more."""
    shown = [cut(text, 240) for text in texts[:limit]]
    if len(texts) > limit:
        shown.append(say(rest, n=len(texts) - limit))
    return [paragraph(part) for part in chunks("\n".join(shown))] if shown else []


def chunks(text: str) -> list[str]:
    """The text in pieces that fit a section, broken at line ends where there are any."""
    pieces: list[str] = []
    while len(text) > CHUNK:
        at = text.rfind("\n", CHUNK // 2, CHUNK)
        at = at if at > 0 else CHUNK
        pieces.append(text[:at])
        text = text[at:].lstrip("\n")
    return [*pieces, text] if text else pieces


def words(text: str, blocks: int) -> list[Block]:
    """What somebody wrote, as plain text in at most `blocks` sections, with a note of what had to be left out."""
    pieces = chunks(re.sub(r"\n{3,}", "\n\n", clean(text)).strip("\n")) or [say("frame.no_text")]
    shown: list[Block] = [paragraph(piece) for piece in pieces[:blocks]]
    if left := sum(map(len, pieces[blocks:])):
        shown.append(context(say("frame.cut_here", n=left)))
    return shown


def button(text: str, action: str, value: str, *, style: str = "", confirm: Block | None = None) -> Block:
    """`action` is a word of the house (`approve:deletion`), `value` holds ids only."""
    made: Block = {"type": "button", "text": plain(cut(text, BUTTON)), "action_id": action, "value": value}
    return made | ({"style": style} if style else {}) | ({"confirm": confirm} if confirm else {})


def link(text: str, action: str, url: str, *, style: str = "") -> Block:
    """A button that opens an address. Slack tells the app of the press, too."""
    made: Block = {"type": "button", "text": plain(cut(text, BUTTON)), "action_id": action, "url": url}
    return made | ({"style": style} if style else {})


def confirm(title: str, text: str, yes: str, *, danger: bool = False) -> Block:
    """The question Slack asks before it sends the click."""
    made: Block = {"title": plain(cut(title, 100)), "text": plain(cut(text, 300)), "confirm": plain(cut(yes, 30))}
    return made | {"deny": plain(say("frame.not_now"))} | ({"style": "danger"} if danger else {})


def actions(buttons: Iterable[Block]) -> list[Block]:
    """A row of buttons, or nothing where there is none."""
    row = list(buttons)
    return [{"type": "actions", "elements": row}] if row else []


def modal(title: str, blocks: Sequence[Block], metadata: str = "") -> Block:
    """A view. `metadata` holds one id and nothing else: it travels through Slack."""
    made: Block = {"type": "modal", "title": plain(cut(title, 24)), "close": plain(say("frame.close"))}
    made["blocks"] = list(blocks)[:VIEW_BLOCKS]
    return made | ({"private_metadata": metadata} if metadata else {})


def fits(blocks: Sequence[Block]) -> bool:
    """Whether Slack takes these blocks as one message."""
    return len(blocks) <= MESSAGE_BLOCKS and len(json.dumps(blocks, ensure_ascii=False)) <= MESSAGE_CHARACTERS
