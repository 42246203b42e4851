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
from syndicator.reading.metadata.survey import Survey
from syndicator.reading.metadata.title import make_key

# schema.org types of objects whose names are names of the site or its publisher
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
# the limits between the ranges of a mark's distance from the headline, in characters
_RANGE_ENDS = (-600, -100, 0, 30, 150, 700, 1_500, 5_000)
_LATE_SHARE = 0.8  # share of the page's text before a mark that is late on the page
_LEAST_NAME = 5  # letters of a site's name that may be a part of an author's name
_MOST_COUNTED = 4  # larger counts give the same feature
_LOGIN_MARK = re.compile(r"[a-z][A-Z]|_|\w\.[a-z]")
# sources of other candidates with which a candidate is compared, and sources that declare authors
_COMPARED = ("json-ld", "author", "other meta", "mark", "marks", "opener")
_DECLARED = ("json-ld", "json-ld later", "author", "other meta")


@dataclass(slots=True)
class Candidate:
    """Names that at least one place states together, and that may be the authors."""

    people: tuple[str, ...]
    place: str  # the first place that states them
    features: Counter[str] = field(default_factory=Counter)  # each feature that it has, with 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """Names that one place on the page or in the feed states together."""

    people: tuple[str, ...]
    place: str  # as the trace names it
    source: str  # the kind of place, as names of features have it
    marks: tuple[str, ...] = ()  # further features of the place


def find_candidates(
    document: Document, survey: Survey, sitename: str, stated: Iterable[Evidence]
) -> list[Candidate]:
    """Return the candidates for the authors of a page, with the features by which they are scored.
    The names come from `stated` (the feed, JSON-LD and metas) and from the bylines in `survey` (the
    text of the page). The same names in several places are one candidate. `sitename`: the name of
    the site."""
    by_names: dict[frozenset[str], Candidate] = {}  # by the names in lower case without spaces
    sites = _list_site_keys(document, sitename)
    for evidence in (*stated, *_list_bylines(survey)):
        all_names = _remove_shorter_forms(evidence.people)
        if all_names:
            candidate = _find_or_add(by_names, all_names, evidence.place)
            candidate.features[f"whole {evidence.source}"] = 1
            for mark in evidence.marks:
                candidate.features[mark] = 1
        # the people among the names, without teams and companies, are a candidate, too
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
    """Return the candidate of `by_names` that consists of `names`, in any order. If there is none,
    add a new one to `by_names` and return it. `place`: the place that states the names."""
    keys = frozenset(map(person_names.make_name_key, names))
    return by_names.setdefault(keys, Candidate(names, place))


def _list_bylines(survey: Survey) -> Iterator[Evidence]:
    """Yield the names in the bylines of the page, with the features of the byline. A byline is
    yielded once with its own names, then once more together with its co-authors, if bylines
    directly behind it name some. Bylines with the login of a user instead of a name come last."""
    bylines = byline.find_marks(survey)
    with_names = [mark for mark in bylines if mark.people]
    features_of_names = _list_place_features(with_names, survey)
    for mark, features in zip(with_names, features_of_names, strict=True):
        yield Evidence(mark.people, mark.kind, "mark", features)
        all_people = _merge_people(byline.find_coauthors(mark, with_names))
        if all_people != mark.people:
            yield Evidence(all_people, mark.kind, "marks", ("several marks", *features))
    with_logins = [mark for mark in bylines if not mark.people]
    features_of_logins = _list_place_features(with_logins, survey)
    for mark, features in zip(with_logins, features_of_logins, strict=True):
        yield Evidence((mark.login,), mark.kind, "login", features)


def _list_place_features(marks: Sequence[Mark], survey: Survey) -> Iterator[tuple[str, ...]]:
    """Yield the features of each byline in `marks`, in order, as a tuple of their names. They say
    of what kind the byline is, which score it has, where it is on the page, and how it compares
    with the other bylines. `survey`: the text of the page."""
    text_length = survey.spots[-1].offset if survey.spots else 0
    kind_counts = Counter(mark.kind for mark in marks)
    earlier_kinds: set[str] = set()
    nearest_distance = min((abs(mark.distance) for mark in marks), default=0)
    highest_score = max((mark.score for mark in marks), default=0)
    for mark in marks:
        kind = mark.kind
        # the ranges of distances from the headline are numbered from 0
        # the ranges of distances from the headline are numbered from 0
        range_number = sum(mark.distance > end for end in _RANGE_ENDS)
        features = [
            f"mark {kind}",
            f"weight {mark.weight}",
            f"score {mark.score}",
            f"{kind} {mark.score}",
            f"distance {range_number}",
            *mark.flags,
        ]
        if kind not in earlier_kinds:
            features.append(f"first {kind}")
            earlier_kinds.add(kind)
        if kind_counts[kind] == 1:
            features.append(f"only {kind}")
        if abs(mark.distance) == nearest_distance:
            features.append("nearest mark")
        if mark.score == highest_score:
            features.append("strongest mark")
        if len(marks) == 1:
            features.append("only mark")
        offset = survey.headline_end + mark.distance  # characters of the page before the mark
        if offset > _LATE_SHARE * text_length:
            features.append(f"late {kind}")
        yield tuple(features)


def _merge_people(marks: Iterable[Mark]) -> tuple[str, ...]:
    """Return the different names in the bylines `marks`, in order."""
    names: dict[str, None] = {}
    for mark in marks:
        names.update(dict.fromkeys(mark.people))
    return tuple(names)


