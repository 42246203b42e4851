"""learnt.npz: what was learnt from the past, as numpy arrays without pickle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from syndicator.describing.taxonomy.learnt_categories import LearntCategories
from syndicator.describing.taxonomy.tagging import mentions
from syndicator.describing.taxonomy.tagging.learnt import FEATURES, LearntTagger
from syndicator.describing.taxonomy.tagging.mentions import Matcher
from syndicator.describing.taxonomy.tagging.trust import Trust
from syndicator.describing.text.tfidf import Index
from syndicator.describing.weights import in_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

# The order of the weights in files that do not name their features: those written before they did.
UNNAMED: Final = (
    "neighbours", "log-neighbours", "ridge", "log-ridge", "log-share", "in-title", "in-text", "times", "in-head",
    "precision-in-text", "precision-in-title", "ridge-in-text", "share-not-in-text", "near-name", "alike", "log-alike",
)  # fmt: skip


class State(NamedTuple):
    """All that is learnt: of tags (None when no tag was), folded word -> how it is written, how far tags are trusted
    that the past never had, and of categories (None where nothing was, and in files of before)."""

    tagger: LearntTagger | None
    forms: Mapping[str, str]
    trust: Trust | None = None
    filed: LearntCategories | None = None


def save_learnt(state: State, path: Path) -> None:
    """Writes what was learnt. Raises OSError."""
    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {"written": _packed(sorted(state.forms.values())), **(_arrays(state.tagger) if state.tagger else {})}
    if state.trust is not None:
        arrays["trust"] = np.array(state.trust.share)
        arrays["rejected"] = _packed(list(state.trust.rejected))
        arrays["times_rejected"] = np.array(list(state.trust.rejected.values()), dtype=np.int32)
    if state.filed is not None:
        arrays["filed_names"] = _packed(state.filed.names)
        arrays["filed_vectors"] = state.filed.vectors.astype(np.float16)
        arrays["filed_slopes"], arrays["filed_shares"] = state.filed.slopes, state.filed.shares
        arrays["filed_weight"] = np.array(state.filed.weight)
    with path.open("wb") as out:
        np.savez_compressed(out, **arrays)


def _arrays(tagger: LearntTagger) -> dict[str, Any]:
    import numpy as np

    forms = [
        (form.tag, " ".join(form.stems), form.letters, form.case)
        for found in tagger.matcher.forms.values()
        for form in found
    ]
    return {
        "terms": _packed(tagger.index.terms),
        "tags": _packed(tagger.tags),
        "form_numbers": np.array([(tag, letters) for tag, _, letters, _ in forms], dtype=np.int32),
        "form_stems": _packed([stems for _, stems, _, _ in forms]),
        "form_cases": _packed([case for *_, case in forms]),
        "heads": _packed(sorted(tagger.matcher.heads)),
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
        "features": _packed(FEATURES),
        "weights": tagger.weights,
        "threshold": np.array(tagger.threshold),
    }


def load_learnt(path: Path) -> State:
    """What `save` wrote. Raises OSError, ValueError or KeyError for another file, ValueError also for one of other
    features than ours."""
    import numpy as np

    with np.load(path, allow_pickle=False) as state:
        a = {name: state[name] for name in state.files}
    written = {form.casefold(): form for form in _unpacked(a["written"]) if form}
    return State(
        _tagger(a) if "tags" in a else None,
        written,
        _trust(a) if "trust" in a else None,
        _filed(a) if "filed_names" in a else None,
    )


def _filed(a: dict[str, Any]) -> LearntCategories:
    import numpy as np

    vectors = a["filed_vectors"].astype(np.float32)
    names, weight = _unpacked(a["filed_names"]), float(a["filed_weight"])
    return LearntCategories(names, vectors, a["filed_slopes"], a["filed_shares"], weight)


def _trust(a: dict[str, Any]) -> Trust:
    times = a["times_rejected"].tolist()
    return Trust(float(a["trust"]), dict(zip(_unpacked(a["rejected"]) if times else (), times, strict=True)))


def _tagger(a: dict[str, Any]) -> LearntTagger:
    import numpy as np

    tags, f32 = _unpacked(a["tags"]), np.float32
    vectors = a["vectors"].astype(f32)
    index = Index(_unpacked(a["terms"]), a["idf"], a["starts"], a["rows"], a["values"].astype(f32), size=len(vectors))
    forms: dict[str, list[mentions.Form]] = {}
    spelled = zip(a["form_numbers"].tolist(), _unpacked(a["form_stems"]), _unpacked(a["form_cases"]), strict=True)
    for (tag, letters), stems, case in spelled:
        parts = tuple(stems.split(" "))
        forms.setdefault(parts[0], []).append(mentions.Form(tag, parts, letters, case))
    has = np.unpackbits(a["has"], axis=1)[:, : len(tags)].astype(f32)
    matcher = Matcher(forms, frozenset(_unpacked(a["heads"])))
    labels, ridge = a["labels"].astype(f32), a["ridge"].astype(f32)
    threshold = float(a["threshold"])
    weights = _by_name(a["weights"], _unpacked(a["features"]) if "features" in a else UNNAMED)
    return LearntTagger(
        index, tags, has, ridge, vectors, labels, a["mentions"], a["hits"], a["close"], weights, threshold, matcher
    )


def _by_name(weights: Floats, names: Sequence[str]) -> Floats:
    """Means, spreads and weights, each saved in the order of `names`, in that of FEATURES; the constant is last."""
    import numpy as np

    parts = weights[:-1].reshape(3, len(names))
    ordered = [in_order(dict(zip(names, part.tolist(), strict=True)), FEATURES, "what was learnt") for part in parts]
    return np.concatenate([*ordered, weights[-1:]]).astype(np.float32)


def _packed(lines: Sequence[str]) -> Any:
    import numpy as np

    return np.frombuffer("\n".join(lines).encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _unpacked(data: Any) -> tuple[str, ...]:
    return tuple(data.tobytes().decode("utf-8", "surrogatepass").split("\n"))
