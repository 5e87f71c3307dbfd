"""Who may what, from the configuration and from user groups of the workspace, as they are now."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from slack_sdk import WebClient

from bot.errors import SubjectlineError
from bot.slack.calls import call
from bot.tickets import Role

FRESH_S = 60.0  # a member who left a group may act no longer than this
BELIEVED_S = 600.0  # while Slack does not tell; then nobody has a role of a group any more


class Groups(Mapping[str, frozenset[Role]]):
    """User id → roles. Reading asks nobody; `refresh` asks Slack who is in the groups. Any thread may call."""

    def __init__(
        self, web: WebClient, named: Mapping[str, frozenset[Role]], groups: Mapping[Role, Sequence[str]],
        *, tick: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._web, self._tick = web, tick
        self._named, self._groups = named, groups
        self._asking = threading.Lock()
        self._told_at = float("-inf")
        self._now: Mapping[str, frozenset[Role]] = named

    def __getitem__(self, user: str) -> frozenset[Role]:
        return self._now[user]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    def refresh(self) -> None:
        """The roles are those of a minute ago at most (docs.slack.dev/reference/methods/usergroups.users.list).

        While Slack does not tell they stay as they were for ten minutes; then those of the configuration alone count,
        and SubjectlineError says why.
        """
        with self._asking:
            if self._tick() - self._told_at < FRESH_S:
                return
            try:
                found = self._ask()
            except SubjectlineError:
                if self._tick() - self._told_at < BELIEVED_S:
                    return
                self._now = self._named
                raise
            self._now, self._told_at = found, self._tick()

    def _ask(self) -> dict[str, frozenset[Role]]:
        found = dict(self._named)
        for role, groups in self._groups.items():
            for group in groups:
                users = call(self._web.usergroups_users_list, repeatable=True, usergroup=group)["users"]
                found |= {user: found.get(user, frozenset()) | {role} for user in users}
        return found
