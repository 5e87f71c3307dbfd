"""Which modules and fields the organisation has, as its metadata calls tell it now: nothing is known by heart."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from bot.connectors.masks import Sort
from bot.connectors.zoho.api import Api
from bot.connectors.zoho.rules import LINKED, Block
from bot.errors import Refused

SURVEY_S = 600.0  # how long what was read of the metadata is good
RELATED_OF = frozenset({  # modules whose related lists the API tells (v8, related_lists)
    "Leads", "Contacts", "Accounts", "Deals", "Tasks", "Events", "Calls", "Products", "Quotes", "Sales_Orders",
    "Purchase_Orders", "Invoices", "Campaigns", "Vendors", "Price_Books", "Cases", "Solutions",
})  # fmt: skip
NOT_RECORDS = frozenset({"Notes", "Attachments", "Emails", "Activities", "Actions_Performed", "Locking_Information__s"})
STAFF = frozenset({"ownerlookup", "userlookup", "multiuserlookup"})
_SORTS = {
    "date": "date", "datetime": "moment", "boolean": "flag", "integer": "number", "bigint": "number",
    "double": "number", "currency": "number", "percent": "number",
    **dict.fromkeys(("text", "email", "phone", "textarea", "website", "picklist", "richtext"), "text"),
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field, as GET /settings/fields tells it."""

    name: str
    label: str
    kind: str  # `data_type`: text, email, phone, date, picklist, ownerlookup …
    length: int | None
    choices: tuple[str, ...]
    read_only: bool
    mandatory: bool
    hidden: bool  # private.restricted: left out of every answer (v8, GDPR compliance)
    display: bool  # names the record

    @property
    def sort(self) -> Sort:
        return Sort(_SORTS.get(self.kind, "other"), not self.mandatory, self.length)


@dataclass(frozen=True)
class Module:
    name: str
    label: str
    fields: Mapping[str, Field]
    named: tuple[str, ...]  # fields with a person's name, given name first
    related: Mapping[str, str]  # list's name -> the module its records are of, of people's modules only
    list_ids: Mapping[str, str]  # list's name -> its id

    def of_kind(self, *kinds: str) -> tuple[str, ...]:
        """Fields of these kinds that the API shows."""
        return tuple(name for name, each in self.fields.items() if each.kind in kinds and not each.hidden)

    @property
    def emails(self) -> tuple[str, ...]:
        return self.of_kind("email")

    @property
    def phones(self) -> tuple[str, ...]:
        return self.of_kind("phone")

    @property
    def hidden(self) -> tuple[Field, ...]:
        return tuple(each for each in self.fields.values() if each.hidden)

    @property
    def title(self) -> str | None:
        return next((name for name, each in self.fields.items() if each.display), None)

    @property
    def holds_people(self) -> bool:
        return any(each.kind in {"email", "phone"} for each in self.fields.values())


class Register:
    """The metadata, read when they are first needed and anew every ten minutes."""

    def __init__(self, api: Api, block: Block) -> None:
        self._api = api
        self._block = block
        self._lock = Lock()
        self._known: tuple[float, dict[str, Module]] | None = None

    def modules(self, *, fresh: bool = False) -> Mapping[str, Module]:
        """Every module the API reaches, by its name."""
        with self._lock:
            known = self._known
            if fresh or known is None or time.monotonic() - known[0] > SURVEY_S:
                known = self._known = (time.monotonic(), self._surveyed())
            return known[1]

    def people(self) -> dict[str, Module]:
        """Modules whose records are people: with a field for e-mail or telephone, not waved through."""
        found = {name: each for name, each in self.modules().items() if self._of_people(each)}
        for name, each in found.items():
            mails = [field for field in each.fields.values() if field.kind == "email"]
            if mails and not each.emails:
                raise Refused(
                    f"Zoho CRM hides the e-mail address of {name} from the API: nobody can be found there. "
                    f"Show the field, or say in modules.{name}.ignore why nobody in it is meant."
                )
        return found

    def module(self, name: str) -> Module:
        """The module of exactly this name: no other name is ever sent."""
        found = self.modules().get(name)
        if found is None:
            raise Refused(f"Zoho CRM has no module {name[:60]} that the API reaches.")
        return found

    def _of_people(self, module: Module) -> bool:
        return module.holds_people and not self._block.rule(module.name).ignore

    def _surveyed(self) -> dict[str, Module]:
        rows = self._api.rows("GET", "/settings/modules", key="modules")
        reached = [
            (str(row["api_name"]), str(row.get("plural_label") or row["api_name"])) for row in rows
            if row.get("api_supported") and row.get("generated_type") in {"default", "custom"}
            and row.get("status", "visible") != "scheduled_for_deletion" and row["api_name"] not in NOT_RECORDS
        ]  # fmt: skip
        return {each.name: each for each in self._api.side_by_side(self._module, reached) if each.fields}

    def _module(self, told: tuple[str, str]) -> Module:
        name, label = told
        query = {"module": name, "include": "allowed_permissions_to_update"}  # the contract asks for `include`
        nothing = ("INVALID_MODULE", "NOT_SUPPORTED")
        rows = self._api.rows("GET", "/settings/fields", key="fields", query=query, nothing=nothing)
        fields = {str(row["api_name"]): _field(row) for row in rows}
        rule = self._block.rule(name)
        named = rule.named or tuple(each for each in ("First_Name", "Last_Name") if each in fields)
        bare = Module(name, label, fields, named, {}, {})
        if name not in RELATED_OF or not self._of_people(bare):
            return bare
        lists = self._api.rows("GET", "/settings/related_lists", key="related_lists", query={"module": name})
        related = {str(row["api_name"]): str((row.get("module") or {}).get("api_name") or "") for row in lists}
        ids = {str(row["api_name"]): str(row["id"]) for row in lists}
        return Module(name, label, fields, named, related, ids)

    def hanging(self, module: Module) -> dict[str, Module]:
        """List's name → the module whose records hang on a person's: never one of people, nor one of mere links."""
        known, people = self.modules(), self.people()
        return {
            name: known[other] for name, other in module.related.items()
            if other in known and other not in people and other not in LINKED and not self._block.rule(other).ignore
        }  # fmt: skip


def _field(row: Mapping[str, Any]) -> Field:
    private = row.get("private")
    length = row.get("length")
    return Field(
        name=str(row["api_name"]),
        label=str(row.get("field_label") or row.get("display_label") or row["api_name"]),
        kind=str(row.get("data_type")),
        length=int(length) if isinstance(length, int | float) else None,
        choices=tuple(str(each.get("actual_value")) for each in row.get("pick_list_values") or ()),
        read_only=bool(row.get("read_only") or row.get("field_read_only"))
        or (row.get("operation_type") or {}).get("api_update") is False,
        mandatory=bool(row.get("system_mandatory")),
        hidden=isinstance(private, Mapping) and bool(private.get("restricted")),
        display=bool(row.get("display_field")),
    )


