"""Who opened a thread of a forum: there the name on the first post counts, and every reply bears one as well. Pure.

Forums say it in schema.org's microdata, or each post has an element for the user's name. Only addresses as forum
software writes them are looked at in the second way: elsewhere a user is somebody who comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from syndicator.core import text
from syndicator.reading.html.document import Document, inner
from syndicator.reading.metadata.authors import person_names

_THREADS = ("DiscussionForumPosting", "SocialMediaPosting", "/Question")
_REPLIES = ("Comment", "Answer")
_ADDRESS = re.compile(
    r"viewtopic|showthread|showtopic|/threads?[/-]|/topics?/|[?&]topic=|/t/[^/?#]+/\d|/d/\d+-|/viewthread|"
    r"[/.]thread-?\d|/forums?/|/discussions?/|//(?:forums?|boards?|bbs|community|discuss)\.",
    re.I,
)
# how forum software calls the element with the name of who posted
_USER = re.compile(
    r"(?:^|[\s_-])(?:big-?)?user-?name(?![a-z])|(?:^|[\s_-])(?:post-?)?user-?name?s?(?=\s|$)|author[_-]?information|"
    r"postuser-name|poster(?:[_-]?name)?(?=\s|$)|post-?profile|post-?left|(?:post|message)[_-]?author|^[hu]-author|\su-author",
    re.I,
)
_MEMBER = re.compile(
    r"member\.php|memberlist\.php|mode=viewprofile|action=profile|profile\.php\?id=|/members?/|/users?[/-]|/u/|/profiles?/|/@",
    re.I,
)
_OUTSIDE = frozenset({"nav", "header", "footer", "aside", "form", "blockquote", "script", "style", "select", "cite"})
_MOST = 30_000  # elements looked at
_LONGEST = 40  # characters of a user's name
_PIECES = 12  # texts of an element among which the name is looked for
_NOBODY = frozenset(
    {"guest", "gast", "invité", "invitado", "anonymous", "user", "username", "login", "register", "member", "members"}
)


def read(document: Document) -> str:
    """The name of who opened the thread that the page shows, "" where it is none or bears no name."""
    body = next(document.tree.iter("body"), document.tree)
    for element in islice(body.iter("div", "article", "section", "main", "body", "span"), _MOST):
        if any(name in (element.get("itemtype") or "") for name in _THREADS):
            return _declared_in_opener(element)
    return _first_user(body) if _ADDRESS.search(document.url) else ""


def _declared_in_opener(thread: Any) -> str:
    """The name in the first author of `thread` that is not a reply's."""
    for element in _without_replies(thread):
        if "author" in (element.get("itemprop") or "").split():
            names = [each for each in element.iter() if "name" in (each.get("itemprop") or "").split()]
            found = (each.get("content") or inner(each, 200) for each in (*names, element))
            return next((name for value in found if (name := _name(value))), "")
    return ""


def _without_replies(thread: Any) -> Iterator[Any]:
    stack = [thread]
    for _ in range(_MOST):
        if not stack:
            return
        element = stack.pop()
        yield element
        stack.extend(
            child
            for child in reversed(element)
            if isinstance(child.tag, str) and not any(name in (child.get("itemtype") or "") for name in _REPLIES)
        )


def _first_user(body: Any) -> str:
    stack = [body]
    for _ in range(_MOST):
        if not stack:
            return ""
        element = stack.pop()
        if name := _user(element):
            return name
        stack.extend(child for child in reversed(element) if isinstance(child.tag, str) and child.tag not in _OUTSIDE)
    return ""


def _user(element: Any) -> str:
    """The name in an element that is marked as a user's, or that links to one within such a mark."""
    if not _USER.search((element.get("class") or "")[:200]):
        return ""
    if element.tag in ("a", "span", "h3", "h4", "strong", "b"):
        return _name(inner(element, 200))
    pieces = (" ".join(piece.split()) for piece in islice(element.itertext(), _PIECES))
    links = (inner(link, 200) for link in element.iter("a") if _MEMBER.search(link.get("href") or ""))
    return next((name for value in (*links, *pieces) if (name := _name(value))), "")


def _name(value: str) -> str:
    name = text.line(value).removeprefix("@").strip(" :,")
    if not 1 < len(name) <= _LONGEST or name.casefold() in _NOBODY or not person_names.is_login(name):
        return ""
    return name
