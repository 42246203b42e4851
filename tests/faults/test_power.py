"""Lose power at each step of writing a build."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.app import places
from syndicator.articles.stores.bucket import Bucket
from syndicator.core.ports import Outlet
from syndicator.publishing import builder
from syndicator.publishing.output.outlets import FileOutlet, ObjectOutlet
from tests.faults.losing import LosingDisk, LosingObjects, Power, PowerCut
from tests.faults.table import mark_fault
from tests.faults.whole import Files, check_whole, copy_instance, read_files
from tests.instances import NOW, SHORT, Instance, store_articles
from tests.objects.s3_server import S3

HOLDS = (
    "every file is whole, of before or of after; the next build ends with the bytes of one that was"
    " not disturbed, and leaves no temporary file"
)
FEW = 12  # files in a batch, so that a small instance has several
EVERY = 31  # one of so many steps, in a run without the slow tests
OFTEN = 11  # one of so many steps, in a run with them; each one takes three quarters of an hour

Make = Callable[..., Outlet]


def store_stories(instance: Instance) -> None:
    with instance.open_app(create=True) as app:
        for number in range(3):
            store_articles(app, f"Story {number}", "Of it.", tags=("LLM",), category="AI")


def publish_first(instance: Instance) -> None:
    """An instance that has published, and whose next build publishes one article more."""
    store_stories(instance)
    instance.build()
    with instance.open_app() as app:
        store_articles(app, "New", "Of it.", tags=("GPU",), added=NOW + timedelta(hours=1))


def publish_less(instance: Instance) -> None:
    """An instance that has published, and whose next build ends the feeds of tags."""
    store_stories(instance)
    instance.build()
    path = instance.config / "syndicator.toml"
    path.write_text(path.read_text() + 'axes = ["all", "sources", "categories"]\n')


BUILDS: Mapping[str, Callable[[Instance], None]] = {
    "everything": store_stories,
    "one article more": publish_first,
    "feeds that end": publish_less,
}
# the share of unsynced names that are lost
SHARES = {"all names": 1.0, "some names": 0.5, "bytes alone": 0.0}


@pytest.fixture(params=[*BUILDS])
def unbuilt_instance(request: pytest.FixtureRequest, tmp_path: Path) -> Instance:
    """An instance just before the build."""
    (tmp_path / "prepared").mkdir()
    instance = Instance(tmp_path / "prepared", settings=SHORT)
    BUILDS[request.param](instance)
    return instance


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "_BATCH_SIZE", FEW)


def build_with_outlet(instance: Instance, make: Make) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "FileOutlet", make)
        instance.build()


@mark_fault(
    "the power goes during a build",
    how=(
        "a disk that loses names and bytes that were not synced, cut at each write, sync,"
        " replacement and deletion"
    ),
    holds=HOLDS,
)
@pytest.mark.parametrize(
    ("share", "every"),
    [
        ("some names", EVERY),
        *(pytest.param(share, OFTEN, marks=pytest.mark.slow) for share in SHARES),
    ],
)
@pytest.mark.timeout(1800)
def test_a_disk(unbuilt_instance: Instance, share: str, every: int) -> None:
    """A power loss at any write leaves every public file whole, old or new; the next build
    completes all. `every`: each how many steps are tried."""
    before = read_files(unbuilt_instance.folder / "feeds/public")
    quiet = Power()
    instance = copy_instance(unbuilt_instance)
    build_with_outlet(instance, on_disk(LosingDisk(quiet)))
    after = read_files(instance.folder / "feeds/public")

    assert after != before

    for step in range(1, quiet.steps + 1, every):
        instance = copy_instance(unbuilt_instance)
        disk = LosingDisk(Power(step))
        with pytest.raises(PowerCut):
            build_with_outlet(instance, on_disk(disk))
        disk.lose(SHARES[share], random.Random(step))
        public = instance.folder / "feeds/public"
        check_whole(read_files(public), before, after)
        instance.build()
        assert read_files(public) == after, step


@mark_fault(
    "the power goes during a build into a bucket",
    how="a build that ends at each change of the bucket",
    holds=HOLDS,
)
@pytest.mark.parametrize("every", [EVERY, pytest.param(OFTEN, marks=pytest.mark.slow)])
@pytest.mark.timeout(1800)
def test_a_bucket(unbuilt_instance: Instance, s3: S3, bucket: Bucket, every: int) -> None:
    """A power loss at any change of an S3 bucket leaves every object whole, old or new; the next
    build completes all."""
    fill_bucket(s3, before := read_files(unbuilt_instance.folder / "feeds/public"))
    quiet = Power()
    build_with_outlet(copy_instance(unbuilt_instance), in_bucket(bucket, quiet))
    after = s3.list_objects("i")
    for step in range(1, quiet.steps + 1, every):
        fill_bucket(s3, before)
        instance = copy_instance(unbuilt_instance)
        with pytest.raises(PowerCut):
            build_with_outlet(instance, in_bucket(bucket, Power(step)))
        check_whole(s3.list_objects("i"), before, after)
        build_with_outlet(instance, in_bucket(bucket, Power()))
        assert s3.list_objects("i") == after, step


def on_disk(disk: LosingDisk) -> Make:
    return lambda root, gzip, held: FileOutlet(root, gzip, held, disk)


def in_bucket(bucket: Bucket, power: Power) -> Make:
    objects = LosingObjects(bucket, power)
    return lambda root, gzip, held: ObjectOutlet(objects, gzip, whole=True)


def fill_bucket(s3: S3, files: Files) -> None:
    s3.objects.clear()
    for name, data in files.items():
        s3.put(f"i/{name}", data)
