"""Why the language model is not asked, and why an answer of it is refused: codes of `reasons`."""

from __future__ import annotations

from syndicator.core.reasons.base import Reason


class LlmReason(Reason):
    """What the language model is not asked about, and why an answer was refused: our own description stays then."""

    OPTED_OUT = "opted-out", "the source says llm = false"
    RESERVED = "reserved", "its publisher says ai-input: no", "`licence`, where it gave you another word"
    EXCERPT_BY_OPERATOR = "excerpt-by-operator", "a hand wrote the excerpt"
    EXCERPT_BY_LLM = "excerpt-by-llm", "a language model has written the excerpt"
    SHORT = "short", "the article is too short to be described"
    RESTING = "resting", "the endpoint failed or asked to wait", "nothing, it is asked again; the detail says when"
    BUDGET_CALLS = "budget-calls", "today's calls are used up", "raise describe.llm.daily_calls"
    BUDGET_TOKENS = "budget-tokens", "today's tokens are used up", "raise describe.llm.daily_tokens"
    NOT_A_COMPLETION = "not-a-completion", "the endpoint's answer is no chat completion", "check describe.llm.url"
    HUGE = "huge", "the answer is far too long"
    EMPTY = "empty", "no excerpt in the answer"
    NOT_JSON = "not-json", "the answer is no JSON"
    SHAPE = "shape", "the answer's JSON has other fields than asked for"
    URL = "url", "the excerpt has an address in it"
    LONG = "long", "the excerpt is longer than 55 words or 360 characters"
    CUT = "cut", "the excerpt ends in mid-sentence"
    ELLIPSIS = "ellipsis", "the excerpt has an ellipsis in it"
    MARKUP = "markup", "the excerpt has markup in it"
    DATELINE = "dateline", "the excerpt begins with a place and a date"
    BYLINE = "byline", "the excerpt begins with its author"
    BOILERPLATE = "boilerplate", "the excerpt is a phrase that stands on every page"
    QUOTES = "quotes", "the excerpt opens a quotation or bracket that it does not close"
    TITLE = "title", "the excerpt repeats the title"
    SENTENCES = "sentences", "the answer names a sentence that there is not"
    LOOSE = "loose", "none of the chosen sentences can be understood alone"
    LANGUAGE = "language", "the excerpt is in another language than the article"
    NUMBER = "number", "the excerpt has a number that is not in the article"
    NAME = "name", "the excerpt has a name that is not in the article"
    UNFOUNDED = "unfounded", "too few of the excerpt's words are in the article"
    CATEGORY = "category", "nothing in the article speaks for the category"
    TAG = "tag", "nothing in the article speaks for a tag"
