"""Collect all features that score a block: its own, its containers', its neighbours'. Pure.

A feature is a column: an array with a value for each block. The features are those of
data/block_weights.toml."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from syndicator.reading.body import block_features, containers, overlap
from syndicator.reading.body.block_features import Columns
from syndicator.reading.html import hints as class_hints
from syndicator.reading.html.blocks import Block

# These numbers were chosen by hand before the weights were trained. Who changes one must train
# again.
_MAIN_SHARE = 0.85  # share of the compared text that the main container has at least
# letters of the blocks between which the compared text begins and ends
_LEAST_TAKEN = 30
# how many blocks on both sides of a block are its near and its wide neighbours
_NEAR_BLOCKS = 3
_WIDE_BLOCKS = 8
_LIST_KINDS = ("ul", "ol", "table", "dl")
_SIDES = (("prev", 1), ("next", -1))  # the neighbours of a block, each as an argument of `shift`
# A text without markup of a heading is one if it has fewer letters than this, and more than this
# share of them is a phrase of headings below articles, such as "Related stories".
_TAIL_SHARE = 0.5
_TAIL_LETTERS = 40
_COUNTED_TAIL_SHARE = 0.4  # share from which such a heading is counted
_MOST_TAILS = 5  # such headings that are counted
_NO_OTHERS = 0.5  # the mean overlap of other blocks, if there are none

# Products of two features, where the effect of one depends on the other.
_CROSSED_NAMES = (
    "overlap x in-main; overlap x link; overlap x all-link; says-related x link; in-main x size>80;"
    " in-main x is-h; after-last x size>80; overlap x says-legal; overlap x says-newsletter;"
    " overlap x in-li; overlap x size>40; is-h x next-overlap; is-h x window-overlap; in-li x"
    " list-link; alike-overlap x overlap; alike-overlap x in-main; section-tail x overlap;"
    " section-tail x in-main; in-prose x overlap; in-prose x size>80; overlap-share x overlap;"
    " overlap-share x in-prose; sentence x size>80; after-last x link; before-first x in-main"
)


_CROSSED = [tuple(pair.split(" x ")) for pair in _CROSSED_NAMES.split("; ")]


def compute_text_features(blocks: Sequence[Block], title: str) -> Columns:
    """Return the features of `blocks` that are the same for each reading of the page, since they do
    not depend on a text with which the blocks are compared: by name, each with a value for each
    block. The letters of the blocks must be counted already. `title`: the title of the page."""
    own_features = block_features.compute_block_features(blocks, title)
    return (
        own_features
        | _measure_lists(blocks)
        | _compare_neighbour_kinds(blocks, own_features)
        | _measure_sections(blocks, own_features)
    )


def compute_features(
    blocks: Sequence[Block], box: containers.Containers, text_features: Columns
) -> Columns:
    """Return all features of `blocks` by name; each is a float32 array with a value for each block.
    Before the call, the overlap of each block must be set: the share of its text that is in the
    text with which the page is compared. `text_features`: the features that do not depend on
    overlaps, from `compute_text_features`; `box`: the elements around the blocks, whose sums and
    hints this function updates."""
    containers.add_up_letters(blocks, box)
    containers.weigh_hints(blocks, box)
    main = containers.find_deepest_with(_MAIN_SHARE, box.overlapping, box)
    overlaps = np.array([block.overlap for block in blocks])
    names = class_hints.list_names()
    near_hints = [block.near_hints for block in blocks]
    features: Columns = {
        "overlap": overlaps,
        **text_features,
        **_measure_containers(box, main),
        **_compare_markup(blocks, box),
        **_measure_place(blocks, overlaps),
        **_measure_neighbour_overlaps(blocks, overlaps),
        **block_features.make_bit_columns("near-", names, near_hints),
        **block_features.make_bit_columns("within-", names, _list_inner_hints(blocks, box, main)),
    }
    values: Columns = {
        name: np.asarray(column, dtype=np.float32) for name, column in features.items()
    }
    for name, other_name in _CROSSED:  # features that say more together
        values[f"{name} x {other_name}"] = values[name] * values[other_name]
    return values


def _list_inner_hints(blocks: Sequence[Block], box: containers.Containers, main: int) -> list[int]:
    """Return for each block the hints of the elements around it, as bits. A hint is a word such as
    "sidebar" in the class of an element. For a block in the main container, only the elements
    between it and this container count. `box`: the elements around the blocks; `main`: the number
    of the main container, in which most of the article is."""
    is_inside_main = box.inside(main).tolist()
    parents = box.parent.tolist()
    hints_below_main = [0] * len(box.nodes)
    for number, is_inside in enumerate(is_inside_main):
        if is_inside and number != main:  # its parent has a lower number, so it is done already
            hints_below_main[number] = hints_below_main[parents[number]] | box.hints[number]
    return [
        hints_below_main[number] if is_inside_main[number] else block.hints
        for block, number in zip(blocks, box.element_of.tolist(), strict=True)
    ]


def _measure_containers(box: containers.Containers, main: int) -> Columns:
    """Return features that say how deep each block is in the main container, and how much text,
    matching text and links its parent, grandparent and great-grandparent have. `box`: the elements
    around the blocks; `main`: the number of the main container, in which most of the article is, -1
    if there is none."""
    # arrays: for each block the number of an element
    parent = box.parent[box.element_of]
    grandparent = box.parent[parent]
    depth = box.measure_depths(main)[box.element_of]
    prose_container = containers.find_deepest_with(overlap.PROSE_SHARE, box.prose, box)
    features: Columns = {
        "in-main": depth >= 0,
        "in-prose": box.inside(prose_container)[box.element_of],
        "main-depth": depth,
    }
    ancestors = {"parent": parent, "grand": grandparent, "great": box.parent[grandparent]}
    for name, ancestor_of in ancestors.items():
        letters = np.maximum(box.letters[ancestor_of], 1.0)
        features[f"{name}-overlap"] = box.overlapping[ancestor_of] / letters
        features[f"{name}-link"] = box.linked_letters[ancestor_of] / letters
        if name != "great":
            features[f"{name}-prose"] = box.prose[ancestor_of] / letters
            features[f"{name}-size"] = np.log1p(box.letters[ancestor_of])
    return features


def _measure_lists(blocks: Sequence[Block]) -> Columns:
    """Return features that say how large the innermost list or table around each block is, and how
    many links it has. They are 0 for blocks outside of lists and tables."""
    blocks_of_list: dict[Any, list[Block]] = {}  # a list also has the blocks of lists within it
    for block in blocks:
        for frame in block.frames:
            if frame.kind in _LIST_KINDS:
                blocks_of_list.setdefault(frame, []).append(block)
    features_of_list = {
        frame: _measure_list(inner_blocks) for frame, inner_blocks in blocks_of_list.items()
    }
    without_list = dict.fromkeys(_measure_list(()), 0.0)  # the names of the features, each with 0
    features_by_block: list[dict[str, float]] = []
    for block in blocks:
        features_of_block = without_list
        for frame in reversed(block.frames):  # the innermost element first
            if frame in features_of_list:
                features_of_block = features_of_list[frame]
                break
        features_by_block.append(features_of_block)
    return {name: [features[name] for features in features_by_block] for name in without_list}


def _measure_list(blocks: Sequence[Block]) -> dict[str, float]:
    """Return the features of one list or table by name: the share of its text in links, the number
    of its blocks, their mean length, and the share of its blocks with links to places of the same
    page. Number and length are given as log(1 + value). `blocks`: the blocks in the list."""
    count = len(blocks) or 1
    linked_length = 0
    fragment_count = 0  # blocks with a link within the page
    for block in blocks:
        linked_length += block.linked_length
        if block.linked_length and any(run.href[:1] == "#" for run in block.runs):
            fragment_count += 1
    length = sum(len(block.text) for block in blocks) or 1
    return {
        "list-link": linked_length / length,
        "list-count": math.log1p(len(blocks)),
        "list-size": math.log1p(length / count),
        "list-fragment": fragment_count / count,
    }


def _compare_markup(blocks: Sequence[Block], box: containers.Containers) -> Columns:
    """Return two features that compare each block with the other blocks of the same markup, which
    have the same tags and classes: how many these are, and the share (0 to 1) of their letters that
    is in the text with which the page is compared. If there are no such blocks, the share is 0.5.
    `box`: the elements around the blocks."""
    # for each markup the letters of all blocks with it, and how many are in the compared text
    letters_of: dict[Any, float] = defaultdict(float)
    overlapping_of: dict[Any, float] = defaultdict(float)
    counts = Counter(box.markup)
    for block, markup in zip(blocks, box.markup, strict=True):
        overlapping_of[markup] += block.overlap * block.letters
        letters_of[markup] += block.letters
    # what the others have: the sum less what the block itself has
    means: list[float] = []
    for block, markup in zip(blocks, box.markup, strict=True):
        other_letters = letters_of[markup] - block.letters
        other_overlapping = overlapping_of[markup] - block.overlap * block.letters
        if other_letters > 0:
            means.append(other_overlapping / other_letters)
        else:
            means.append(_NO_OTHERS)
    return {
        "alike-overlap": means,
        "alike-count": [math.log1p(counts[markup] - 1) for markup in box.markup],
    }


def _measure_place(blocks: Sequence[Block], overlaps: Any) -> Columns:
    """Return features that say where each block is on the page, and if and how far it is before or
    after the article. The article is taken to reach from the first to the last long block that is
    in the text with which the page is compared. `overlaps`: for each block, the share of it that is
    in this text."""
    count = len(blocks)
    overlap_shares = _round_to_float32(overlaps)
    letters = _list_letters(blocks)
    is_long_match = (overlap_shares > overlap.MOST) & (letters > _LEAST_TAKEN)
    long_matches = np.flatnonzero(is_long_match)
    first_match = 0  # if there is no match, all is taken to be the article
    last_match = count - 1
    if len(long_matches):
        first_match = int(long_matches[0])
        last_match = int(long_matches[-1])
    index = np.arange(count)
    overlapping = letters * overlap_shares
    overlapping_total = float(overlapping.sum()) or 1.0
    total = float(letters.sum()) or 1.0
    return {
        "before-first": index < first_match,
        "after-last": index > last_match,
        "gap-before": np.log1p(np.maximum(first_match - index, 0)),
        "gap-after": np.log1p(np.maximum(index - last_match, 0)),
        "place": index / count,
        "overlap-before": np.cumsum(overlapping) / overlapping_total,
        "overlap-share": np.full(count, overlapping_total / total),
    }


def _measure_neighbour_overlaps(blocks: Sequence[Block], overlaps: Any) -> Columns:
    """Return features with the overlaps of each block's neighbours: of the two blocks before it, of
    the two after it, and the mean over 3 and over 8 blocks on both sides. `overlaps`: for each
    block, the share of it that is in the text with which the page is compared."""
    overlap_shares = _round_to_float32(overlaps)
    letters = _list_letters(blocks)
    return {
        "prev-overlap": shift(overlap_shares, 1),
        "prev2-overlap": shift(overlap_shares, 2),
        "next-overlap": shift(overlap_shares, -1),
        "next2-overlap": shift(overlap_shares, -2),
        "window-overlap": _average_around(overlap_shares, letters, _NEAR_BLOCKS),
        "wide-overlap": _average_around(overlap_shares, letters, _WIDE_BLOCKS),
    }


def _compare_neighbour_kinds(blocks: Sequence[Block], own_features: Columns) -> Columns:
    """Return features with the links, sizes and kinds of the block before each block and of the
    block after it. `own_features`: the features of each block by itself, by name."""
    link = _round_to_float32(own_features["link"])
    letters = _list_letters(blocks)
    features: Columns = {
        "window-link": _average_around(link, letters, _NEAR_BLOCKS),
        "next-row": shift(own_features["is-row"], -1),
    }
    for side, step in _SIDES:  # the block before it and the block after it
        features[f"{side}-size"] = np.log1p(shift(letters, step))
    kinds = {
        "link": link,
        "h": own_features["is-h"],
        "li": own_features["in-li"],
        "img": own_features["is-img"],
    }
    for name, column in kinds.items():
        for side, step in _SIDES:
            features[f"{side}-{name}"] = shift(column, step)
    return features


def _measure_sections(blocks: Sequence[Block], own_features: Columns) -> Columns:
    """Return features that say how many blocks before each block the last heading and the last h1
    are, and if headings so far are tail headings: such as "Related stories", which stand below
    articles. A short text that is mostly such a phrase counts as a heading. `own_features`: the
    features of each block by itself, by name."""
    section_tail = 0.0  # how much of the last heading is the phrase of a tail heading
    section_age = 0  # blocks since the last heading
    tails_seen = 0  # tail headings so far
    h1_seen = 0.0  # 1.0 from the first h1 on
    h1_distance = 0  # blocks since the last h1
    features: dict[str, list[float]] = {
        "section-tail": [],
        "section-age": [],
        "tail-seen": [],
        "h1-seen": [],
        "h1-distance": [],
    }
    tails = _round_to_float32(own_features["tail-head"]).tolist()
    for block, tail in zip(blocks, tails, strict=True):
        is_heading = block.kind == "h"
        is_like_heading = tail > _TAIL_SHARE and block.letters < _TAIL_LETTERS
        if is_heading or is_like_heading:
            section_tail = tail
            section_age = 0
            tails_seen += tail > _COUNTED_TAIL_SHARE
        if is_heading and block.level == 1:
            h1_seen = 1.0
            h1_distance = 0
        features["section-tail"].append(section_tail)
        features["section-age"].append(math.log1p(section_age))
        features["tail-seen"].append(min(tails_seen, _MOST_TAILS))
        features["h1-seen"].append(h1_seen)
        features["h1-distance"].append(math.log1p(h1_distance))
        section_age += 1
        h1_distance += 1
    return features


def _round_to_float32(values: Any) -> Any:
    """Return `values` as float64, rounded to the precision of float32. Features are stored in that
    precision for training, so that sums of rounded values are the same as in training."""
    return np.asarray(values).astype(np.float32).astype(np.float64)


def _list_letters(blocks: Sequence[Block]) -> Any:
    """Return an array with the number of letters of each block."""
    return np.array([block.letters for block in blocks], dtype=np.float64)


def shift(values: Any, by: int, outside: float = 0.0) -> Any:
    """Return the array `values` with each value moved by `by` places: towards the end, or towards
    the start if `by` is negative. With 1, each place gets the value of the place before it. Places
    that become free get the value `outside`; values moved beyond an end are lost."""
    count = len(values)
    shifted = np.full(count, outside)
    if abs(by) >= count:
        return shifted
    if by >= 0:
        shifted[by:] = values[: count - by]
    else:
        shifted[:by] = values[-by:]
    return shifted


def _average_around(values: Any, weights: Any, reach: int) -> Any:
    """Return an array with a weighted mean for each of `values`: the mean of the value itself and
    of `reach` neighbours on each side. `weights`: the weight of each value."""
    kernel = np.ones(2 * reach + 1)  # a convolution with ones is a sum over these neighbours
    weighted_sums = np.convolve(values * weights, kernel)[reach:-reach]
    weight_sums = np.convolve(weights, kernel)[reach:-reach]
    return weighted_sums / np.maximum(weight_sums, 1.0)
