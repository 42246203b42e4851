"""Train the tagger on confirmed articles; save what was learnt as learnt.npz and load it.

The file has arrays only, as loading a pickle may run code."""

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
MOST_STEPS: Final = 15  # of Newton's method at most
SMALLEST_STEP: Final = 1e-3  # least share of a step, and least gain
OUTLIER_SHARE: Final = 0.07  # share of a tag's posts treated as outliers
LEAST_POSTS_COMPARED: Final = 4  # least posts of a tag to measure nearness
LEAST_POSTS_TO_PREDICT: Final = 2  # least posts of a tag, to predict one from the others
MOST_TAGS: Final = 5  # tags of an article, for which the threshold is best


class State(NamedTuple):
    """All that was learnt. `forms`: by word in lower case, its usual spelling; `trust`: in tags
    that articles only name; `filed`: what confirmed categories teach."""

    tagger: LearntTagger | None
    forms: Mapping[str, str]
    trust: Trust | None = None
    filed: LearntCategories | None = None


def save_learnt(state: State, path: Path) -> None:
    """Write `state`, the results of learning from confirmed articles, to the file `path`. Raises
    OSError."""
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
    """Return the data of a tagger as arrays, by their names in the file of learnt data."""
    index = tagger.index
    forms: list[mentions.Form] = []
    for forms_of_stem in tagger.matcher.forms.values():
        forms.extend(forms_of_stem)
    form_numbers = [(form.tag, form.letters) for form in forms]
    form_stems = [" ".join(form.stems) for form in forms]
    form_cases = [form.case for form in forms]
    has_tag = tagger.has.astype(bool)
    return {
        "terms": _pack_lines(index.terms),
        "tags": _pack_lines(tagger.tags),
        "form_numbers": np.array(form_numbers, dtype=np.int32),
        "form_stems": _pack_lines(form_stems),
        "form_cases": _pack_lines(form_cases),
        "heads": _pack_lines(sorted(tagger.matcher.heads)),
        "idf": index.idf,
        "starts": index.starts,
        "rows": index.rows,
        "values": index.values.astype(np.float16),
        "has": np.packbits(has_tag, axis=1),
        "ridge": tagger.ridge.astype(np.float16),
        "vectors": tagger.vectors.astype(np.float16),
        "labels": tagger.labels.astype(np.float16),
        "mentions": tagger.mentions,
        "hits": tagger.hits,
        "close": tagger.closeness,
        "features": _pack_lines(FEATURES),
        "weights": tagger.weights,
        "threshold": np.array(tagger.threshold),
    }