def _remove_shorter_forms(people: Sequence[str]) -> tuple[str, ...]:
    """Return the different names of `people`. A name is left out if another one has all of its
    words and more: "Ann" is left out if there is also "Ann Other"."""
    names: dict[str, str] = {}
    for name in people:
        words = set(name.split())
        others = [other for other in people if other != name]
        if not any(words < set(other.split()) for other in others):
            names.setdefault(person_names.make_name_key(name), name)
    return tuple(names.values())


def _list_site_keys(document: Document, sitename: str) -> frozenset[str]:
    """Return the names of the site, its host and its publishers, each as its letters and digits in
    lower case. `sitename`: the name of the site."""
    domain = urls.domain(document.url).removeprefix("www.")
    domain_label = domain.split(".")[0]  # "example" for example.org
    names = [sitename, domain, urls.host(document.url), domain_label]
    for item in document.jsonld:
        if _COMPANY_TYPES & set(jsonld.list_types(item)):
            names += jsonld.list_texts(item.get("name"))
        if isinstance(item.get("publisher"), dict):
            names += jsonld.list_texts(item["publisher"], "name")
    return frozenset(map(make_key, names)) - {""}  # "": a name without letters


def _is_collective(name: str, sites: frozenset[str]) -> bool:
    """Return True if `name` is that of a team, an agency, a company or the site itself, and so not
    that of a person. `sites`: the names of the site, as letters and digits in lower case."""
    lower_name = name.casefold()
    words = person_names.load_byline_words()
    if lower_name in words.teams or lower_name in words.agencies:
        return True
    if make_key(name) in sites:
        return True
    return any(word.strip(".,") in words.companies for word in lower_name.split())


def _add_name_features(candidate: Candidate, document: Document, sites: frozenset[str]) -> None:
    """Add features about the candidate's names to `candidate.features`: how many names it has,
    which features at least one name has, and which all names have. `sites`: the names of the site,
    as letters and digits in lower case."""
    features = candidate.features
    name_count = min(len(candidate.people), _MOST_COUNTED)
    features[f"names {name_count}"] = 1
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
    """Yield the features of one name, such as "words 2" or "a given name". They say how many words
    it has, whether it is that of a team, an agency, a company or the site, and how it is written.
    `sites`: the names of the site, as letters and digits in lower case."""
    lower_name = name.casefold()
    name_key = make_key(name)
    known = person_names.load_byline_words()
    lower_words = [word.strip(".,") for word in lower_name.split()]
    is_site = name_key in sites
    # a short name of a site, such as "bbc", may be within anybody's name by chance
    long_sites = [site for site in sites if len(site) >= _LEAST_NAME]
    is_part_of_site = any(name_key in site for site in long_sites)
    has_site_in_it = any(site in name_key for site in long_sites)
    is_like_site = not is_site and (is_part_of_site or has_site_in_it)
    features = {
        "a team": lower_name in known.teams,
        "an agency": lower_name in known.agencies,
        "never": lower_name in known.never or lower_name in known.roles,
        "no name": not person_names.is_name(name),
        "a company": any(word in known.companies for word in lower_words),
        "the site": is_site,
        "like the site": is_like_site,
        "lower case": name[:1].islower(),
        "digits": any(char.isdigit() for char in name),
        "upper case": name.isupper(),
        "a login": _LOGIN_MARK.search(name) is not None,
        "a given name": person_names.has_given_name(name),
    }
    yield f"words {min(len(name.split()), _MOST_COUNTED)}"
    for feature, is_true in features.items():
        if is_true:
            yield feature


def _add_relations(
    keys: frozenset[str], candidate: Candidate, by_names: dict[frozenset[str], Candidate]
) -> None:
    """Add features to `candidate.features` that compare it with each other candidate: how the names
    of the two relate, and which places state the other. `keys`: the candidate's names in lower
    case; `by_names`: all candidates, by their names in the same form."""
    features = candidate.features
    is_declared = any(f"whole {source}" in features for source in _DECLARED)
    is_in_byline = "whole mark" in features or "whole marks" in features
    if is_declared and is_in_byline:
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
    """Return how two candidates relate, as one of these words. "longer": `other` has all names of
    `candidate` and more. "shorter": `other` has only some of them. "crossing": each has a name that
    the other lacks, and they share some. "a form of": the only name of `candidate` is a short form
    of that of `other`. "has form": the reverse. "other": none of this. `keys`, `other_keys`: the
    names of both in lower case."""
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
    """Yield a feature for each kind of place that states the names of the candidate `other`, such
    as "longer: json-ld full": the relation, the place, and "full" if all are full names.
    `relation`: how these names relate to those of the candidate that gets the features."""
    has_full_names = all(map(person_names.is_full_name, other.people))
    suffix = " full" if has_full_names else ""
    for source in _COMPARED:
        if f"whole {source}" in other.features:
            yield f"{relation}: {source}{suffix}"


def _is_short_form(people: Sequence[str], longer: Sequence[str]) -> bool:
    """Return True if `people` and `longer` are one name each, and the second has all words of the
    first and more. ("Other",) is a short form of ("Ann Other",); ("A. Other",) is not."""
    if len(people) != 1 or len(longer) != 1:
        return False
    return set(people[0].casefold().split()) < set(longer[0].casefold().split())
