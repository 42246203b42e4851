"""Train the tagger on confirmed articles; save the learnt state as learnt.npz and load it.

No pickle."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from syndicator.describing.resources import Doubles, Floats, np, order_weights
from syndicator.describing.taxonomy import mentions, taggers
from syndicator.describing.taxonomy.categories import LearntCategories
from syndicator.describing.taxonomy.mentions import Matcher
from syndicator.describing.taxonomy.taggers import FEATURES, LIMIT, LearntTagger, Trust
from syndicator.describing.text import word_index
from syndicator.describing.text.embeddings import load_embedder
from syndicator.describing.text.word_index import Index

UNNAMED: Final = FEATURES[:16]  # in files of older versions, without names
Post = tuple[str, str, Sequence[str]]  # title, text, tags
# Constants were chosen; tests/bench/bench_describing.py shows what a change does.
RIDGE: Final = 0.3  # pull of the ridge regression to zero
MOST_POSTS: Final = 3000  # newest posts: the work grows with the square
FIT_POSTS: Final = 800  # newest posts for the logistic regression
SHRINK: Final = 2.0  # pull of the logistic weights to zero
STEPS: Final = 15  # of Newton's method at most
SMALLEST: Final = 1e-3  # least share of a step, and least gain
OUTER: Final = 0.07  # share of a tag's posts treated as outliers
FEW: Final = 4  # least posts of a tag to measure nearness
AGAIN: Final = 2  # least posts of a tag, to predict one from the others
MOST_TAGS: Final = 5  # tags of an article, for which the threshold is best


class State(NamedTuple):
    """Learnt models: tags, lower-case word -> spelling, trust in merely named tags, categories."""

    tagger: LearntTagger | None
    forms: Mapping[str, str]
    trust: Trust | None = None
    filed: LearntCategories | None = None


def save_learnt(state: State, path: Path) -> None:
    """Write the learnt state. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {
        "written": _pack_lines(sorted(state.forms.values())),
        **(_pack_tagger(state.tagger) if state.tagger else {}),
    }
    if state.trust is not None:
        arrays["trust"] = np.array(state.trust.share)
        arrays["rejected"] = _pack_lines(list(state.trust.rejected))
        arrays["times_rejected"] = np.array(list(state.trust.rejected.values()), dtype=np.int32)
    if state.filed is not None:
        arrays["filed_names"] = _pack_lines(state.filed.names)
        arrays["filed_vectors"] = state.filed.vectors.astype(np.float16)
        arrays["filed_slopes"] = state.filed.slopes
        arrays["filed_weight"] = np.array(state.filed.weight)
    with path.open("wb") as out:
        np.savez_compressed(out, **arrays)


def _pack_tagger(tagger: LearntTagger) -> dict[str, Any]:
    forms = [form for many in tagger.matcher.forms.values() for form in many]
    return {
        "terms": _pack_lines(tagger.index.terms),
        "tags": _pack_lines(tagger.tags),
        "form_numbers": np.array([(form.tag, form.letters) for form in forms], dtype=np.int32),
        "form_stems": _pack_lines([" ".join(form.stems) for form in forms]),
        "form_cases": _pack_lines([form.case for form in forms]),
        "heads": _pack_lines(sorted(tagger.matcher.heads)),
        "idf": tagger.index.idf,
        "starts": tagger.index.starts,
        "rows": tagger.index.rows,
        "values": tagger.index.values.astype(np.float16),
        "has": np.packbits(tagger.has.astype(bool), axis=1),
        "ridge": tagger.ridge.astype(np.float16),
        "vectors": tagger.vectors.astype(np.float16),
        "labels": tagger.labels.astype(np.float16),
        "mentions": tagger.mentions,
        "hits": tagger.hits,
        "close": tagger.close,
        "features": _pack_lines(FEATURES),
        "weights": tagger.weights,
        "threshold": np.array(tagger.threshold),
    }


def load_learnt(path: Path) -> State:
    """Load the file of `save_learnt`. Raises OSError; ValueError, KeyError for other files or
    features."""
    with np.load(path, allow_pickle=False) as state:
        a = {name: state[name] for name in state.files}
    written = {form.casefold(): form for form in _unpack_lines(a["written"]) if form}
    trust = filed = None
    if "trust" in a:
        times = a["times_rejected"].tolist()
        rejected = _unpack_lines(a["rejected"]) if times else ()
        trust = Trust(float(a["trust"]), dict(zip(rejected, times, strict=True)))
    if "filed_names" in a:
        names = _unpack_lines(a["filed_names"])
        vectors = a["filed_vectors"].astype(np.float32)
        filed = LearntCategories(names, vectors, a["filed_slopes"], float(a["filed_weight"]))
    return State(_unpack_tagger(a) if "tags" in a else None, written, trust, filed)