def load_learnt(path: Path) -> State:
    """Return the results of learning from a file that `save_learnt` wrote. In files of earlier
    versions, some of them are missing. Raises OSError; ValueError or KeyError if it is another
    file, or one with other features."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    forms = {form.casefold(): form for form in _unpack_lines(arrays["written"]) if form}
    tagger = _unpack_tagger(arrays) if "tags" in arrays else None
    trust = None
    if "trust" in arrays:
        times = arrays["times_rejected"].tolist()
        rejected = _unpack_lines(arrays["rejected"]) if times else ()
        trust = Trust(float(arrays["trust"]), dict(zip(rejected, times, strict=True)))
    filed = None
    if "filed_names" in arrays:
        names = _unpack_lines(arrays["filed_names"])
        vectors = arrays["filed_vectors"].astype(np.float32)
        weight = float(arrays["filed_weight"])
        filed = LearntCategories(names, vectors, arrays["filed_slopes"], weight)
    return State(tagger, forms, trust, filed)


def _unpack_tagger(arrays: dict[str, Any]) -> LearntTagger:
    """Return the tagger that `arrays`, the arrays of a file by name, describe. Raises KeyError if
    an array is missing, ValueError if the file is of a version with other features."""
    f32 = np.float32  # the arrays are stored with fewer digits
    tags = _unpack_lines(arrays["tags"])
    vectors = arrays["vectors"].astype(f32)
    has_tag = np.unpackbits(arrays["has"], axis=1)[:, : len(tags)]  # without the padding bits
    index = Index(
        terms=_unpack_lines(arrays["terms"]),
        idf=arrays["idf"],
        starts=arrays["starts"],
        rows=arrays["rows"],
        values=arrays["values"].astype(f32),
        size=len(vectors),
    )
    return LearntTagger(
        index=index,
        tags=tags,
        has=has_tag.astype(f32),
        ridge=arrays["ridge"].astype(f32),
        vectors=vectors,
        labels=arrays["labels"].astype(f32),
        mentions=arrays["mentions"],
        hits=arrays["hits"],
        closeness=arrays["close"],
        weights=_unpack_weights(arrays),
        threshold=float(arrays["threshold"]),
        matcher=_unpack_matcher(arrays),
    )


def _unpack_matcher(arrays: dict[str, Any]) -> Matcher:
    """Return the matcher, which finds tags in texts, from the arrays of a file."""
    forms: dict[str, list[mentions.Form]] = {}  # the spellings of tags, by the first stem
    packed_forms = zip(
        arrays["form_numbers"].tolist(),
        _unpack_lines(arrays["form_stems"]),
        _unpack_lines(arrays["form_cases"]),
        strict=True,
    )
    for (tag, letters), joined_stems, case in packed_forms:
        stems = tuple(joined_stems.split(" "))
        forms.setdefault(stems[0], []).append(mentions.Form(tag, stems, letters, case))
    return Matcher(forms, frozenset(_unpack_lines(arrays["heads"])))


def _unpack_weights(arrays: dict[str, Any]) -> Floats:
    """Return the weights of the features from the arrays of a file, which may have them in another
    order than FEATURES. The result has the means, the spreads and the weights of the features in
    this order, then a constant. Raises ValueError if the file has other features."""
    # files of earlier versions do not name their features
    names = _unpack_lines(arrays["features"]) if "features" in arrays else UNNAMED
    constant = arrays["weights"][-1:]
    means_spreads_weights = arrays["weights"][:-1].reshape(3, len(names))
    ordered = []
    for values in means_spreads_weights:
        value_by_name = dict(zip(names, values.tolist(), strict=True))
        ordered.append(order_weights(value_by_name, FEATURES, "what was learnt"))
    return np.concatenate([*ordered, constant]).astype(np.float32)


def _pack_lines(lines: Sequence[str]) -> Any:
    """Return texts without line feeds as one array of bytes."""
    return np.frombuffer("\n".join(lines).encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _unpack_lines(data: Any) -> tuple[str, ...]:
    """Return the texts that `_pack_lines` put into an array."""
    return tuple(data.tobytes().decode("utf-8", "surrogatepass").split("\n"))


def fit_learnt(history: Iterable[Post]) -> LearntTagger | None:
    """Return a tagger that has learnt from posts whose tags were confirmed; None if no post has a
    tag. `history`: the posts as (title, text, tags), the oldest first; only the newest MOST_POSTS
    are used."""
    # the posts that have a tag
    posts = []
    for title, text, tags in history:
        if any(mentions.make_key(tag) for tag in tags):
            posts.append((title, text, tags))
    posts = posts[-MOST_POSTS:]
    if not posts:
        return None

    # number the tags; all spellings of a tag have one key, the stems of its words
    forms = mentions.count_spellings(tags for _, _, tags in posts)
    spelling_by_key = mentions.choose_spellings(forms)
    number_by_key = {key: number for number, key in enumerate(sorted(spelling_by_key))}

    # an array post x tag, 1 if the post has the tag
    has = np.zeros((len(posts), len(number_by_key)), dtype=np.float32)
    for row, (_, _, tags) in enumerate(posts):
        keys = map(mentions.make_key, tags)
        has[row, [number_by_key[key] for key in keys if key]] = 1

    numbered_forms: list[tuple[int, str]] = []
    for key, forms_of_key in forms.items():
        numbered_forms.extend((number_by_key[key], form) for form in forms_of_key)
    matcher = mentions.build_matcher(numbered_forms)
    names = tuple(spelling_by_key[key] for key in number_by_key)
    return _fit_tagger(posts, has, names, matcher)


def _fit_tagger(
    posts: list[Post], has: Floats, tags: tuple[str, ...], matcher: Matcher
) -> LearntTagger:
    """Return a tagger that has learnt from `posts`. `has`: an array post x tag, 1 if the post has
    the tag. `tags`: the names of the tags. `matcher`: finds tags in texts.

    The features of a post are computed from the other posts alone. With the post itself, its own
    tags would predict themselves, which is not possible for a new article."""
    bags = [word_index.count_terms(title, text) for title, text, _ in posts]
    index = word_index.build_index(bags)
    word_nearness = np.stack([index.measure_nearness(counts) for counts in bags])
    vectors = np.stack([load_embedder().embed_article(title, text) for title, text, _ in posts])
    labels = np.stack([load_embedder().embed(tag) for tag in tags])
    cosines = _exclude_self(vectors @ vectors.T)
    found = [matcher.find(title, text) for title, text, _ in posts]
    placed = taggers.count_mentions(found, len(tags))
    ridge, predictions = _fit_ridge(word_nearness, has)
    is_in = [placed[..., taggers.IN_TEXT] > 0, placed[..., taggers.IN_TITLE] > 0]
    is_mentioned = np.stack(is_in).astype(np.float32)
    hits = (is_mentioned * has).sum(axis=1)
    mentioned = is_mentioned.sum(axis=1)

    # features of the newest posts
    newest = slice(max(0, len(posts) - FIT_POSTS), None)
    share = ((has.sum(axis=0) - has) / max(1, len(posts) - 1))[newest]
    other_hits = (hits[:, None] - is_mentioned * has)[:, newest]
    other_mentions = (mentioned[:, None] - is_mentioned)[:, newest]
    features = taggers.build_features(
        knn=taggers.measure_neighbour_shares(_exclude_self(word_nearness)[newest], has),
        ridge=predictions[newest] + has.mean(axis=0),
        placed=placed[newest],
        precision=taggers.measure_precision(other_hits, other_mentions, share),
        share=share,
        label=((vectors - vectors.mean(axis=0)) @ labels.T)[newest],
        alike=taggers.measure_neighbour_shares(cosines[newest], has),
    )

    # learn how much each feature counts; other posts cannot predict a tag that only one post has
    is_only_post = (has > 0) & (has.sum(axis=0) < LEAST_POSTS_TO_PREDICT)
    counted = ~is_only_post[newest]
    if not counted.any():
        counted = np.ones_like(counted)
    weights = _fit_logistic(features, has[newest], counted)
    chances = taggers.predict_chances(features, weights)
    return LearntTagger(
        index=index,
        tags=tags,
        has=has,
        ridge=ridge,
        vectors=vectors,
        labels=labels,
        mentions=mentioned,
        hits=hits,
        closeness=_measure_tag_closeness(cosines, has),
        weights=weights,
        threshold=_choose_threshold(chances, has[newest]),
        matcher=matcher,
    )


def _exclude_self(similarities: Floats) -> Floats:
    """Return a copy of `similarities`, which compares each post with each post, with -1 where a
    post is compared with itself."""
    result = similarities.copy()
    np.fill_diagonal(result, -1)
    return result


def _fit_ridge(near: Floats, has: Floats) -> tuple[Floats, Floats]:
    """Fit a kernel ridge regression, which predicts the tags of a post from similar posts. Return
    two arrays post x tag: its coefficients, and its predictions for each post when it does not know
    this post (leave-one-out, in closed form).

    `near`: the similarity of each two posts. `has`: post x tag, 1 if the post has the tag."""
    deviations = has - has.mean(axis=0)
    penalty = RIDGE * np.eye(len(near))
    inverse = np.linalg.inv(near.astype(np.float64) + penalty)
    coefficients = (inverse @ deviations).astype(np.float32)
    errors_without_post = coefficients / np.diag(inverse)[:, None]
    predictions = deviations - errors_without_post
    return coefficients, predictions.astype(np.float32)


def _measure_tag_closeness(cosines: Floats, has: Floats) -> Floats:
    """Return a number for each tag that says how similar its posts are: all of them, except the
    OUTLIER_SHARE farthest, are at least so near to the others. A tag with fewer than
    LEAST_POSTS_COMPARED posts gets the number of all posts together. `cosines`: the similarity of
    each two posts, -1 for a post with itself. `has`: post x tag, 1 if the post has the tag."""
    of_all_posts = 0.0
    if len(has) > 1:
        of_all_posts = _measure_group_closeness(cosines, np.arange(len(has)))
    closeness = []
    for column in has.T:
        members = np.flatnonzero(column)
        if len(members) >= LEAST_POSTS_COMPARED:
            closeness.append(_measure_group_closeness(cosines, members))
        else:
            closeness.append(of_all_posts)
    return np.array(closeness, dtype=np.float32)


def _measure_group_closeness(cosines: Floats, members: Any) -> float:
    """Return a number that says how similar the posts `members` are: all of them, except the
    OUTLIER_SHARE farthest, are at least so near to the others. `cosines`: the similarity of each
    two posts, -1 for a post with itself. `members`: row numbers."""
    among_members = cosines[np.ix_(members, members)]
    nearness = [taggers.measure_closeness(row[row > -1]) for row in among_members]
    return float(np.quantile(nearness, OUTLIER_SHARE))


def _fit_logistic(rows: Floats, has: Floats, counted: Any) -> Floats:
    """Fit a logistic regression, which predicts from features if a post has a tag. Return one array
    with the means, the spreads and the weights of the features, then a constant (see
    `taggers.predict_chances`).

    `rows`: the features of each post and tag (post x tag x feature). `has`: post x tag, 1 if the
    post has the tag. `counted`: post x tag, False for pairs that are left out."""
    x = rows[counted].astype(np.float64)
    y = has[counted].astype(np.float64)
    # standardise the features, and add a column of ones for the constant
    mean = x.mean(axis=0)
    spread = x.std(axis=0) + 1e-6
    x = np.hstack([(x - mean) / spread, np.ones((len(x), 1))])
    # penalties for large weights, hardly any for the constant
    pull = np.append(np.full(len(FEATURES), SHRINK), 1e-3)
    # begin without weights, with the constant that fits the share of tags
    share = min(max(float(y.mean()), 1e-3), 1 - 1e-3)
    theta = np.append(np.zeros(len(FEATURES)), math.log(share / (1 - share)))

    def measure_loss(candidate: Doubles) -> float:
        """Return the negative log-likelihood, plus the penalty for large weights."""
        odds = x @ candidate
        penalty = 0.5 * (pull * candidate) @ candidate
        return float((np.logaddexp(0, odds) - y * odds).sum() + penalty)

    # Newton's method; a step that makes the fit worse is halved
    loss = measure_loss(theta)
    for _ in range(MOST_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(x @ theta, -LIMIT, LIMIT)))
        variances = chances * (1 - chances)
        gradient = x.T @ (chances - y) + pull * theta
        hessian = (x * variances[:, None]).T @ x + np.diag(pull)
        step = np.linalg.solve(hessian, gradient)
        step_share = 1.0
        while step_share > SMALLEST_STEP and measure_loss(theta - step_share * step) > loss:
            step_share /= 2
        theta = theta - step_share * step
        new_loss = measure_loss(theta)
        if loss - new_loss < SMALLEST_STEP:
            break
        loss = new_loss
    return np.concatenate([mean, spread, theta]).astype(np.float32)


def _choose_threshold(chances: Floats, has: Floats) -> float:
    """Return the least probability with which a post gets a tag: the one of 0.10, 0.12 ... 0.48
    that gives the best tags (by F1, the harmonic mean of precision and recall). A post gets at most
    MOST_TAGS tags, and always the likeliest one.

    `chances`: post x tag, the predicted probability. `has`: post x tag, 1 if the post has the
    tag."""
    likeliest = np.argsort(-chances, axis=1)[:, :MOST_TAGS]
    top_chances = np.take_along_axis(chances, likeliest, 1)
    is_right = np.take_along_axis(has, likeliest, 1)
    right_tags = has.sum(axis=1)

    def measure_f1(threshold: float) -> float:
        """Return the mean F1 of the posts with this threshold."""
        is_given = top_chances >= threshold
        is_given[:, 0] = True  # the likeliest is always given
        hits = (is_given * is_right).sum(axis=1)
        given_tags = is_given.sum(axis=1)
        return float((2 * hits / (given_tags + right_tags)).mean())

    thresholds = [round(0.1 + 0.02 * number, 2) for number in range(20)]
    return max(thresholds, key=measure_f1)
