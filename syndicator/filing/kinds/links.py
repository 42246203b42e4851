"""Follow a page whose links to articles the operator selects (`rules.links`)."""

from collections.abc import Sequence

from syndicator.core.errors import NotAFeed, RulesError
from syndicator.core.model import Fetched, FetchResult
from syndicator.core.reasons import FeedReason
from syndicator.filing import worker_functions
from syndicator.filing.context import VisitContext
from syndicator.filing.kinds.kind import (
    Announced,
    Finding,
    Search,
    fetch_source,
    remove_private_site,
)


async def discover(search: Search, earlier: Sequence[Finding]) -> list[Finding]:
    """Return []: a program cannot find such a source, as only the operator can select the links."""
    del search, earlier
    return []


async def fetch(context: VisitContext) -> FetchResult:
    """Fetch the page."""
    return await fetch_source(context, "page")


async def read_entries(context: VisitContext, answer: Fetched) -> Announced:
    """Return the links of the page in `answer` that the selector of the operator (`rules.links`)
    matches, as the entries of a feed. Raises NotAFeed if it matches none, WorkerFailed if the
    worker process cannot read the page."""
    source = context.source
    body = (answer.body, answer.final_url, dict(answer.headers))
    try:
        feed = await context.run.worker.call(worker_functions.read_list, *body, source.rules.links)
    except RulesError as error:
        raise NotAFeed(FeedReason.NO_LINKS, str(error)) from error
    return Announced(feed=remove_private_site(feed, source), answer=answer)
