"""Collect the names that may be the authors of a page, with features to score them. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from syndicator.core import urls
from syndicator.reading.html import jsonld
from syndicator.reading.html.document import Document
from syndicator.reading.metadata import byline, person_names
from syndicator.reading.metadata.byline import Mark
from syndicator.reading.metadata.title import Survey, key

_COMPANIES = frozenset(
    {
        "Organization",
        "NewsMediaOrganization",
        "Corporation",
        "LocalBusiness",
        "Store",
        "Brand",
        "WebSite",
    }
)
# ends of the ranges of a mark's distance from the headline, in characters
_RANGES = (-600, -100, 0, 30, 150, 700, 1_500, 5_000)
_LATE = 0.8  # share of the text above a mark that stands at its end
_LEAST_NAME = 5  # letters of a site's name that is compared in part
_MANY = 4  # counts above are equal
_CAMEL = re.compile(r"[a-z][A-Z]|_|\w\.[a-z]")
# how a feature names a source that has been heard of once more
_COMPARED = ("json-ld", "author", "other meta", "mark", "marks", "opener")
_DECLARED = ("json-ld", "json-ld later", "author", "other meta")


@dataclass(slots=True)
class Candidate:
    """Names that stand together, the place that has them first, and their features (1 or more)."""

    people: tuple[str, ...]
    place: str
    features: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place with names: `place` for the trace, `source` for the features, `marks` there."""

    people: tuple[str, ...]
    place: str
    source: str
    marks: tuple[str, ...] = ()


def find_candidates(
    document: Document, survey: Survey, sitename: str, stated: Iterable[Evidence]
) -> list[Candidate]:
    """Return the candidates of a page. `stated`: what its feed, JSON-LD and metas declare, and who
    opened a thread."""
    evidence = [*stated, *_seen(survey)]
    by_names: dict[frozenset[str], Candidate] = {}
    sites = _site_keys(document, sitename)
    for each in evidence:
        whole = _without_shorter(each.people)
        people = tuple(name for name in whole if not _is_collective(name, sites))
        for names, part in ((whole, "whole"), (people, "part")):
            if not names or (part == "part" and names == whole):
                continue
            keys = frozenset(map(person_names.plain_key, names))
            candidate = by_names.setdefault(keys, Candidate(names, each.place))
            candidate.features[f"{part} {each.source}"] = 1
            if part == "whole":
                for mark in each.marks:
                    candidate.features[mark] = 1
    for keys, candidate in by_names.items():
        _add_names(candidate, document, sites)
        _add_relations(keys, candidate, by_names)
    return list(by_names.values())


def _seen(survey: Survey) -> Iterator[Evidence]:
    """Yield the marks in the page, alone and with those of co-authors."""
    marks = byline.find_marks(survey)
    named = [mark for mark in marks if mark.people]
    unnamed = [mark for mark in marks if not mark.people]
    for mark, features in zip(named, _place_features(named, survey), strict=True):
        yield Evidence(mark.people, mark.kind, "mark", features)
        together = _merge_people(byline.find_together(mark, named))
        if together != mark.people:
            yield Evidence(together, mark.kind, "marks", ("several marks", *features))
    for mark, features in zip(unnamed, _place_features(unnamed, survey), strict=True):
        yield Evidence((mark.login,), mark.kind, "login", features)


def _place_features(marks: Sequence[Mark], survey: Survey) -> Iterator[tuple[str, ...]]:
    """Yield the features of each mark: its kind and place, also among the others."""
    length = survey.spots[-1].at if survey.spots else 0
    kinds = Counter(mark.kind for mark in marks)
    ranks: Counter[str] = Counter()
    nearest = min((abs(mark.at) for mark in marks), default=0)
    strongest = max((mark.score for mark in marks), default=0)
    for mark in marks:
        ranks[mark.kind] += 1
        features = [
            f"mark {mark.kind}",
            f"weight {mark.weight}",
            f"score {mark.score}",
            f"{mark.kind} {mark.score}",
            f"distance {sum(mark.at > end for end in _RANGES)}",
            *mark.flags,
        ]
        features += [f"first {mark.kind}"] * (ranks[mark.kind] == 1)
        features += [f"only {mark.kind}"] * (kinds[mark.kind] == 1)
        features += ["nearest mark"] * (abs(mark.at) == nearest)
        features += ["strongest mark"] * (mark.score == strongest)
        features += ["only mark"] * (len(marks) == 1)
        late = mark.at + survey.origin > _LATE * length
        features += [f"late {mark.kind}"] * late
        yield tuple(features)


