"""Plan what the present taxonomy would change in all filed articles (the command `describe`)."""

from collections.abc import Sequence
from datetime import datetime

from syndicator.app.archive import Archive, find_terms
from syndicator.app.clients import open_worker
from syndicator.app.read_configuration import Configuration, find_taxonomy_files
from syndicator.upkeep import reconcile
from syndicator.upkeep.passes import jobs
from syndicator.upkeep.passes.choose import choose_all_articles
from syndicator.upkeep.passes.one_pass import (
    Filed,
    Outcome,
    Plan,
    Progress,
    ignore_progress,
    plan_pass,
    read_filed,
)

BATCH = 20  # articles to a call of the worker


def plan_descriptions(
    archive: Archive,
    configuration: Configuration,
    *,
    since: datetime | None = None,
    progress: Progress = ignore_progress,
) -> Plan:
    """Return the plan of the changes that the present taxonomy makes in filed articles. `since`:
    only articles added since then, None for all. `progress`: called with the number of articles
    done and of all."""
    problems = reconcile.update_from_files(archive, configuration)
    files = find_taxonomy_files(configuration.folder, configuration.settings)
    with open_worker() as worker:

        def describe(articles: Sequence[Filed]) -> Sequence[Outcome]:
            """Describe some articles in the worker. `plan_pass` calls this for each batch."""
            pairs = []
            for filed in articles:
                # the source, with the settings that hold for this article
                source = find_terms(archive, configuration, filed.article)
                pairs.append((filed.article, source))
            return worker.call_sync(
                jobs.describe_articles,
                files,
                pairs,
                configuration.settings.describe.uncategorised,
            )

        return plan_pass(
            archive,
            choose_all_articles(archive, since),
            lambda item: read_filed(archive, item.path),
            describe,
            problems=problems,
            batch=BATCH,
            progress=progress,
        )
