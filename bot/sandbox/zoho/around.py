"""The calls for what hangs on a record: notes, attachments, mails, history, photo, locks, related records."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.zoho import fields
from bot.sandbox.zoho.book import Row
from bot.sandbox.zoho.desk import EMPTY, NO_SUCH_RECORD, PAGE, Answer, Call, error, no_such_id, shown
from bot.sandbox.zoho.fields import MODULES, USER

MAILS_A_PAGE = 10
NO_LOCKS = error(400, "NOT_ALLOWED", "Required Record Locking Configuration is not present", resource_path_index=2)


def notes(call: Call) -> Answer:
    return call.paged(call.book.state.notes.get(call.number, []), "perPage") if _there(call) else NO_SUCH_RECORD


def delete_note(call: Call) -> Answer:
    return _take_away(call, call.book.state.notes, "note deleted")


def attachments(call: Call) -> Answer:
    if not _there(call):
        return NO_SUCH_RECORD
    if "fields" not in call.query:
        return error(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name="fields")
    found = call.book.state.attachments.get(call.number, [])
    first, size = call.page()
    page = found[first : first + size]
    info = {"per_page": size, "count": len(page), "page": first // size + 1, "more_records": len(found) > first + size,
            "next_page_token": None, "previous_page_token": None, "page_token_expiry": None}  # fmt: skip
    return (200, {"data": page, "info": info}) if page else EMPTY


def attachment(call: Call) -> Answer:
    found = next((each for each in call.book.state.attachments.get(call.number, []) if each["id"] == call.item), None)
    if found is None:
        return EMPTY
    if found["$link_url"]:
        return error(400, "DOWNLOAD_NOT_ALLOWED", "As it is a linked attachment, you can not download it")
    return 200, call.book.state.files[call.item]


def delete_attachment(call: Call) -> Answer:
    return _take_away(call, call.book.state.attachments, "record deleted")


def _take_away(call: Call, held: dict[str, list[Row]], message: str) -> Answer:
    found = held.get(call.number, [])
    kept = [each for each in found if each["id"] != call.item]
    if len(kept) == len(found):
        return no_such_id(3)
    held[call.number] = kept
    call.book.state.files.pop(call.item, None)
    result = {"code": "SUCCESS", "details": {"id": call.item}, "message": message, "status": "success"}
    return 200, {"data": [result]}


def emails(call: Call) -> Answer:
    if not _there(call):
        return NO_SUCH_RECORD
    found = call.book.state.emails.get(call.number, [])
    first = int(call.query.get("index", "0"))
    whole = found[first : first + MAILS_A_PAGE]
    page = [{name: value for name, value in each.items() if name != "content"} for each in whole]
    more = len(found) > first + MAILS_A_PAGE
    info = {"count": len(page), "next_index": str(first + MAILS_A_PAGE) if more else None, "prev_index": None,
            "per_page": MAILS_A_PAGE, "more_records": more}  # fmt: skip
    return (200, {"Emails": page, "info": info}) if page else EMPTY


def email(call: Call) -> Answer:
    found = [each for each in call.book.state.emails.get(call.number, []) if each["message_id"] == call.item]
    info = {"count": len(found), "next_index": None, "prev_index": None, "per_page": 1, "more_records": False}
    return (200, {"Emails": found, "info": info}) if found else EMPTY


def timeline(call: Call) -> Answer:
    found = call.book.state.timelines.get(call.number, [])
    first = int(call.query.get("page_token", "at-0").removeprefix("at-"))
    page = found[first : first + PAGE]
    more = len(found) > first + PAGE
    info = {"count": len(page), "more_records": more, "page": first // PAGE + 1, "per_page": PAGE,
            "next_page_token": f"at-{first + PAGE}" if more else None, "previous_page_token": None}  # fmt: skip
    return (200, {"__timeline": page, "info": info}) if page else EMPTY


def photo(call: Call) -> Answer:
    found = call.book.state.photos.get(call.number)
    return (200, found) if found else EMPTY


def delete_photo(call: Call) -> Answer:
    call.book.state.photos.pop(call.number, None)
    call.rows[call.number]["Record_Image"] = None
    return 200, {"code": "SUCCESS", "details": {}, "message": "photo deleted", "status": "success"}


def related(call: Call) -> Answer:
    if "fields" not in call.query:
        return error(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name="fields")
    if not _there(call):
        return NO_SUCH_RECORD
    wanted = {"id", *call.query["fields"].split(",")}
    rows = [shown(call.list, row) for row in call.book.related(call.number, call.list)]
    return call.paged([{name: row[name] for name in row if name in wanted} for row in rows], "perPage")


def counts(call: Call) -> Answer:
    if not _there(call):
        return NO_SUCH_RECORD
    state = call.book.state
    held: dict[str, Any] = {"Notes": state.notes, "Attachments": state.attachments, "Emails": state.emails}
    answers = []
    for asked in (call.body or {}).get("get_related_records_count", []):
        name = asked["related_list"]["api_name"]
        found = held[name].get(call.number, []) if name in held else call.book.related(call.number, name)
        answers.append([{"count": len(found), "related_list": dict(asked["related_list"])}])
    return 200, {"get_related_records_count": answers}


# -- locks


def lock_information(call: Call) -> Answer:
    fault = _no_lock(call)
    if fault:
        return fault
    found = call.book.state.locks.get(call.number)
    info = {"per_page": 200, "count": 1, "page": 1, "more_records": False}
    return (200, {"data": [found], "info": info}) if found else EMPTY


def lock(call: Call) -> Answer:
    fault = _no_lock(call)
    if fault:
        return fault
    if call.number in call.book.state.locks:
        return error(403, "NOT_ALLOWED", "Record is already locked", resource_path_index=2)
    reason = str(((call.body or {}).get("data") or [{}])[0].get("Locked_Reason__s", ""))
    number, now = call.book.id(), call.book.stamp()
    call.book.state.locks[call.number] = {
        "id": number, "Locked_Reason__s": reason, "Lock_Source__s": "Manual", "Locked_Time__s": now, "$editable": True,
        "Locked_By__s": {"name": USER["name"], "id": USER["id"], "module": "Users"},
        "Locked_For__s": {"module": {"api_name": call.module, "id": fields.module_id(call.module)}, "name": "",
                          "id": call.number},
    }  # fmt: skip
    details = {"id": number, "Created_Time": now, "Modified_Time": now, "Created_By": USER, "Modified_By": USER}
    return 201, {"data": [{"code": "SUCCESS", "details": details, "message": "record locked", "status": "success"}]}


def unlock(call: Call) -> Answer:
    found = call.book.state.locks.get(call.number)
    if found is None or found["id"] != call.item:
        return no_such_id(3)
    del call.book.state.locks[call.number]
    result = {"code": "SUCCESS", "details": {"id": call.item}, "message": "record unlocked", "status": "success"}
    return 200, {"data": [result]}


def _no_lock(call: Call) -> Answer | None:
    if not _there(call):
        return NO_SUCH_RECORD
    return None if MODULES[call.module].lockable else NO_LOCKS


def _there(call: Call) -> bool:
    return call.number in call.rows


CALLS: dict[str, Callable[[Call], Answer]] = {
    "GET /{module}/{record}/Notes": notes,
    "DELETE /{module}/{record}/Notes/{item}": delete_note,
    "GET /{module}/{record}/Attachments": attachments,
    "GET /{module}/{record}/Attachments/{item}": attachment,
    "DELETE /{module}/{record}/Attachments/{item}": delete_attachment,
    "GET /{module}/{record}/Emails": emails,
    "GET /{module}/{record}/Emails/{item}": email,
    "GET /{module}/{record}/__timeline": timeline,
    "GET /{module}/{record}/photo": photo,
    "DELETE /{module}/{record}/photo": delete_photo,
    "POST /{module}/{record}/actions/get_related_records_count": counts,
    "GET /{module}/{record}/Locking_Information__s": lock_information,
    "POST /{module}/{record}/Locking_Information__s": lock,
    "DELETE /{module}/{record}/Locking_Information__s/{item}": unlock,
    "GET /{module}/{record}/{list}": related,
}
