"""Names of shards as people, Spark and Hugging Face give them."""

import subprocess
import sys

import pytest
from programs import SCRIPTS

from concept_freq.shards.names import is_tar, shard_name, shard_number, table_name, unsigned

UUID = "fc82da14-99c9-4ff6-ab6a-ac853ac82819"


@pytest.mark.parametrize(
    ("location", "name", "number"),
    [
        ("shards/00012.tar", "00012", 12),
        ("cc12m-train-0003.tar", "cc12m-train-0003", 3),
        ("laion-v2-00012.tar", "laion-v2-00012", 12),
        ("00012_v2.tar", "00012_v2", 12),
        ("shard12.tar", "shard12", 12),
        ("cafe0001.tar", "cafe0001", 1),
        ("cc12m.v2.00007.tar", "cc12m.v2.00007", 7),
        ("2023-01-05-00012.tar", "2023-01-05-00012", 12),
        ("part-00.tsv.gz", "part-00", 0),
        ("part-07.tsv.bz2", "part-07", 7),
        (f"part-00012-{UUID}-c000.snappy.parquet", f"part-00012-{UUID}-c000", 12),
        (f"part-r-00012-{UUID}.gz.parquet", f"part-r-00012-{UUID}", 12),
        (f"part-00003-tid-8347-{UUID}-12-1-c000.parquet", f"part-00003-tid-8347-{UUID}-12-1-c000", 3),
        (f"{UUID}-00005.parquet", f"{UUID}-00005", 5),
        ("train-00003-of-00128.parquet", "train-00003-of-00128", 3),
        ("train-00003-of-00128-a1b2c3d4e5f60718.parquet", "train-00003-of-00128-a1b2c3d4e5f60718", 3),
        ("data-00003-of-00010.arrow", "data-00003-of-00010", 3),
        ("cache-a1b2c3d4e5f60718_00003_of_00010.arrow", "cache-a1b2c3d4e5f60718_00003_of_00010", 3),
        ("c4-train.00003-of-01024.csv.gz", "c4-train.00003-of-01024", 3),
        ("batch3of99.tar", "batch3of99", 3),
        ("000012_0.parquet", "000012_0", 12),
        ("00004-a1b2c3d4e5f60718.parquet", "00004-a1b2c3d4e5f60718", 4),
        ("https://host/x/00005.tar?signature=123#9", "00005", 5),
        ("shards/what?/00006.tar", "00006", 6),
        ("part[1].parquet", "part[1]", 1),
    ],
)
def test_a_name_and_its_number(location, name, number):
    assert table_name(location) == name
    assert shard_number(location) == number


@pytest.mark.parametrize("name", ["train.tar", "0006c5c4e3b5a9ac0a5f.parquet", f"{UUID}.parquet", ".tar"])
def test_a_name_without_a_number_is_refused(name):
    with pytest.raises(ValueError, match=f"{name}: a shard's name must end in its number"):
        shard_number(name)


def test_only_addresses_have_queries():
    assert shard_name("s3://bucket/a/00000.tar?x=1/2") == "00000.tar"
    assert shard_name("a/0?.tar") == "0?.tar"


@pytest.mark.parametrize(("name", "tar"), [("0.tar", True), ("0.TAR", True), ("0.tar.gz", True), ("0.tgz", True)])
def test_tars_are_told_by_name(name, tar):
    assert is_tar(name) is tar
    assert not is_tar(name + ".parquet.snappy")


def test_the_planner_can_import_it_without_any_package():
    code = "import sys, concept_freq.shards.names; sys.exit(bool({'numpy', 'pandas', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-S", "-c", code], cwd=SCRIPTS).returncode == 0


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("https://host/0.tar?X-Signature=SECRET)'SECRET", "https://host/0.tar"),
        ("https://user:SECRET@host/a@b/0.tar", "https://host/a@b/0.tar"),
        ("hf://datasets/owner/name@v1/0.tar", "hf://datasets/owner/name@v1/0.tar"),
        ("shards/what?/0.tar", "shards/what?/0.tar"),
    ],
)
def test_what_is_kept_of_an_address_is_no_secret(location, kept):
    assert unsigned(location) == kept
