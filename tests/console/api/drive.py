"""Run by tests with a generated client beside it: `drive.py BASE_URL TOKEN`. Adds, tries, edits and
undoes."""

import sys

from generated import AuthenticatedClient
from generated.api.default import (
    add,
    articles,
    articles_one,
    changes,
    edit,
    sources,
    undo,
    withdraw,
)
from generated.models import AddAdd, EditEdit, UndoUndo, WithdrawWithdraw

with AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2]) as client:
    added = add.sync(
        client=client, body=AddAdd(url=["https://lighthouse.example/feed"], title="Lighthouses")
    )
    assert added.change, added
    [source] = sources.sync(client=client, words=["lighthouse"]).items
    assert source["title"] == "Lighthouses"
    assert source["enabled"]

    [article] = articles.sync(client=client, source="holt", limit=1).items
    tried = withdraw.sync(client=client, body=WithdrawWithdraw(id=article.id), dry_run=True)
    assert (tried.status, tried.dry_run, tried.change) == ("done", True, None), tried

    tag = articles_one.sync_detailed(article.id, client=client).headers["etag"]
    edited = edit.sync(
        client=client, body=EditEdit(id=article.id, title="By a program"), if_match=tag
    )
    assert edited.change
    assert articles_one.sync(article.id, client=client).title == "By a program"
    again = edit.sync_detailed(
        client=client, body=EditEdit(id=article.id, title="Too late"), if_match=tag
    )
    assert again.status_code == 412, again

    for made in (edited, added):
        assert undo.sync(client=client, body=UndoUndo(number=str(made.change))).change
    assert articles_one.sync(article.id, client=client).title == article.title
    assert sources.sync(client=client, words=["lighthouse"]).items == []
    acts = [one["act"] for one in changes.sync(client=client).items]
    assert acts[:4] == ["undo", "undo", "edit", "add"], acts
print("driven")
