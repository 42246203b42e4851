"""Reasons of articles and published feeds: their files, texts, pictures and descriptions."""

from syndicator.core.reasons.reason import Reason


class FileReason(Reason):
    """Why an article file or the database cannot be used. The file is not changed."""

    BAD_ARTICLE_FILE = (
        "bad-article-file",
        "the file is no longer a valid article",
        "correct the line in the detail",
    )
    UNREADABLE_FILE = "unreadable-file", "the system cannot read the file", "see the detail"
    DUPLICATE_ARTICLE = "duplicate-article", "another file has the same id", "delete one of the two"
    LOST_FILE = (
        "lost-file",
        "the folder was restored from a backup without this file; its article stays in its feeds",
        (
            "nothing: its page is fetched again; if that is gone, restore the file or `syndicator"
            " prune` it"
        ),
    )
    NO_FILE = (
        "no-file",
        "it has the name of an article file and is none; it is not read",
        "move it away, or give it another name",
    )
    VANISHED = (
        "vanished-file",
        "the file of an article is gone; without it the article leaves its feeds",
        "put the file back; if you deleted it: nothing, `status` names it for a week",
    )
    CLOCK_BEHIND = (
        "clock-behind",
        "a visit or article is later than the clock",
        "set the clock if it is still wrong",
    )
    DATABASE_CORRUPT = (
        "database-corrupt",
        "the database file is damaged",
        "`syndicator reindex` makes a new one",
    )


class HoldReason(Reason):
    """Why `[publish] hold` put an article on hold (`hold_reason` in its file)."""

    PARTIAL = (
        "partial",
        "its page shows only part of the article",
        "look at it, then `syndicator release ID`",
    )
    UNSURE_TEXT = (
        "unsure-text",
        "it is unclear which part of the page is the article",
        "if it is wrong set `select` or `remove` on the source, then `syndicator release ID`",
    )
    UNSURE_CATEGORY = (
        "unsure-category",
        "no category fits well",
        "correct it in the file, then `syndicator release ID`",
    )
    FLOOD = (
        "flood",
        "its source announced ten times its usual number",
        "`syndicator release --source KEY`",
    )
    FIRST = (
        "first-of-source",
        "it is the first article of its source",
        "look at it, then `syndicator release ID`",
    )
    ALL = (
        "all",
        "every new article waits for your approval",
        "look at it, then `syndicator release ID`",
    )
    PRIVATE = (
        "private",
        "it is a mail or a text for subscribers, and this instance is public",
        'set content = "link", "excerpt" or "full" on its source, or publish.secret_path',
    )


class PictureReason(Reason):
    """Why an article shows no picture, or a source no icon. May also be a FetchReason."""

    OFF_LIMITS = (
        "picture-off-limits",
        "page, server or source forbid a copy",
        "set `licence` to override pages",
    )
    FORMAT = "picture-format", "not JPEG, PNG, WebP or GIF, nor ICO for an icon"
    BROKEN = "picture-broken", "the picture is damaged or incomplete"
    PIXELS = "picture-pixels", "the picture has more pixels than a page needs"
    SMALL = "picture-small", "the picture is an icon"
    NO_ICON = "picture-no-icon", "the picture is too wide, too high or too plain for an icon"
    HUNG = "picture-hung", "decoding took too long"
    CRASHED = "picture-crashed", "the decoding process crashed"
    NOT_SHUT_OFF = (
        "picture-not-shut-off",
        "this system cannot isolate the decoding process",
        "see SECURITY.md",
    )


class FeedFileReason(Reason):
    """Why a published feed is incomplete or old."""

    HELD = "held", "the new feed failed validation; the last valid one stays", "see the detail"
    CANNOT_RENDER = (
        "cannot-render",
        "the article cannot be written in one of the formats; it is left out",
    )
    NOT_IN_STORE = "not-on-shelf", "the database lists an unknown article", "`syndicator reindex`"
    HTML_MISSING = "html-missing", "the article's text could not be rendered; its excerpt is shown"
    TEMPLATE = (
        "template",
        "a template of yours cannot be used; ours replaces it",
        "correct the file at the line",
    )