def _merge_people(marks: Iterable[Mark]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for mark in marks:
        names.update(dict.fromkeys(mark.people))
    return tuple(names)


def _without_shorter(people: Sequence[str]) -> tuple[str, ...]:
    """Drop names whose words all stand in another name, and repeated ones."""
    kept: dict[str, str] = {}
    for name in people:
        words = set(name.split())
        others = [other for other in people if other != name]
        if not any(words < set(other.split()) for other in others):
            kept.setdefault(person_names.plain_key(name), name)
    return tuple(kept.values())


def _site_keys(document: Document, sitename: str) -> frozenset[str]:
    domain = urls.domain(document.url).removeprefix("www.")
    stated = [sitename, domain, urls.host(document.url), domain.split(".")[0]]
    for item in document.jsonld:
        if _COMPANIES & set(jsonld.types(item)):
            stated += jsonld.strings(item.get("name"))
        if isinstance(item.get("publisher"), dict):
            stated += jsonld.strings(item["publisher"], "name")
    return frozenset(own for name in stated if (own := key(name)))


def _is_collective(name: str, sites: frozenset[str]) -> bool:
    """Return True for a team, an agency, the site, and a name with words of companies."""
    low = name.casefold()
    words = person_names.words()
    if low in words.teams or low in words.agencies or key(name) in sites:
        return True
    return any(word.strip(".,") in words.companies for word in low.split())


def _add_names(candidate: Candidate, document: Document, sites: frozenset[str]) -> None:
    """Add what the names themselves tell: the kind of the worst of them counts."""
    features = candidate.features
    features[f"names {min(len(candidate.people), _MANY)}"] = 1
    for name in candidate.people:
        for feature in _name_features(name, sites):
            features[feature] = 1
    if all(map(person_names.is_known, candidate.people)):
        features["all known"] = 1
    if all(map(person_names.is_person, candidate.people)):
        features["all persons"] = 1
    if all(map(person_names.is_full, candidate.people)):
        features["all full"] = 1
    title = key(document.meta("og:title", "twitter:title"))
    if any(person_names.plain_key(name) in title for name in candidate.people):
        features["in title"] = 1


def _name_features(name: str, sites: frozenset[str]) -> Iterator[str]:
    low = name.casefold()
    own = key(name)
    words = person_names.words()
    is_like_site = any(len(site) >= _LEAST_NAME and (site in own or own in site) for site in sites)
    facts = {
        "a team": low in words.teams,
        "an agency": low in words.agencies,
        "never": low in words.never or low in words.roles,
        "no name": not person_names.is_name(name),
        "a company": any(word.strip(".,") in words.companies for word in low.split()),
        "the site": own in sites,
        "like the site": is_like_site and own not in sites,
        "lower case": name[:1].islower(),
        "digits": any(char.isdigit() for char in name),
        "upper case": name.isupper(),
        "a login": bool(_CAMEL.search(name)),
        "a given name": person_names.has_given_name(name),
    }
    yield f"words {min(len(name.split()), _MANY)}"
    yield from (feature for feature, holds in facts.items() if holds)


def _add_relations(
    keys: frozenset[str], candidate: Candidate, by_names: dict[frozenset[str], Candidate]
) -> None:
    """Add how the candidate stands to the others: repeated in a longer list, contradicted."""
    features = candidate.features
    own_declared = any(f"whole {source}" in features for source in _DECLARED)
    if own_declared and ("whole mark" in features or "whole marks" in features):
        features["declared and marked"] = 1
    for other_keys, other in by_names.items():
        if other is not candidate:
            relation = _relation(keys, candidate, other_keys, other)
            for feature in _relation_features(relation, other):
                features[feature] = 1


def _relation(
    keys: frozenset[str], candidate: Candidate, other_keys: frozenset[str], other: Candidate
) -> str:
    if keys < other_keys:
        return "longer"
    if other_keys < keys:
        return "shorter"
    if keys & other_keys:
        return "crossing"
    if _is_form(candidate.people, other.people):
        return "a form of"
    if _is_form(other.people, candidate.people):
        return "has form"
    return "other"


def _relation_features(relation: str, other: Candidate) -> Iterator[str]:
    full = all(map(person_names.is_full, other.people))
    for source in _COMPARED:
        if f"whole {source}" in other.features:
            yield f"{relation}: {source}{' full' if full else ''}"


def _is_form(shorter: Sequence[str], longer: Sequence[str]) -> bool:
    if len(shorter) != 1 or len(longer) != 1:
        return False
    return set(shorter[0].casefold().split()) < set(longer[0].casefold().split())
