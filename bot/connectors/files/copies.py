"""Copies of a person's files: a list with digests, then each of them, read when somebody takes it."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot.connectors import File, Table
from bot.connectors.files.lines import LIST, categories
from bot.connectors.files.rules import shown
from bot.connectors.files.search import Piece
from bot.connectors.files.tree import Closed, Gone, Tree
from bot.errors import Temporary

COLUMNS = ("file", "category", "bytes", "modified", "sha256")
LABELS = {
    "file": "File", "category": "What it is", "bytes": "Size in bytes", "modified": "Last changed (UTC)",
    "sha256": "SHA-256 of its content",
}  # fmt: skip


def copies(tree: Tree, pieces: Sequence[Piece]) -> Iterator[Table | File]:
    """What is handed over, listed, so that nobody can say later that it was less, or something else."""
    if not pieces:
        return
    rows = tuple(
        (_name(piece), piece.rule.label or piece.rule.category, piece.entry.stamp.size, _moment(piece), piece.digest)
        for piece in pieces
    )
    yield Table(
        LIST, categories(pieces), "To show which files there are.", "As the files themselves.", COLUMNS, rows, LABELS,
        label="Your files",
    )  # fmt: skip
    for piece in pieces:
        rule = piece.rule
        yield File(
            _name(piece), rule.category, rule.purpose, rule.retention, _content(tree, piece), rule.source, _look(piece)
        )  # fmt: skip


def _content(tree: Tree, piece: Piece) -> Iterator[bytes]:
    """The content that was counted and listed, or none: Temporary when it changed since."""
    content = hashlib.sha256()
    try:
        for each in tree.pieces(piece.source):
            content.update(each)
            yield each
    except (Gone, Closed):
        raise Temporary("A file went away while it was copied.") from None
    if content.hexdigest() != piece.digest:
        raise Temporary("A file changed while it was copied.")


def _look(piece: Piece) -> str:
    if piece.trouble:
        return f"Such files {piece.trouble[1]}."
    return "" if piece.own else "It was found by its text: it may be about somebody else."


def _name(piece: Piece) -> str:
    return "/".join(shown(each) for each in piece.path)


def _moment(piece: Piece) -> datetime:
    return datetime.fromtimestamp(piece.entry.stamp.changed_ns // 10**9, UTC)
