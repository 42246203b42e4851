"""Frames with video or audio in the text become links; other frames are removed."""

from __future__ import annotations

import pytest

from syndicator.reading.reader import read

URL = "https://www.harbourpost.example/2024/last-ferry"
STORY = tuple(
    f"The {who} had asked the county for a successor since the spring, and it had answered with a"
    f" form that nobody could fill in before the {day} on which the boats of the island are"
    " painted."
    for who, day in (("captain", "Monday"), ("mate", "Tuesday"), ("cook", "Friday"))
)
FILM = (
    '<iframe src="https://films.example/embed/1" title="The ferry leaves" width="560"'
    ' height="315"></iframe>'
)
LINK = "[The ferry leaves](https://films.example/embed/1)"


def read_paragraphs(inside: str, *, before: str = "", after: str = "") -> list[str]:
    text = f"<p>{STORY[0]}</p>{inside}<p>{STORY[1]}</p><p>{STORY[2]}</p>"
    page = (
        f"<html><title>The last ferry</title><body>{before}<article><h1>The last"
        f" ferry</h1>{text}</article>{after}"
    )
    return read(page.encode(), URL).body.split("\n\n")


@pytest.mark.parametrize(
    ("frame", "link"),
    [
        (FILM, LINK),
        (f"<figure><div class='video'>{FILM}</div></figure>", LINK),
        (f"<p>{FILM}</p>{FILM}", LINK),  # once
        (FILM.replace("src=", "data-src="), LINK),
        (
            '<iframe allowfullscreen src="//films.example/v/7"></iframe>',
            "[films.example](https://films.example/v/7)",
        ),
        (
            '<iframe allow="autoplay; encrypted-media" src="/listen/3"></iframe>',
            "[harbourpost.example](https://www.harbourpost.example/listen/3)",
        ),
        (
            '<iframe width="100%" height="152" src="https://radio.example/episode/9"></iframe>',
            "[radio.example]",
        ),
    ],
)
def test_a_player_inside_the_text_is_a_link(frame: str, link: str) -> None:
    """A frame that plays video or audio, put behind the first of three paragraphs, becomes one
    link there, named by its title, else by its host."""
    first, player, second, third = read_paragraphs(frame)

    assert player.startswith(link)
    assert (first, second, third) == STORY


@pytest.mark.parametrize(
    "frame",
    [
        '<iframe src="https://films.example/counter"></iframe>',
        FILM.replace("https://films.example/embed/1", "about:blank"),
        FILM.replace("https://films.example", "http://127.0.0.1"),
        FILM.replace("https://films.example/embed/1", "javascript:embed/1"),
        FILM.replace('"560"', '"1"'),
        f"<div class='ad-slot'>{FILM}</div>",
        FILM.replace("<iframe", "<iframe class='advert'"),
    ],
)
def test_a_frame_without_a_player_is_no_link(frame: str) -> None:
    """Frames that count visitors, advertise, are invisible or have no public web address leave
    nothing between the paragraphs of the text."""
    assert read_paragraphs(frame) == list(STORY)


def test_a_player_outside_of_the_text_is_no_link() -> None:
    """A player before or after the article element does not belong to it and leaves no link."""
    assert read_paragraphs("", before=FILM) == list(STORY)
    assert read_paragraphs("", after=FILM) == list(STORY)
