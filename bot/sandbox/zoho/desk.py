"""What each call of the API does and answers, one function each, over a `Book`. Shapes and codes are Zoho's."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.zoho import fields
from bot.sandbox.zoho.book import Book, Row
from bot.sandbox.zoho.fields import MODULES, USER
from bot.sandbox.zoho.query import Query, QueryError, searched

Answer = tuple[int, Any]  # status and body: JSON, bytes, or None for an empty one
EMPTY: Answer = (204, None)
PAGE = 200
RECORDS_A_PAGE = 100  # as the contract has it for lists of records


class Call:
    """One request, taken apart."""

    def __init__(self, book: Book, parts: Mapping[str, str], query: Mapping[str, str], body: Any) -> None:
        self.book, self.query, self.body = book, query, body
        self.module, self.number = parts.get("module", ""), parts.get("record", "")
        self.item, self.list = parts.get("item", ""), parts.get("list", "")

    @property
    def rows(self) -> dict[str, Row]:
        return self.book.state.records[self.module]

    def page(self, name: str = "per_page", most: int = PAGE) -> tuple[int, int]:
        """(first, how many) of the page asked for."""
        size = min(int(self.query.get(name, most)), most)
        return (int(self.query.get("page", 1)) - 1) * size, size

    def paged(self, rows: list[Any], name: str = "per_page") -> Answer:
        """The page asked for, or nothing."""
        first, size = self.page(name)
        shown = rows[first : first + size]
        info = {"per_page": size, "count": len(shown), "page": first // size + 1,
                "more_records": len(rows) > first + size}  # fmt: skip
        return (200, {"data": shown, "info": info}) if shown else EMPTY


def error(status: int, code: str, message: str, **details: Any) -> Answer:
    return status, {"code": code, "message": message, "details": details, "status": "error"}


def listed(answer: Answer) -> Answer:
    """The same error as calls on records give it: inside `data`."""
    status, body = answer
    return status, {"data": [body]}


def no_such_id(place: int = 1) -> Answer:
    return error(400, "INVALID_DATA", "the id given seems to be invalid", resource_path_index=place)


NO_SUCH_RECORD = error(400, "INVALID_DATA", "the related id given seems to be invalid", resource_path_index=1)


# -- metadata


def modules(_: Call) -> Answer:
    return 200, {"modules": fields.modules()}


def field_list(call: Call) -> Answer:
    name = call.query.get("module", "")
    if name not in MODULES:
        return error(400, "INVALID_MODULE", "the module name given seems to be invalid")
    return 200, {"fields": fields.fields(name)}


def related_lists(call: Call) -> Answer:
    name = call.query.get("module", "")
    return (200, {"related_lists": fields.related_lists(name)}) if name in MODULES else EMPTY


def organisation(_: Call) -> Answer:
    return 200, {"org": [fields.organisation()]}


# -- records


def shown(module: str, row: Row) -> Row:
    """The record as the API shows it: what is hidden from the API is left out."""
    hidden = {each.name for each in MODULES[module].fields if each.hidden}
    return {name: value for name, value in row.items() if name not in hidden}


def _chosen(module: str, row: Row, names: str) -> Row:
    wanted = {"id", *names.split(",")}
    return {name: value for name, value in shown(module, row).items() if name in wanted}


def record_list(call: Call) -> Answer:
    if "fields" not in call.query:
        return listed(error(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing"))
    token = call.query.get("page_token", "")
    size = min(int(call.query.get("per_page", RECORDS_A_PAGE)), RECORDS_A_PAGE)
    first = int(token.removeprefix("after-")) if token else (int(call.query.get("page", 1)) - 1) * size
    if not token and first >= 2000:
        return listed(error(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "use page_token"))
    converted = call.query.get("converted", "false")
    wanted = {"both": {True, False}, "true": {True}, "false": {False}}[converted]
    rows = [row for row in call.rows.values() if bool(row.get("$converted")) in wanted]
    page = [_chosen(call.module, row, call.query["fields"]) for row in rows[first : first + size]]
    more = len(rows) > first + size
    info = {"per_page": size, "count": len(page), "page": first // size + 1, "more_records": more, "sort_by": "id",
            "sort_order": "desc"}  # fmt: skip
    if more:
        info["next_page_token"] = f"after-{first + size}"
    return (200, {"data": page, "info": info}) if page else EMPTY


def record(call: Call) -> Answer:
    row = call.rows.get(call.number)
    return EMPTY if row is None else (200, {"data": [shown(call.module, row)]})


def search(call: Call) -> Answer:
    if not {"email", "phone", "word", "criteria"} & call.query.keys():
        return error(400, "EXPECTED_PARAM_MISSING", "one of them is needed", param_names=["email", "phone", "word"])
    state, index = call.query.get("approval_state", "approved"), call.book.state.index[call.module].values()
    rows = [row for row in index if row.get("$approval_state", "approved") == state]
    found = searched(MODULES[call.module], rows, call.query)
    status, body = call.paged([shown(call.module, row) for row in found])
    if body:
        body["info"] |= {"sort_by": "id", "sort_order": "desc"}
    return status, body


def coql(call: Call) -> Answer:
    try:
        query = Query(str((call.body or {}).get("select_query", "")))
    except QueryError as fault:
        return error(400, fault.code, fault.message, **fault.details)
    rows = call.book.state.records[query.module.name].values()
    found, more = query.answer(row for row in rows if not row.get("$converted") and "$approval_state" not in row)
    return (200, {"data": found, "info": {"count": len(found), "more_records": more}}) if found else EMPTY


def _written(number: str, row: Row | None = None) -> Row:
    details = {"id": number}
    if row is not None:
        details = {**{name: row[name] for name in ("Created_Time", "Modified_Time")}, "id": number,
                   "Created_By": dict(USER), "Modified_By": dict(USER), "$approval_state": "approved"}  # fmt: skip
    word = "deleted" if row is None else "updated"
    return {"code": "SUCCESS", "details": details, "message": f"record {word}", "status": "success"}


def update(call: Call) -> Answer:
    body = call.body if isinstance(call.body, dict) else {}
    given = (body.get("data") or [{}])[0]
    values = {name: value for name, value in given.items() if name != "id"}
    row = call.rows.get(call.number)
    if row is None or row.get("$converted"):  # a converted lead is not changed any more
        return listed(no_such_id())
    if call.number in call.book.state.locks:
        return listed(error(400, "RECORD_LOCKED", "the record is locked", resource_path_index=1))
    fault = _fault(call, values)
    if fault:
        return fault
    changed = call.book.change(call.module, call.number, values, body.get("trigger"))
    return 200, {"data": [_written(call.number, changed)]}


def _fault(call: Call, values: Row) -> Answer | None:
    for name, value in values.items():
        known = MODULES[call.module].by_name.get(name)
        if known is None or known.read_only or known.hidden:
            return listed(error(400, "INVALID_DATA", "invalid data", api_name=name, json_path=f"$.data[0].{name}"))
        if known.mandatory and value in (None, ""):
            return listed(error(400, "MANDATORY_NOT_FOUND", "required field not found", api_name=name))
        if not _fits(known, value):
            return listed(error(400, "INVALID_DATA", "invalid data", api_name=name, json_path=f"$.data[0].{name}"))
    return None


def _fits(known: fields.Field, value: Any) -> bool:
    if value is None:
        return True
    if known.kind == "boolean":
        return isinstance(value, bool)
    if known.kind == "email":
        return isinstance(value, str) and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) is not None
    if known.kind == "date":
        return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    if known.kind in {"text", "phone", "textarea"}:
        return isinstance(value, str) and len(value) <= known.length
    return not (known.kind == "picklist" and value not in known.choices)


def delete(call: Call) -> Answer:
    fault = _undeletable(call, call.number)
    if fault:
        return fault
    call.book.discard(call.module, call.number, workflows=call.query.get("wf_trigger") != "false")
    return 200, {"data": [_written(call.number)]}


def delete_many(call: Call) -> Answer:
    results, failed = [], False
    for number in call.query.get("ids", "").split(","):
        fault = _undeletable(call, number)
        if fault:
            failed = True
            results.append({**fault[1], "details": {"id": number}})
        else:
            call.book.discard(call.module, number, workflows=call.query.get("wf_trigger") != "false")
            results.append(_written(number))
    return 207 if failed else 200, {"data": results}


def _undeletable(call: Call, number: str) -> Answer | None:
    row = call.rows.get(number)
    if row is None:
        return no_such_id()
    if number in call.book.state.locks:
        return error(400, "RECORD_LOCKED", "the record is locked", resource_path_index=1)
    if "$approval_state" in row:
        return error(400, "NOT_APPROVED", "the record is not approved", resource_path_index=1)
    return None


def deleted(call: Call) -> Answer:
    kind, state = call.query.get("type", "all"), call.book.state
    binned = [
        {"id": number, "display_name": _title(each.module, each.row), "type": "recycle",
         "deleted_time": each.at.isoformat(timespec="seconds"), "deleted_by": dict(USER), "created_by": dict(USER)}
        for number, each in state.bin.items() if each.module == call.module
    ]  # fmt: skip
    gone = [
        {"id": number, "display_name": None, "type": "permanent", "deleted_time": at.isoformat(timespec="seconds")}
        for number, at in state.gone[call.module]
    ]
    found = (binned if kind != "permanent" else []) + (gone if kind != "recycle" else [])
    return call.paged(sorted(found, key=lambda each: each["deleted_time"], reverse=True))


def _title(module: str, row: Row) -> str:
    return " ".join(str(row[name]) for name in ("First_Name", MODULES[module].title) if row.get(name))


# -- the recycle bin


def binned(call: Call) -> Answer:
    entry = call.book.state.bin.get(call.number)
    if entry is None:
        return no_such_id(2)
    told = {
        "display_name": _title(entry.module, entry.row), "owner": dict(USER),
        "module": {"api_name": entry.module, "id": fields.module_id(entry.module)}, "deleted_by": dict(USER),
        "deleted_time": entry.at.isoformat(timespec="seconds"), "id": call.number,
    }  # fmt: skip
    return 200, {"recycle_bin": [told], "info": {"per_page": 200, "count": 1, "page": 1, "more_records": False}}


def purge(call: Call) -> Answer:
    if call.number not in call.book.state.bin:
        return no_such_id(2)
    call.book.purge(call.number)
    result = {**_written(call.number), "message": "record deleted permanently"}
    return 200, {"recycle_bin": [result]}


CALLS: dict[str, Callable[[Call], Answer]] = {
    "GET /settings/modules": modules,
    "GET /settings/fields": field_list,
    "GET /settings/related_lists": related_lists,
    "GET /org": organisation,
    "POST /coql": coql,
    "GET /settings/recycle_bin/{record}": binned,
    "DELETE /settings/recycle_bin/{record}": purge,
    "GET /{module}": record_list,
    "DELETE /{module}": delete_many,
    "GET /{module}/search": search,
    "GET /{module}/deleted": deleted,
    "GET /{module}/{record}": record,
    "PUT /{module}/{record}": update,
    "DELETE /{module}/{record}": delete,
}
