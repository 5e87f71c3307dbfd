"""What a plan says of a person's mails: counts per role of the folder and act, marked with what they were made of."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from bot.connectors.mailbox.folders import WORDS, Box, Folders
from bot.connectors.mailbox.letters import MUDDLED, Letter, fate
from bot.connectors.mailbox.session import Session
from bot.law import Right
from bot.workflow import Act, Fate, Line

LIST = "list of mails"
REACHED = frozenset({Right.ACCESS, Right.DELETION, Right.RESTRICTION})
NO_UIDPLUS = "The mail server cannot remove single mails (UIDPLUS): delete these by hand."
NO_BIN = "The mail server cannot move these into the bin: delete them by hand."
NO_MOVE = "The mail server cannot hold mails back in a folder of their own: keep these from being used by hand."


def planned(box: Box, right: Right, letters: Sequence[Letter], unable: str, today: date) -> list[Line]:
    """The plan. Its marks stand for folder, UIDVALIDITY, UID, size and headers: an approval of other mails is none."""
    grouped: dict[tuple[str, Act, str | None], list[tuple[Letter, str]]] = defaultdict(list)
    tasks: Counter[tuple[str, str]] = Counter()
    for each in letters:
        found, role = fate_of(box, right, each, today), each.folder.role
        if each.muddled or (unable and found and found.act != Act.KEEP):
            tasks[role, MUDDLED if each.muddled else unable] += 1
        elif found:
            grouped[role, found.act, found.basis].append((each, found.until or ""))
    lines = [
        Line(
            box.name, WORDS[role], act, len(mine), box.category_of(role), basis,
            max(until for _, until in mine) or None, mark=_mark(each for each, _ in mine),
        )
        for (role, act, basis), mine in grouped.items()
    ]  # fmt: skip
    if right == Right.ACCESS and lines:
        lines.append(Line(box.name, LIST, Act.EXPORT, sum(line.count for line in lines), box.category))
    for (role, words), count in tasks.items():
        aside = "unclear" if words == MUDDLED else "by hand"
        lines.append(Line(box.name, f"{WORDS[role]}, {aside}", Act.TASK, count, words=words))
    return sorted(lines)


def fate_of(box: Box, right: Right, letter: Letter, today: date) -> Fate | None:
    """What this right makes of the mail; None: nothing."""
    if right == Right.ACCESS:
        return Fate(Act.EXPORT)
    if right == Right.DELETION:
        return fate(box, letter, today)
    return None if letter.folder.role == "restricted" else Fate(Act.RESTRICT)


def unable(right: Right, box: Box, folders: Folders, talk: Session) -> str:
    """Why no machine can carry this right out on this server, for whoever has to do it; empty: it can."""
    moves, removes = talk.has("MOVE"), talk.has("UIDPLUS")
    if right == Right.RESTRICTION:
        return "" if moves and not folders.gmail else NO_MOVE
    if right != Right.DELETION:
        return ""
    if box.erase == "expunge" and not removes:
        return NO_UIDPLUS
    needs_bin = folders.gmail or box.erase == "trash"
    return NO_BIN if needs_bin and not (moves and folders.trash) else ""


def _mark(letters: Iterable[Letter]) -> str:
    return hashlib.sha256(b"\n".join(sorted(each.mark for each in letters))).hexdigest()
