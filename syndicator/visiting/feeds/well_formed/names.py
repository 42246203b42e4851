"""Which method of `reader.Reader` reads which element. Names are those of feedparser: in lower case, with the prefix
that their namespace usually has and an underscore."""

from __future__ import annotations

from collections.abc import Mapping

# Namespaces whose elements mean something to feedparser, in lower case.
PREFIXES: Mapping[str, str] = {
    "http://creativecommons.org/ns#license": "cc",
    "http://web.resource.org/cc/": "cc",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
}

_BY_METHOD: Mapping[str, str] = {
    "item": "item entry",
    "title": "title dc_title",
    "media_title": "media_title",
    "link": "link",
    "guid": "guid id",
    "description": "description dc_description media_description",
    "summary": "summary itunes_summary",
    "content": "content",
    "content_encoded": "content_encoded",
    "published": "published issued pubdate dcterms_issued",
    "updated": "updated modified lastbuilddate dc_date dcterms_modified",
    "created": "created dcterms_created",
    "author": "author managingeditor dc_author dc_creator itunes_author",
    "category": "category keywords dc_subject",
    "media_category": "media_category",
    "itunes_category": "itunes_category",
    "itunes_keywords": "itunes_keywords",
    "media_keywords": "media_keywords",
    "enclosure": "enclosure",
    "media_content": "media_content",
    "media_group": "media_group",
    "media_thumbnail": "media_thumbnail",
    "itunes_image": "itunes_image itunes_link",
    "picture": "image",
    "text_input": "textinput",
    "person": "contributor itunes_owner",
    "said_language": "language dc_language",
    "source": "source",
    "rights": "rights copyright dc_rights",
    # what changes nothing that is asked for, as long as there is no more than text in it
    "skip": "subtitle tagline generator webmaster expirationdate cloud url homepage uri name email "
    "width height media_rating media_credit media_restriction media_license media_player itunes_subtitle "
    "dc_publisher dc_contributor dcterms_valid feedburner_browserfriendly "
    "itunes_name itunes_email",
}
NAMES: Mapping[str, str] = {name: method for method, names in _BY_METHOD.items() for name in names.split()}

# Elements of a feed where they do not belong, names under which feedparser keeps something else, and rare ones that it
# makes links of.
BELONG_ELSEWHERE = frozenset(
    (
        "rss",
        "cc_license",
        "creativecommons_license",
        "channel",
        "feed",
        "body",
        "abstract",
        "info",
        "fullitem",
        "newlocation",
        "tags",
        "date",
        "date_parsed",
        "items",
        "entries",
        "authors",
        "links",
        "published_parsed",
        "updated_parsed",
        "created_parsed",
        "title_detail",
        "summary_detail",
        "description_detail",
        "where",
    )
)

# Namespaces whose elements feedparser takes for RSS, Atom or XHTML, in versions that it reads otherwise.
READ_OTHERWISE = frozenset(
    (
        "http://backend.userland.com/rss",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://example.com/necho",
        "http://example.com/newformat#",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://purl.org/atom/ns#",
        "http://purl.org/echo/",
        "http://purl.org/pie/",
        "http://purl.org/rss/1.0/",
        "http://purl.org/rss/1.0/modules/rss091#",
        "http://www.w3.org/1999/xhtml",
        "uri/of/echo/namespace#",
    )
)
