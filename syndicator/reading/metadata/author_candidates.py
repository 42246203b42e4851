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
from syndicator.reading.metadata.title import Survey, make_key

_COMPANY_TYPES = frozenset(
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
_RANGE_ENDS = (-600, -100, 0, 30, 150, 700, 1_500, 5_000)
_LATE_SHARE = 0.8  # share of the text above a mark that stands at its end
_LEAST_NAME = 5  # letters of a site's name that is compared in part
_MOST_COUNTED = 4  # counts above are equal
_LOGIN_MARK = re.compile(r"[a-z][A-Z]|_|\w\.[a-z]")
# sources of other candidates that a candidate is compared with
_COMPARED = ("json-ld", "author", "other meta", "mark", "marks", "opener")
_DECLARED = ("json-ld", "json-ld later", "author", "other meta")


@dataclass(slots=True)
class Candidate:
    """Names that stand together, the first place that has them, and their features, each 1."""

    people: tuple[str, ...]
    place: str
    features: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Names that stand at a place. `place`: for the trace; `source`: the kind of place, for the
    features; `marks`: further features of the place."""

    people: tuple[str, ...]
    place: str
    source: str
    marks: tuple[str, ...] = ()


def find_candidates(
    document: Document, survey: Survey, sitename: str, stated: Iterable[Evidence]
) -> list[Candidate]:
    """Return the candidates of a page. `stated`: what its feed, JSON-LD and metas declare, and who
    opened a thread."""
    by_names: dict[frozenset[str], Candidate] = {}
    sites = _list_site_keys(document, sitename)
    for evidence in (*stated, *_list_bylines(survey)):
        all_names = _remove_shorter_forms(evidence.people)
        if all_names:
            candidate = _find_or_add(by_names, all_names, evidence.place)
            candidate.features[f"whole {evidence.source}"] = 1
            for mark in evidence.marks:
                candidate.features[mark] = 1
        persons = tuple(name for name in all_names if not _is_collective(name, sites))
        if persons and persons != all_names:
            candidate = _find_or_add(by_names, persons, evidence.place)
            candidate.features[f"part {evidence.source}"] = 1
    for keys, candidate in by_names.items():
        _add_name_features(candidate, document, sites)
        _add_relations(keys, candidate, by_names)
    return list(by_names.values())


def _find_or_add(
    by_names: dict[frozenset[str], Candidate], names: tuple[str, ...], place: str
) -> Candidate:
    keys = frozenset(map(person_names.make_name_key, names))
    return by_names.setdefault(keys, Candidate(names, place))


def _list_bylines(survey: Survey) -> Iterator[Evidence]:
    """Yield the marks in the page, alone and with those of co-authors."""
    marks = byline.find_marks(survey)
    with_names = [mark for mark in marks if mark.people]
    with_logins = [mark for mark in marks if not mark.people]
    for mark, features in zip(with_names, _list_place_features(with_names, survey), strict=True):
        yield Evidence(mark.people, mark.kind, "mark", features)
        together = _merge_people(byline.find_together(mark, with_names))
        if together != mark.people:
            yield Evidence(together, mark.kind, "marks", ("several marks", *features))
    for mark, features in zip(with_logins, _list_place_features(with_logins, survey), strict=True):
        yield Evidence((mark.login,), mark.kind, "login", features)


def _list_place_features(marks: Sequence[Mark], survey: Survey) -> Iterator[tuple[str, ...]]:
    """Yield the features of each mark: its kind and place, also among the others."""
    text_length = survey.spots[-1].offset if survey.spots else 0
    kinds = Counter(mark.kind for mark in marks)
    earlier_kinds: set[str] = set()
    nearest = min((abs(mark.distance) for mark in marks), default=0)
    strongest = max((mark.score for mark in marks), default=0)
    for mark in marks:
        kind = mark.kind
        features = [
            f"mark {kind}",
            f"weight {mark.weight}",
            f"score {mark.score}",
            f"{kind} {mark.score}",
            f"distance {sum(mark.distance > end for end in _RANGE_ENDS)}",
            *mark.flags,
        ]
        if kind not in earlier_kinds:
            features.append(f"first {kind}")
            earlier_kinds.add(kind)
        if kinds[kind] == 1:
            features.append(f"only {kind}")
        if abs(mark.distance) == nearest:
            features.append("nearest mark")
        if mark.score == strongest:
            features.append("strongest mark")
        if len(marks) == 1:
            features.append("only mark")
        if mark.distance + survey.headline_end > _LATE_SHARE * text_length:
            features.append(f"late {kind}")
        yield tuple(features)


def _merge_people(marks: Iterable[Mark]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for mark in marks:
        names.update(dict.fromkeys(mark.people))
    return tuple(names)


def _remove_shorter_forms(people: Sequence[str]) -> tuple[str, ...]:
    """Remove repeated names, and names whose words all stand in another name."""
    names: dict[str, str] = {}
    for name in people:
        words = set(name.split())
        others = [other for other in people if other != name]
        if not any(words < set(other.split()) for other in others):
            names.setdefault(person_names.make_name_key(name), name)
    return tuple(names.values())


def _list_site_keys(document: Document, sitename: str) -> frozenset[str]:
    """Return the keys of the names of the site, its host and its publishers."""
    domain = urls.domain(document.url).removeprefix("www.")
    names = [sitename, domain, urls.host(document.url), domain.split(".")[0]]
    for item in document.jsonld:
        if _COMPANY_TYPES & set(jsonld.list_types(item)):
            names += jsonld.list_texts(item.get("name"))
        if isinstance(item.get("publisher"), dict):
            names += jsonld.list_texts(item["publisher"], "name")
    return frozenset(map(make_key, names)) - {""}


def _is_collective(name: str, sites: frozenset[str]) -> bool:
    """Return True for a team, an agency, the site, and a name with words of companies."""
    lower_name = name.casefold()
    words = person_names.byline_words()
    if lower_name in words.teams or lower_name in words.agencies:
        return True
    if make_key(name) in sites:
        return True
    return any(word.strip(".,") in words.companies for word in lower_name.split())


def _add_name_features(candidate: Candidate, document: Document, sites: frozenset[str]) -> None:
    """Add what the names themselves tell: a feature of one name counts for all."""
    features = candidate.features
    features[f"names {min(len(candidate.people), _MOST_COUNTED)}"] = 1
    for name in candidate.people:
        for feature in _list_name_features(name, sites):
            features[feature] = 1
    if all(map(person_names.is_known_person, candidate.people)):
        features["all known"] = 1
    if all(map(person_names.is_person, candidate.people)):
        features["all persons"] = 1
    if all(map(person_names.is_full_name, candidate.people)):
        features["all full"] = 1
    title = make_key(document.meta("og:title", "twitter:title"))
    if any(person_names.make_name_key(name) in title for name in candidate.people):
        features["in title"] = 1


def _list_name_features(name: str, sites: frozenset[str]) -> Iterator[str]:
    """Yield the features that a name has by itself."""
    lower_name = name.casefold()
    name_key = make_key(name)
    words = person_names.byline_words()
    is_site = name_key in sites
    is_like_site = any(
        len(site) >= _LEAST_NAME and (site in name_key or name_key in site) for site in sites
    )
    facts = {
        "a team": lower_name in words.teams,
        "an agency": lower_name in words.agencies,
        "never": lower_name in words.never or lower_name in words.roles,
        "no name": not person_names.is_name(name),
        "a company": any(word.strip(".,") in words.companies for word in lower_name.split()),
        "the site": is_site,
        "like the site": is_like_site and not is_site,
        "lower case": name[:1].islower(),
        "digits": any(char.isdigit() for char in name),
        "upper case": name.isupper(),
        "a login": bool(_LOGIN_MARK.search(name)),
        "a given name": person_names.has_given_name(name),
    }
    yield f"words {min(len(name.split()), _MOST_COUNTED)}"
    for feature, holds in facts.items():
        if holds:
            yield feature


def _add_relations(
    keys: frozenset[str], candidate: Candidate, by_names: dict[frozenset[str], Candidate]
) -> None:
    """Add how the candidate stands to the others: repeated in a longer list, contradicted."""
    features = candidate.features
    is_declared = any(f"whole {source}" in features for source in _DECLARED)
    if is_declared and ("whole mark" in features or "whole marks" in features):
        features["declared and marked"] = 1
    for other_keys, other in by_names.items():
        if other is candidate:
            continue
        relation = _find_relation(keys, candidate, other_keys, other)
        for feature in _list_relation_features(relation, other):
            features[feature] = 1


def _find_relation(
    keys: frozenset[str], candidate: Candidate, other_keys: frozenset[str], other: Candidate
) -> str:
    """Return how the names of `other` relate to those of `candidate`."""
    if keys < other_keys:
        return "longer"
    if other_keys < keys:
        return "shorter"
    if keys & other_keys:
        return "crossing"
    if _is_short_form(candidate.people, other.people):
        return "a form of"
    if _is_short_form(other.people, candidate.people):
        return "has form"
    return "other"


def _list_relation_features(relation: str, other: Candidate) -> Iterator[str]:
    has_full_names = all(map(person_names.is_full_name, other.people))
    suffix = " full" if has_full_names else ""
    for source in _COMPARED:
        if f"whole {source}" in other.features:
            yield f"{relation}: {source}{suffix}"


def _is_short_form(people: Sequence[str], longer: Sequence[str]) -> bool:
    """Return True if each has one name, and the words of the first are among those of the
    second."""
    if len(people) != 1 or len(longer) != 1:
        return False
    return set(people[0].casefold().split()) < set(longer[0].casefold().split())
