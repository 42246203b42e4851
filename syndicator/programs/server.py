"""Serve the tools to programs over the Model Context Protocol (MCP).

To the program that started us over standard input and output, or over HTTP on loopback
(https://modelcontextprotocol.io). The only module that imports the official SDK. It knows no
articles: `tools` reads them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Final, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field

from syndicator import __version__
from syndicator.app.places import OpenedInstance
from syndicator.core.errors import SyndicatorError, UsageError
from syndicator.health.observing import open_read_only
from syndicator.programs import tools
from syndicator.programs.access import PATH, Gate, need_token
from syndicator.programs.quoting import NOTICE, Found, NamedList, StoryList, WholeArticle
from syndicator.runs.daemon import LOOPBACK, serve_programs
from syndicator.searching.language import MOST_CHARACTERS

_BODY_BYTES: Final = 100_000  # of a request; a question is far shorter
_INSTRUCTIONS: Final = (
    "A read-only archive of the articles that this instance of Syndicator follows. `search` finds"
    " articles, `article` reads one, `stories` lists events that several outlets report, `feeds`"
    f" and `sources` list what there is. Quote with address, source, date and licence. {NOTICE}"
)
_READ_ONLY: Final = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_NO_ANSWER_NOW: Final = "this cannot be answered now; the log of the server says why"

T = TypeVar("T")

Words = Annotated[
    str,
    Field(
        max_length=MOST_CHARACTERS,
        description="Words; also tag: category: source: author: language: title: after: before:,"
        ' "a phrase", and, or, not.',
    ),
]
Id = Annotated[str, Field(max_length=40, description="The id of an article, from `search`.")]
PageSize = Annotated[int, Field(ge=1, le=25, description="How many.")]
Start = Annotated[
    int, Field(ge=0, le=tools.MOST_FOUND, description="`next_start` of the page before.")
]
Character = Annotated[
    int, Field(ge=0, le=tools.MOST_CHARACTERS, description="`next_start` of the part before.")
]
ListSize = Annotated[int, Field(ge=1, le=tools.MOST_ITEMS, description="How many.")]
After = Annotated[str, Field(max_length=300, description="`next_after` of the part before.")]
StoryCount = Annotated[int, Field(ge=1, le=tools.MOST_STORIES, description="How many.")]
Days = Annotated[int, Field(ge=1, le=tools.MOST_DAYS, description="Stories of so many days.")]


class Archive:
    """Answers questions about the instance whose folder of configuration is `config`. It answers
    one at a time, in a thread of its own, because a database is used from one thread. `tell`: logs
    a line for the operator."""

    def __init__(self, config: Path, tell: Callable[[str], None]) -> None:
        self._config = config
        self._tell = tell
        self._thread = ThreadPoolExecutor(1, "programs")

    async def ask(self, question: Callable[[OpenedInstance], T]) -> T:
        """Open the instance, call `question` with it in another thread, and return the result. If
        `question` raises a UsageError, raise a ToolError with the same message. If it raises
        another error, log that, and raise a ToolError with a general message, because the first
        message may have paths that a program must not see."""

        def answer() -> T:
            """Run in the other thread."""
            with open_read_only(self._config) as instance:
                return question(instance)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, answer)
        except UsageError as error:
            raise ToolError(str(error)) from error
        except (SyndicatorError, OSError) as error:
            self._tell(f"mcp: {error}")
            raise ToolError(_NO_ANSWER_NOW) from None


def make_server(config: Path, tell: Callable[[str], None]) -> MCPServer:
    """Return a server with the tools by which programs and language models read an instance.
    `config`: the configuration folder of the instance. `tell`: logs a line for the operator."""
    # the server calls these functions; their names and docstrings describe the tools to programs
    archive = Archive(config, tell)
    server = MCPServer(
        "syndicator", version=__version__, instructions=_INSTRUCTIONS, log_level="WARNING"
    )

    @server.tool(annotations=_READ_ONLY, structured_output=True)
    async def search(query: Words, limit: PageSize = 10, start: Start = 0) -> Found:
        """Find articles by words, names, dates and sources, the best first."""
        return await archive.ask(
            lambda instance: tools.search_articles(instance, query, limit=limit, start=start)
        )

    @server.tool(annotations=_READ_ONLY, structured_output=True)
    async def article(id: Id, start: Character = 0) -> WholeArticle:
        """Read one article: its excerpt, its text if it may be read, and related articles."""
        return await archive.ask(lambda instance: tools.read_article(instance, id, start=start))

    @server.tool(annotations=_READ_ONLY, structured_output=True)
    async def feeds(limit: ListSize = 50, after: After = "") -> NamedList:
        """List the published feeds with their addresses."""
        return await archive.ask(
            lambda instance: tools.list_feeds(instance, limit=limit, after=after)
        )

    @server.tool(annotations=_READ_ONLY, structured_output=True)
    async def stories(limit: StoryCount = 10, days: Days = 3) -> StoryList:
        """List events that several outlets report, with the reports of each."""
        return await archive.ask(
            lambda instance: tools.list_stories(instance, limit=limit, days=days)
        )

    @server.tool(annotations=_READ_ONLY, structured_output=True)
    async def sources(limit: ListSize = 50, after: After = "") -> NamedList:
        """List the sources that the archive follows."""
        return await archive.ask(
            lambda instance: tools.list_sources(instance, limit=limit, after=after)
        )

    return server


async def serve_stdio(config: Path, tell: Callable[[str], None]) -> None:
    """Answer the program that started this process, over standard input and output, until it closes
    them."""
    await make_server(config, tell).run_stdio_async()


async def serve_http(
    config: Path,
    port: int,
    *,
    stop: asyncio.Event,
    listening: Callable[[str], None],
    tell: Callable[[str], None],
) -> None:
    """Answer programs that have a token, over HTTP on this machine, until `stop` is set.
    `listening`: called with the address when the port is open. `tell`: logs a line for the
    operator. Raises MissingError if no token is for programs, or if the port is taken."""
    tokens = need_token(config)
    server = make_server(config, tell)
    # refuse web pages: browsers send the origin of the page, and no origin is allowed
    security = TransportSecuritySettings(
        allowed_hosts=[f"{LOOPBACK}:*", "localhost:*"], allowed_origins=[]
    )
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=_BODY_BYTES,
        transport_security=security,
    )
    async with server.session_manager.run():
        await serve_programs(
            Gate(app, tokens, tell),
            port,
            stop=stop,
            listening=listening,
            body_bytes=lambda path: _BODY_BYTES,
        )
