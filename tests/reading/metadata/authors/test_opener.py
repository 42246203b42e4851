"""Find who opened a forum thread, by microdata or by elements of forum software."""

from __future__ import annotations

import pytest

from syndicator.reading.html.document import parse
from syndicator.reading.metadata.metadata import read_metadata

THREAD = "https://forum.quayside.example/viewtopic.php?t=4711"
ARTICLE = "https://www.quayside.example/2024/ferry-times"
HEAD = "<title>Ferry times</title><h1>Ferry times</h1>"
REPLY = (
    '<div itemprop="comment" itemtype="https://schema.org/Comment">'
    '<b itemprop="author"><i itemprop="name">{}</i></b></div>'
)
MARKED = (
    '<div itemscope itemtype="https://schema.org/DiscussionForumPosting">{}<p>When does it'
    " leave?</p>{}</div>"
)
OPENED = (
    '<div class="hidden"><span itemprop="author"><meta itemprop="name"'
    ' content="keel_42"></span></div>'
)


def read_author(html: str, url: str = THREAD) -> str | None:
    return read_metadata(parse(f"<html><body>{HEAD}{html}</body></html>".encode(), url)).author


@pytest.mark.parametrize(
    "post",
    [
        (
            '<dl class="postprofile"><dt><a class="avatar" href="/u/1"></a>'
            '<a class="username" href="memberlist.php?mode=viewprofile&u=1">keel_42</a></dt></dl>'
        ),
        '<div class="postleft"><dl><dt><strong>keel_42</strong></dt><dd>Member</dd></dl></div>',
        '<article><div class="PostUser"><h3 class="PostUser-name">keel_42</h3></div></article>',
        (
            '<div class="author_information"><strong><a'
            ' href="/user-7.html"><span>keel_42</span></a></strong></div>'
        ),
        '<td><a class="bigusername" href="member.php?u=1">keel_42</a></td>',
        (
            '<section class="message-user"><h4><a class="username"'
            ' href="/members/keel.1/">keel_42</a></h4></section>'
        ),
    ],
)
def test_the_name_on_the_first_post_counts(post: str) -> None:
    """The author of a thread is the user of the first post, in the markup of each forum
    software; bosun only replies."""
    first_post = f"<div>{post}<p>When does it leave?</p></div>"
    reply = f"<div>{post.replace('keel_42', 'bosun')}<p>At dawn.</p></div>"

    assert read_author(first_post + reply) == "keel_42"


def test_microdata_name_the_opener_and_not_who_replies() -> None:
    """Microdata of bosun's reply (`Comment`) is ignored, whether it stands after or before that
    of keel_42, who opened the thread, and whether the address is a forum's or not."""
    reply = REPLY.format("bosun")
    reply_after = MARKED.format(OPENED, reply)
    reply_before = MARKED.format(reply, OPENED)

    assert read_author(reply_after, url=THREAD) == "keel_42"
    assert read_author(reply_before, url=ARTICLE) == "keel_42"


def test_a_declared_author_and_nobody_s_name() -> None:
    """A declared author beats names in posts; "Guest" and a name inside of a form are no
    authors."""
    declared = (
        '<script type="application/ld+json">'
        '{"@type":"DiscussionForumPosting","author":{"name":"Ana Lima"}}'
        "</script>"
    )
    on_post = '<a class="username">bosun</a>'
    guest = '<a class="username">Guest</a>'
    in_form = '<form><a class="username">bosun</a></form>'

    assert read_author(declared + on_post) == "Ana Lima"
    assert read_author(guest + "<p>When does it leave?</p>") is None
    assert read_author(in_form + "<p>When does it leave?</p>") is None
