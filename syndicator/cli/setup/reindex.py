"""The command reindex."""

from __future__ import annotations

from syndicator.cli.base import CONFIG, Config, Json, app
from syndicator.cli.changing import opened_for_change
from syndicator.cli.plural import counted


@app.command()
def reindex(json: Json = False, config: Config = CONFIG) -> None:
    """Rebuild the database from the article files."""
    from syndicator.cli import printing
    from syndicator.services.article_files import reindexing

    with opened_for_change(config, create=True) as opened:
        done = reindexing.reindex(opened)
    if json:
        printing.as_json(done)
    elif not printing.quiet():
        printing.say(f"{counted(done.articles, 'article')} indexed; `syndicator build` publishes them")
        if done.unlearnt:
            printing.say(
                "no tags were learnt yet, or they are lost: `syndicator learn` learns from those you confirmed"
            )
    printing.log_problems(done.problems)
