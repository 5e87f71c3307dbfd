"""Zoho CRM's contract as a judge: the parts of the vendor's files this project uses, and what the files get wrong.

Each amendment says what it goes by. The files are neither complete nor always in line with the vendor's own manual.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.contracts import Contract, Exchange

Shape = dict[str, Any]
USED = (
    "/org", "/settings/modules", "/settings/fields", "/settings/related_lists", "/coql", "/settings/recycle_bin/{recordId}",
    "/{module}", "/{module}/{recordID}", "/{module}/deleted", "/{module}/search",
    "/{parentRecordModule}/{parentRecordId}/Notes", "/{parentRecordModule}/{parentRecordId}/Notes/{noteId}",
    "/{moduleApiName}/{recordId}/Attachments", "/{moduleApiName}/{recordId}/Attachments/{id}",
    "/{parentRecordModule}/{parentRecord}/{relatedList}", "/{moduleApiName}/{recordId}/actions/get_related_records_count",
    "/{module}/{recordId}/__timeline", "/{moduleName}/{recordId}/Locking_Information__s",
    "/{moduleName}/{recordId}/Locking_Information__s/{lockId}", "/{module}/{record}/photo",
)  # fmt: skip
ERROR = {
    "type": "object", "additionalProperties": False, "required": ["code", "message", "status"],
    "properties": {"code": {"type": "string", "pattern": "^[A-Z_]+$"}, "message": {"type": "string"},
                   "details": {"type": "object"}, "status": {"enum": ["error"]}},
}  # fmt: skip
# v8, status codes: any call may be turned away so, by either envelope, whatever its own file lists.
EVERYWHERE = {"401": ERROR, "429": ERROR}


def contract(shared: Path) -> Contract:
    """The judge. It takes four seconds: once a session."""
    folder = shared / "specs" / "zoho"
    spec = json.loads((folder / "zoho-crm-v8.bundle.json").read_text(encoding="utf-8"))
    spec["paths"] = {path: spec["paths"][path] for path in USED}
    spec["paths"].update(_mails(folder / "v8-2025-06"))
    for operation in _operations(spec):
        for status, schema in EVERYWHERE.items():
            operation["responses"][status] = {"description": "", "content": {"application/json": {"schema": schema}}}
    _amend(spec)
    return Contract(spec, "/crm/v8")


def _operations(spec: Shape) -> Iterator[Shape]:
    for item in spec["paths"].values():
        yield from (item[method] for method in ("get", "put", "post", "delete", "patch") if method in item)


def _amend(spec: Shape) -> None:
    paths = spec["paths"]
    quiet = {"name": "wf_trigger", "in": "query", "schema": {"type": "string", "enum": ["true", "false"]}}
    # SDK 7.0.0 and the files of June 2025 have it, those of 2026 left it out
    for path in ("/{module}", "/{module}/{recordID}"):
        paths[path]["delete"].setdefault("parameters", []).append(quiet)
    # manual, get-attachments: 204 where there are none, and pages
    attachments = paths["/{moduleApiName}/{recordId}/Attachments"]["get"]
    attachments["responses"]["204"] = {"description": "none"}
    page = {"name": "page", "in": "query", "schema": {"type": "integer"}}
    attachments.setdefault("parameters", []).append(page)
    # OpenAPI 3.1, 4.8.14: what is no text has no schema
    for path in ("/{module}/{record}/photo", "/{moduleApiName}/{recordId}/Attachments/{id}"):
        for kind in paths[path]["get"]["responses"]["200"]["content"].values():
            kind.pop("schema", None)


def _mails(folder: Path) -> Shape:
    """GET …/Emails, which only the files of June 2025 describe (OpenAPI 3.0); `owner_id` is for `user_emails` alone."""
    files = {each.name: json.loads(each.read_text(encoding="utf-8")) for each in folder.glob("*.json")}
    whole = files["email_related_records.json"]
    found = {}
    for path, item in whole["paths"].items():
        operation = _inlined(item["get"], whole, files)
        operation["parameters"] = [
            {**each, "required": each["required"] and each["name"] != "owner_id"} for each in operation["parameters"]
        ]
        found[path.removeprefix("/crm/v8")] = {"get": operation}
    return found


def _inlined(part: Any, whole: Shape, files: dict[str, Shape]) -> Any:
    """The part without references, in the words of OpenAPI 3.1."""
    if isinstance(part, list):
        return [_inlined(each, whole, files) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        name, _, place = part["$ref"].partition("#/")
        source = files[name.removeprefix("./")] if name else whole
        target: Any = source
        for step in place.split("/"):
            target = target[step]
        return _inlined(target, source, files)
    made = {name: _inlined(each, whole, files) for name, each in copy.deepcopy(part).items()}
    if made.pop("nullable", False) and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


class Judge:
    """Judges each kind of exchange once: the same call with the same shape of body and answer is no news."""

    def __init__(self, judge: Contract) -> None:
        self.contract = judge
        self._known: set[str] = set()
        self._same: set[tuple[str, str, int, bytes, bytes]] = set()
        self.faults: list[str] = []

    def __call__(self, exchange: Exchange) -> None:
        whole = (exchange.method, exchange.url, exchange.status, exchange.body, exchange.answer)
        if whole in self._same:
            return
        names = sorted(name for name, _ in parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True))
        template = self.contract.template(exchange.url)
        shape = [exchange.method, template, names, _shape(exchange.body), exchange.status, _shape(exchange.answer)]
        key = json.dumps(shape)
        if key in self._known:
            self._same.add(whole)
            return
        faults = [f"{exchange.method} {template} {exchange.status}: {fault}" for fault in self.contract.of(exchange)]
        self.faults += faults
        if not faults:
            self._known.add(key)

    def check(self) -> None:
        """AssertionError with every fault since the last check."""
        faults, self.faults = self.faults, []
        assert not faults, "\n".join(dict.fromkeys(faults))


def _shape(content: bytes) -> Any:
    """Keys and types of what is in it; short words as they are, for codes and enumerations."""
    try:
        return _of(json.loads(content)) if content else None
    except ValueError:
        return "bytes"


def _of(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _of(each) for name, each in sorted(part.items())}
    if isinstance(part, list):
        seen: dict[str, Any] = {}
        for each in part:
            seen.setdefault(json.dumps(_of(each)), _of(each))
        return list(seen.values())
    if isinstance(part, str):
        return part if part.isupper() and len(part) < 40 else "text"
    return type(part).__name__
