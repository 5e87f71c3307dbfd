"""The Bolt app and its signed HTTP door. Both ways in, socket and HTTP, end in the same listeners."""

import secrets

from slack_bolt import App, BoltResponse
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_bolt.authorization import AuthorizeResult
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.slack.afterwards import Afterwards
from bot.slack.calls import client, quiet

THREADS = 64  # for what follows acknowledgements; they mostly wait for Slack, which opens modals for three seconds only
BODY = 1_000_000  # bytes; Slack's own payloads stay far below


def bolt(token: str, signing_secret: str = "", url: str = "https://slack.com/api/") -> App:
    """A Bolt app without listeners, made without asking Slack anything: it starts while Slack is away.

    Without a signing secret every HTTP request is answered 401; Socket Mode needs none.
    """
    web = client(token, url)
    granted = AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)
    return App(
        name="subjectline.bolt",
        logger=quiet(),
        client=web,
        # ours instead of the token: else the first click of all waits for an auth.test before it is acknowledged
        authorize=lambda: granted,
        signing_secret=signing_secret or secrets.token_hex(32),
        token_verification_enabled=False,
        ssl_check_enabled=False,  # Bolt would answer it before it looks at the signature
        attaching_function_token_enabled=False,  # we have no workflow functions
        raise_error_for_unhandled_request=True,
        # every listener acknowledges and hands over, so it runs on the way in: else Bolt starts a thread for it and
        # looks every 10 ms whether it has acknowledged
        process_before_response=True,
        listener_executor=Afterwards(THREADS),
    )


def close(app: App) -> None:
    """No listener runs any more."""
    app.listener_runner.listener_executor.shutdown(wait=True, cancel_futures=True)


def routes(app: App) -> list[Route]:
    """`/slack/events` for Starlette: events, interactivity and slash commands, each signature-checked by Bolt."""

    async def slack(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        # in a thread: Bolt waits for the listener's acknowledgement, and the loop has others to serve
        return to_starlette_response(await run_in_threadpool(_dispatch, app, request, body))

    return [Route("/slack/events", slack, methods=["POST"])]


def _dispatch(app: App, request: Request, body: bytes) -> BoltResponse:
    try:
        heard = to_bolt_request(request, body)
    except Exception:  # noqa: BLE001 -- Bolt reads before it verifies; what cannot be read is nobody's
        return BoltResponse(status=400, body="")
    return app.dispatch(heard)


async def _body(request: Request) -> bytes | None:
    """The raw body, or None when it is longer than anything Slack sends."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            return None
    return bytes(body)
