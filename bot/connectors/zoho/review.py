"""Looks over everybody: which addresses are held, and who has been away for long."""

from collections.abc import Iterator
from datetime import date

from bot.connectors import Found, Idle
from bot.connectors.zoho.api import Api
from bot.connectors.zoho.people import People, Record, Ref, Someone
from bot.connectors.zoho.register import Module, Register
from bot.errors import Unsupported

LISTED = 100  # records a page (v8, get-records)
ACTIVITY = "Last_Activity_Time"


class Review:
    def __init__(self, name: str, api: Api, register: Register, people: People) -> None:
        self._name = name
        self._api = api
        self._register = register
        self._people = people

    def addresses(self) -> Iterator[str]:
        """Every e-mail address in every module of people, converted leads as well."""
        for module in self._register.people().values():
            names = module.emails
            if not names:
                continue
            rows = self._api.paged(
                "GET", "/{module}", {"module": module.name}, per_page=LISTED,
                query={"fields": ",".join(names[:50]), "converted": "both"},
            )  # fmt: skip
            for row in rows:
                yield from (str(row[name]).strip() for name in names if row.get(name))

    def idle(self, before: date, after: str, limit: int) -> list[Idle]:
        """People none of whose records has seen anything since; each once, by their first record."""
        modules = {name: each for name, each in self._register.people().items() if ACTIVITY in each.fields}
        if not modules:
            raise Unsupported("Zoho CRM notes no last activity in any module of people.")
        start, _, number = after.partition(";")[0].partition(":")
        found: list[Idle] = []
        for name in sorted(modules):
            if name < start:
                continue
            beyond = number if name == start else ""
            while len(found) < limit and (rows := self._quiet(modules[name], before, beyond, limit)):
                for ref in ((name, str(row)) for row in rows):
                    beyond = ref[1]
                    idle = self._idle(ref, modules, before)
                    if idle is not None and len(found) < limit:
                        found.append(idle)
        return found

    def _quiet(self, module: Module, before: date, after: str, limit: int) -> list[str]:
        """Ids of records without activity since, in their order."""
        day = f"{before.isoformat()}T00:00:00+00:00"
        never = f"({ACTIVITY} is null and Created_Time < '{day}')"
        criteria = f"({ACTIVITY} < '{day}' or {never})"
        if after:
            criteria = f"({criteria} and id > {after})"
        query = f"select id from {module.name} where {criteria} order by id asc limit {min(limit, 200)}"  # noqa: S608
        return [str(row["id"]) for row in self._api.rows("POST", "/coql", body={"select_query": query}, safe=True)]

    def _idle(self, ref: Ref, modules: dict[str, Module], before: date) -> Idle | None:
        """The person behind this record, if it is their first one and none of the others has been used since."""
        record = self._people.record(ref)
        if record is None:
            return None
        groups = self._people.find(record.addresses) if record.addresses else []
        someone = next((each for each in groups if ref in {mine.ref for mine in each.records}), Someone((record,)))
        dated = sorted(each.ref for each in someone.records if each.ref[0] in modules and not each.frozen)
        days = [day for each in someone.records if (day := _last(each)) is not None]
        if dated[:1] != [ref] or any(day >= before for day in days):
            return None
        return Idle(Found(self._name, someone.key, someone.addresses), max(days, default=None))


def _last(record: Record) -> date | None:
    """The day of the last activity of the record, else the day it was made."""
    for name in (ACTIVITY, "Created_Time"):
        text = str(record.row.get(name) or "")[:10]
        try:
            return date.fromisoformat(text)
        except ValueError:
            continue
    return None