def _unpack_tagger(a: dict[str, Any]) -> LearntTagger:
    tags = _unpack_lines(a["tags"])
    f32 = np.float32
    vectors = a["vectors"].astype(f32)
    index = Index(
        _unpack_lines(a["terms"]),
        a["idf"],
        a["starts"],
        a["rows"],
        a["values"].astype(f32),
        size=len(vectors),
    )
    forms: dict[str, list[mentions.Form]] = {}
    spelled = zip(
        a["form_numbers"].tolist(),
        _unpack_lines(a["form_stems"]),
        _unpack_lines(a["form_cases"]),
        strict=True,
    )
    for (tag, letters), stems, case in spelled:
        parts = tuple(stems.split(" "))
        forms.setdefault(parts[0], []).append(mentions.Form(tag, parts, letters, case))
    has = np.unpackbits(a["has"], axis=1)[:, : len(tags)].astype(f32)
    matcher = Matcher(forms, frozenset(_unpack_lines(a["heads"])))
    labels = a["labels"].astype(f32)
    ridge = a["ridge"].astype(f32)
    threshold = float(a["threshold"])
    names = _unpack_lines(a["features"]) if "features" in a else UNNAMED
    # means, spreads and weights, each in the order of `names`, then the constant
    rows = a["weights"][:-1].reshape(3, len(names))
    ordered = [
        order_weights(dict(zip(names, row.tolist(), strict=True)), FEATURES, "what was learnt")
        for row in rows
    ]
    weights = np.concatenate([*ordered, a["weights"][-1:]]).astype(f32)
    return LearntTagger(
        index,
        tags,
        has,
        ridge,
        vectors,
        labels,
        a["mentions"],
        a["hits"],
        a["close"],
        weights,
        threshold,
        matcher,
    )


