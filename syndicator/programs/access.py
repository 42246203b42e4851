"""Let only requests with a token for programs reach the server that programs call over HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.app.clock import utc_now
from syndicator.configuration.settings import load
from syndicator.console import security
from syndicator.console.api.server import answer_problem
from syndicator.core.errors import ConfigError, MissingError
from syndicator.runs.daemon import LOOPBACK

PATH: Final = "/mcp"
_HOSTS: Final = security.list_allowed_hosts(LOOPBACK, ())


class Gate:
    """An ASGI application in front of `app`. It passes on requests that have a valid token for
    programs, and answers all others itself. `tokens`: the file of tokens. `tell`: logs a line for
    the operator."""

    def __init__(self, app: ASGIApp, tokens: Path, tell: Callable[[str], None]) -> None:
        self._app = app
        self._tokens = tokens
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request: refuse it, or let the server of the tools answer. The web server
        calls this for each connection (ASGI). Other connections, such as WebSocket, are not
        answered."""
        if scope["type"] != "http":
            return
        refusal = self._refuse(Request(scope))
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refuse(self, request: Request) -> Response | None:
        """Return the answer that refuses a request; None if the request may pass, because it is for
        this machine and address, and has a valid token for programs."""
        # several headers of a name are joined, so that they match nothing
        host = ",".join(request.headers.getlist("host"))
        if not security.is_for_us(host, _HOSTS):
            return answer_problem(421, f"this server is for {LOOPBACK} alone")
        if request.url.path != PATH:
            return answer_problem(404, f"the only address is {PATH}")

        authorization = ",".join(request.headers.getlist("authorization"))
        scheme, _, text = authorization.partition(" ")
        try:
            token = security.find_token(self._tokens, text, utc_now())
        except ConfigError as error:
            self._tell(f"mcp: {error}")
            return answer_problem(503, "the tokens cannot be read; the log says why")
        if token is None or scheme.lower() != "bearer":
            challenge = {"www-authenticate": "Bearer"}
            return answer_problem(
                401, "send a valid token: Authorization: Bearer syn_...", challenge
            )
        if not token.may("programs"):
            return answer_problem(403, "this token is for the API: make one with --programs")
        return None


def need_token(config: Path) -> Path:
    """Return the path of the file of tokens of an instance. `config`: its configuration folder.
    Raises MissingError if the file has no token for programs."""
    path = security.find_tokens_file(load(config).state_dir)
    if not security.has_scope(path, "programs"):
        raise MissingError(
            "no program may read over HTTP yet: `syndicator console --token NAME --programs` makes"
            " a token for one"
        )
    return path
