"""What the watcher knows of the mails it has seen. Outlives a connection, not the process."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic


@dataclass
class Sick:
    """A mail that could not be taken."""

    tries: int = 0
    due: float = 0.0  # monotonic


@dataclass
class Memory:
    """What has been done above the watermark of one mailbox."""

    uidvalidity: int = 0
    watermark: int = 0
    done: set[int] = field(default_factory=set)
    sick: dict[int, Sick] = field(default_factory=dict)
    suspects: set[int] = field(default_factory=set)  # asked for when the line broke: asked one by one from then on

    def start(self, uidvalidity: int, watermark: int) -> None:
        """Knows nothing, unless it already knows this very position."""
        if (uidvalidity, watermark) != (self.uidvalidity, self.watermark):
            self.uidvalidity, self.watermark = uidvalidity, watermark
            self.done.clear()
            self.sick.clear()
            self.suspects.clear()

    def todo(self, found: Iterable[int]) -> list[int]:
        """What is to be tried now: first what never failed, then what failed and has waited long enough."""
        now = monotonic()
        fresh = [uid for uid in found if uid not in self.done]
        well = [uid for uid in fresh if uid not in self.sick]
        return well + [uid for uid in fresh if uid in self.sick and self.sick[uid].due <= now]

    def failed(self, uid: int, wait_s: float, longest_s: float) -> int:
        """The mail is tried again after a while, twice as long each time; how often it has failed now."""
        sick = self.sick.setdefault(uid, Sick())
        sick.tries += 1
        sick.due = monotonic() + min(longest_s, wait_s * 2 ** min(sick.tries - 1, 20))
        return sick.tries

    def finish(self, uid: int) -> None:
        self.done.add(uid)
        self.sick.pop(uid, None)
        self.suspects.discard(uid)

    def portions(self, uids: Iterable[int], size: int) -> Iterator[list[int]]:
        """In order, so many at once; a suspect alone."""
        portion: list[int] = []
        for uid in uids:
            if portion and (len(portion) == size or uid in self.suspects or portion[-1] in self.suspects):
                yield portion
                portion = []
            portion.append(uid)
        if portion:
            yield portion

    def reached(self, found: Sequence[int]) -> int:
        """The watermark these UIDs allow: the last one before the first that is not done."""
        reached = self.watermark
        for uid in found[bisect_right(found, self.watermark) :]:
            if uid not in self.done:
                break
            reached = uid
        return reached

    def move(self, watermark: int) -> None:
        self.watermark = watermark
        self.done = {uid for uid in self.done if uid > watermark}

    def next_due(self) -> float | None:
        """The moment (monotonic) at which a mail wants to be tried again."""
        return min((sick.due for sick in self.sick.values()), default=None)