def _pack_lines(lines: Sequence[str]) -> Any:
    return np.frombuffer("\n".join(lines).encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _unpack_lines(data: Any) -> tuple[str, ...]:
    return tuple(data.tobytes().decode("utf-8", "surrogatepass").split("\n"))


def fit_learnt(history: Iterable[Post]) -> LearntTagger | None:
    """Fit on (title, text, tags), oldest first; None if no post has a tag."""
    posts = [
        (title, text, tags)
        for title, text, tags in history
        if any(mentions.make_key(tag) for tag in tags)
    ]
    posts = posts[-MOST_POSTS:]
    if not posts:
        return None
    forms = mentions.count_spellings(tags for _, _, tags in posts)
    surfaces = mentions.choose_spellings(forms)
    number = {key: place for place, key in enumerate(sorted(surfaces))}
    has = np.zeros((len(posts), len(number)), dtype=np.float32)
    for row, (_, _, tags) in enumerate(posts):
        has[row, [number[mentions.make_key(tag)] for tag in tags if mentions.make_key(tag)]] = 1
    matcher = mentions.build_matcher((number[key], form) for key in forms for form in forms[key])
    return _fit_tagger(posts, has, tuple(surfaces[key] for key in number), matcher)


def _fit_tagger(
    posts: list[Post], has: Floats, tags: tuple[str, ...], matcher: Matcher
) -> LearntTagger:
    bags = [word_index.count_terms(title, text) for title, text, _ in posts]
    index = word_index.build_index(bags)
    near = np.stack([index.near(counts) for counts in bags])
    vectors = np.stack([load_embedder().article(title, text) for title, text, _ in posts])
    labels = np.stack([load_embedder().mean(tag) for tag in tags])
    cosines = vectors @ vectors.T
    where = taggers.count_mentions(
        [matcher.find(title, text) for title, text, _ in posts], len(tags)
    )
    ridge, left_out = _fit_ridge(near, has)
    shown = np.stack([where[..., 1] > 0, where[..., 0] > 0]).astype(np.float32)
    hits = (shown * has).sum(axis=1)
    mentioned = shown.sum(axis=1)
    rows = slice(max(0, len(posts) - FIT_POSTS), None)
    share = ((has.sum(axis=0) - has) / max(1, len(posts) - 1))[rows]
    right = taggers.measure_precision(
        (hits[:, None] - shown * has)[:, rows], (mentioned[:, None] - shown)[:, rows], share
    )
    columns = taggers.build_features(
        knn=taggers.measure_neighbour_shares(_exclude_self(near)[rows], has),
        ridge=left_out[rows] + has.mean(axis=0),
        placed=where[rows],
        precision=right,
        share=share,
        label=((vectors - vectors.mean(axis=0)) @ labels.T)[rows],
        alike=taggers.measure_neighbour_shares(_exclude_self(cosines)[rows], has),
    )
    # the others cannot predict a tag's only post
    counted = ~((has > 0) & (has.sum(axis=0) < AGAIN))[rows]
    weights = _fit_logistic(columns, has[rows], counted if counted.any() else np.ones_like(counted))
    threshold = _choose_threshold(taggers.predict_chances(columns, weights), has[rows])
    close = _measure_tag_closeness(_exclude_self(cosines), has)
    return LearntTagger(
        index,
        tags,
        has,
        ridge,
        vectors,
        labels,
        mentioned,
        hits,
        close,
        weights,
        threshold,
        matcher,
    )


def _exclude_self(near: Floats) -> Floats:
    out = near.copy()
    np.fill_diagonal(out, -1)
    return out


def _fit_ridge(near: Floats, has: Floats) -> tuple[Floats, Floats]:
    """Return kernel ridge coefficients per tag, and leave-one-out predictions per post (closed
    form)."""
    target = has - has.mean(axis=0)
    inverse = np.linalg.inv(near.astype(np.float64) + RIDGE * np.eye(len(near)))
    coefficients = (inverse @ target).astype(np.float32)
    return coefficients, (target - coefficients / np.diag(inverse)[:, None]).astype(np.float32)


def _measure_tag_closeness(cosines: Floats, has: Floats) -> Floats:
    """Return how near to each other each tag's posts are, without the most distant share OUTER."""

    def outer(members: Any) -> float:
        own = cosines[np.ix_(members, members)]
        return float(np.quantile([taggers.measure_closeness(row[row > -1]) for row in own], OUTER))

    every = outer(np.arange(len(has))) if len(has) > 1 else 0.0
    members = [np.flatnonzero(column) for column in has.T]
    return np.array([outer(own) if len(own) >= FEW else every for own in members], dtype=np.float32)


def _fit_logistic(rows: Floats, has: Floats, counted: Any) -> Floats:
    """Fit by Newton's method with halved steps. Return means, spreads, weights and constant for
    `chances`."""
    x = rows[counted].astype(np.float64)
    y = has[counted].astype(np.float64)
    mean = x.mean(axis=0)
    spread = x.std(axis=0) + 1e-6
    x = np.hstack([(x - mean) / spread, np.ones((len(x), 1))])
    pull = np.append(np.full(len(FEATURES), SHRINK), 1e-3)
    share = min(max(float(y.mean()), 1e-3), 1 - 1e-3)
    theta = np.append(np.zeros(len(FEATURES)), math.log(share / (1 - share)))

    def loss(candidate: Doubles) -> float:
        z = x @ candidate
        return float((np.logaddexp(0, z) - y * z).sum() + 0.5 * (pull * candidate) @ candidate)

    current = loss(theta)
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ theta, -LIMIT, LIMIT)))
        slope = x.T @ (p - y) + pull * theta
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(pull), slope)
        length = 1.0
        while length > SMALLEST and loss(theta - length * step) > current:
            length /= 2
        theta = theta - length * step
        new = loss(theta)
        if current - new < SMALLEST:
            break
        current = new
    return np.concatenate([mean, spread, theta]).astype(np.float32)


def _choose_threshold(probable: Floats, has: Floats) -> float:
    """Return the probability above which tags are assigned, for the best F1 of at most five
    tags."""
    order = np.argsort(-probable, axis=1)[:, :MOST_TAGS]
    top = np.take_along_axis(probable, order, 1)
    right = np.take_along_axis(has, order, 1)
    totals = has.sum(axis=1)

    def f1(bar: float) -> float:
        chosen = top >= bar
        chosen[:, 0] = True
        return float((2 * (chosen * right).sum(axis=1) / (chosen.sum(axis=1) + totals)).mean())

    return max((round(0.1 + 0.02 * n, 2) for n in range(20)), key=f1)
