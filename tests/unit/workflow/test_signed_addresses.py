"""Signed addresses: a job's command names shards without their signatures, a registry's cell holds none."""

import pytest
from snakemake.exceptions import WorkflowError

from concept_freq.workflow.chunks import Chunk
from concept_freq.workflow.shards import Shard, check_unsigned, found

SIGNED = Shard("https://host/00000.tar?X-Signature=SECRET", "10")


def test_what_a_job_is_told_holds_no_signature():
    chunk = Chunk("mine", "00000", (SIGNED, Shard("https://user:SECRET@host/00001.tar")))
    assert chunk.rows == chunk.remote_rows == "https://host/00000.tar\t10\t\nhttps://host/00001.tar\t\t"


def test_a_new_signature_makes_no_new_chunk():
    renewed = SIGNED._replace(location="https://host/00000.tar?X-Signature=RENEWED")
    assert Chunk("mine", "00000", (SIGNED,)).digest == Chunk("mine", "00000", (renewed,)).digest


@pytest.mark.parametrize("cell", ["https://host/{00000..00003}.tar?sig=SECRET", "https://me:SECRET@host/00000.tar"])
def test_a_signed_address_in_a_registry_is_refused_without_saying_it(cell):
    with pytest.raises(
        WorkflowError, match=r"config: mine: shards: https://host/00000.tar .* list .* manifest"
    ) as error:
        check_unsigned(found(cell), "config: mine")
    assert "SECRET" not in str(error.value)


def test_paths_and_plain_addresses_are_no_secrets():
    check_unsigned([Shard("what?/00000.tar"), Shard("s3://bucket/00000.tar")], "config: mine")
