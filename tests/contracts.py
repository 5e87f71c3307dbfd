"""The vendors' own contracts (OpenAPI) as judges: every request of a connector and every answer of a stand-in is held
against them, in this process.

    judge = mailchimp_contract                    # a fixture, loaded once a session
    stand_in.judge = judge                        # keeps every fault in `judge.faults`, by exchange
    …
    judge.check()                                 # AssertionError with all of them

The vendors' files let unknown keys and parameters pass; here objects of a request body are closed, and the names of a
query are compared with those declared. "" passes as a date, as one of the vendors writes "none" so.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from jsonschema import FormatChecker
from jsonschema_path import SchemaPath
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


class Exchange(Protocol):
    """One request and its answer, as a stand-in hands them over. `url` is the vendor's, not the stand-in's."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def status(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def answer(self) -> bytes: ...


@dataclass
class _Request:
    """An exchange's request as openapi-core wants one."""

    host_url: str
    path: str
    method: str
    parameters: RequestParameters
    content_type: str
    body: bytes | None


@dataclass
class _Response:
    status_code: int
    content_type: str
    headers: Headers
    data: bytes | None


@dataclass
class Contract:
    """One vendor's description. Called with an exchange, it keeps what is wrong with it."""

    spec: Mapping[str, Any] = field(repr=False)
    prefix: str  # what stands before the description's paths: `/3.0`
    faults: list[str] = field(default_factory=list)
    seen: int = 0
    _fine: set[tuple[Any, ...]] = field(default_factory=set, repr=False)  # the same again is as right as before

    def __post_init__(self) -> None:
        extra: dict[str, Any] = {
            "extra_format_validators": {"date-time": _moment, "date": _day},
            "extra_media_type_deserializers": {"application/problem+json": json.loads},
            "spec_validator_cls": None,  # the files are as they are
        }
        self.spec = _readable(self.spec)
        path = SchemaPath.from_dict(dict(self.spec))
        self._requests = OpenAPI(path, config=Config(**extra, additional_properties_default_policy="forbid"))
        self._answers = OpenAPI(path, config=Config(**extra))
        self._paths = [(_pattern(template), template) for template in sorted(self.spec["paths"], key=_plain_first)]

    def __call__(self, exchange: Exchange) -> None:
        self.seen += 1
        template = self.template(exchange.url)
        asked = (exchange.method, exchange.url, exchange.body, 200 <= exchange.status < 300)
        told = (exchange.method, template, exchange.status, exchange.kind, exchange.answer)
        where = f"{exchange.method} {template} {exchange.status}"
        for same, judge in ((asked, self.of_request), (told, self.of_answer)):
            if same not in self._fine:
                faults = judge(exchange)
                self.faults += [f"{where}: {fault}" for fault in faults]
                if not faults:
                    self._fine.add(same)

    def check(self) -> None:
        """AssertionError with every fault so far; at least one exchange was judged."""
        faults, self.faults = self.faults, []
        seen, self.seen = self.seen, 0
        assert not faults, "\n".join(dict.fromkeys(faults))
        assert seen, "nothing was judged"

    def of(self, exchange: Exchange) -> list[str]:
        """What is wrong with this exchange, in words."""
        return [*self.of_request(exchange), *self.of_answer(exchange)]

    def of_request(self, exchange: Exchange) -> list[str]:
        faults = self._unknown(exchange)
        # What the stand-in turned away need not be a request the vendor takes: only what succeeded must be.
        if 200 <= exchange.status < 300 or exchange.status == 404:
            faults += _told(lambda: self._requests.validate_request(_request(exchange)))
        return faults

    def of_answer(self, exchange: Exchange) -> list[str]:
        return _told(lambda: self._answers.validate_response(_request(exchange), _response(exchange)))

    def template(self, url: str) -> str:
        """The path as the description writes it; "" for one it does not know."""
        path = urlsplit(url).path.removeprefix(self.prefix) or "/"
        return next((template for pattern, template in self._paths if pattern.fullmatch(path)), "")

    def _unknown(self, exchange: Exchange) -> list[str]:
        template = self.template(exchange.url)
        item = self.spec["paths"].get(template, {})
        operation = item.get(exchange.method.lower())
        if operation is None:
            return [f"the vendor has no {exchange.method} {template or urlsplit(exchange.url).path}"]
        declared = [self._resolved(each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]
        known = {each["name"] for each in declared if each["in"] == "query"}
        asked = [name for name, _ in parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)]
        return [f"the vendor has no parameter {name}" for name in asked if name not in known]

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            found: Any = self.spec
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            part = found
        return part


def _request(exchange: Exchange) -> _Request:
    parts = urlsplit(exchange.url)
    query = ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True))
    headers = Headers(dict(exchange.headers))
    parameters = RequestParameters(query=query, header=headers)
    kind = headers.get("content-type", "") or "application/json"
    host = f"{parts.scheme}://{parts.netloc}"
    return _Request(host, parts.path, exchange.method.lower(), parameters, kind, exchange.body or None)


def _response(exchange: Exchange) -> _Response:
    headers = Headers({"content-type": exchange.kind})
    return _Response(exchange.status, exchange.kind.partition(";")[0], headers, exchange.answer or None)


def _told(check: Callable[[], None]) -> list[str]:
    try:
        check()
    except OpenAPIError as error:
        told, cause = [f"{type(error).__name__}: {error}"], error.__cause__
        while cause is not None:
            inner: Sequence[Any] = getattr(cause, "schema_errors", ())
            told += [f"{'.'.join(map(str, each.absolute_path))}: {each.message}"[:300] for each in inner]
            cause = cause.__cause__
        return ["; ".join(told)]
    return []


def _readable(part: Any) -> Any:
    """Without discriminators between parts that have no name: they point nowhere, and the parts tell themselves apart."""
    if isinstance(part, list):
        return [_readable(each) for each in part]
    if not isinstance(part, dict):
        return part
    nameless = "discriminator" in part and not any("$ref" in each for each in part.get("oneOf", ()))
    return {name: _readable(each) for name, each in part.items() if not (nameless and name == "discriminator")}


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(template)))


def _plain_first(template: str) -> tuple[int, str]:
    return template.count("{"), template


def _moment(value: Any) -> bool:
    return value == "" or FormatChecker().conforms(value, "date-time")


def _day(value: Any) -> bool:
    return value == "" or FormatChecker().conforms(value, "date")
