"""The copy: the way to it, and what is not in it because of others or because it was refused."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from bot.cards.letter import Statement
from bot.desk.provers.about import About, Prover
from bot.desk.provers.decided import refusal_row
from bot.phrases import say


def package(about: About, value: Any) -> Iterable[Statement]:
    """The link leads to a package that is there, and will be for a while."""
    del value
    digest = hashlib.sha256(str(about.content.get("secret", "")).encode()).hexdigest()
    row = about.unit.packages.by_token(digest)
    alive = row is not None and row.revoked_at is None and row.expires_at > about.unit.now
    packed = about.rows("pack")[-1:]
    yield Statement(say("proof.way_to_copy"), about.said(*packed) if alive else ())


def withheld(about: About, value: Sequence[str]) -> Iterable[Statement]:
    for each in value:
        rows = [row for row in about.refusals if " ".join(row.words) in each]
        yield Statement(say("proof.withheld", what=each), refusal_row(about, rows))


def for_others(says: str, verdict: str = "") -> Prover:
    """What was blacked out or left out because it is about other people: a person has decided each piece."""

    def prove(about: About, value: int | str) -> Iterable[Statement]:
        looks = about.unit.looks.of(about.letter.request_id or "")
        decided = [each for each in looks if each.verdict == verdict or (not verdict and each.verdict)]
        if value and (looks or not isinstance(value, str)):
            shown = (
                tuple(say("proof.decided_by", by=each.by) for each in decided)
                if value in {len(decided), str(value)}
                else ()
            )
            yield Statement(f"{say(says)}: {value}", shown)

    return prove