class LintReason(Reason):
    """Defects that `import` finds in articles. They are imported all the same."""

    TAG_CASING = (
        "tag-casing",
        "a tag is spelled unlike its name",
        "write the tag as the detail says",
    )
    BAD_EXCERPT = (
        "bad-excerpt",
        "the excerpt is cut, too long or not plain text",
        "write whole sentences, or none",
    )
    BOILERPLATE = (
        "boilerplate",
        "some lines belong to the site, not to the article",
        "delete the lines",
    )
    BLANK_RUNS = "blank-runs", "several blank lines in a row", "delete them"
    STOCK_IMAGE = (
        "stock-image",
        "the cover is a stock photo or a placeholder",
        "name a picture of the article, or none",
    )
    SITE_AS_AUTHOR = (
        "site-as-author",
        "the author is the name of the site",
        "write the person's name, or none",
    )
    CATEGORY_UNLIKE_TEXT = (
        "category-unlike-text",
        "the text fits another category",
        "correct the category",
    )
    NOT_TAKEN_OVER = "not-taken-over", "a field could not be imported", "see the detail"


class LlmReason(Reason):
    """Why an article is not sent to the language model, or its answer was refused. Our own
    description stays."""

    OPTED_OUT = "opted-out", "the source has llm = false"
    RESERVED = (
        "reserved",
        "its publisher says ai-input: no",
        "set `licence` if it permitted you more",
    )
    EXCERPT_BY_OPERATOR = "excerpt-by-operator", "a person wrote the excerpt"
    EXCERPT_BY_LLM = "excerpt-by-llm", "a language model already wrote the excerpt"
    SHORT = "short", "the article is too short to describe"
    RESTING = (
        "resting",
        "the endpoint failed or asked us to wait",
        "nothing: the detail says when it is asked again",
    )
    BUDGET_CALLS = "budget-calls", "today's calls are used up", "raise describe.llm.daily_calls"
    BUDGET_TOKENS = "budget-tokens", "today's tokens are used up", "raise describe.llm.daily_tokens"
    NOT_A_COMPLETION = (
        "not-a-completion",
        "the answer is not a chat completion",
        "check describe.llm.url",
    )
    HUGE = "huge", "the answer is far too long"
    EMPTY = "empty", "the answer has no excerpt"
    NOT_JSON = "not-json", "the answer is not JSON"
    SHAPE = "shape", "the answer has other JSON fields than requested"
    URL = "url", "the excerpt contains an address"
    LONG = "long", "the excerpt is longer than 55 words or 360 characters"
    CUT = "cut", "the excerpt ends in mid-sentence"
    ELLIPSIS = "ellipsis", "the excerpt contains an ellipsis"
    MARKUP = "markup", "the excerpt contains markup"
    DATELINE = "dateline", "the excerpt begins with a place and a date"
    BYLINE = "byline", "the excerpt begins with its author"
    BOILERPLATE = "boilerplate", "the excerpt is a phrase used on every page"
    QUOTES = "quotes", "the excerpt leaves a quotation or bracket open"
    TITLE = "title", "the excerpt repeats the title"
    SENTENCES = "sentences", "the answer names a sentence that does not exist"
    LOOSE = "loose", "no chosen sentence can be understood alone"
    LANGUAGE = "language", "the excerpt is not in the article's language"
    NUMBER = "number", "the excerpt has a number that is not in the article"
    NAME = "name", "the excerpt has a name that is not in the article"
    UNFOUNDED = "unfounded", "too few words of the excerpt are in the article"
    CATEGORY = "category", "nothing in the article supports the category"
    TAG = "tag", "nothing in the article supports a tag"
