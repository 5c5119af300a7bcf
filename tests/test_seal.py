"""A sealed value opens with its key in its place, and nowhere else."""

import pytest

from lti_tool.seal import Sealer, SealError

OLD, NEW = b"o" * 32, b"n" * 32


def test_it_opens_again():
    assert Sealer([NEW]).open(Sealer([NEW]).seal(b"62", "award:1"), "award:1") == b"62"


def test_moved_to_another_row_it_does_not_open():
    with pytest.raises(SealError, match="changed or moved"):
        Sealer([NEW]).open(Sealer([NEW]).seal(b"62", "award:1"), "award:2")


def test_a_changed_byte_is_noticed():
    sealed = bytearray(Sealer([NEW]).seal(b"62", "award:1"))
    sealed[-1] ^= 1
    with pytest.raises(SealError, match="changed or moved"):
        Sealer([NEW]).open(bytes(sealed), "award:1")


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key():
    sealed = Sealer([OLD]).seal(b"62", "x")
    assert Sealer([NEW, OLD]).open(sealed, "x") == b"62"
    with pytest.raises(SealError, match="not among CAIRN_SECRET_KEYS"):
        Sealer([OLD]).open(Sealer([NEW, OLD]).seal(b"62", "x"), "x")


def test_a_data_key_of_a_person_works_only_while_it_is_kept():
    house = Sealer([NEW])
    key = house.new_key("person:a")
    sealed = house.under(key, "person:a").seal(b"62", "x")
    assert house.under(key, "person:a").open(sealed, "x") == b"62"
    with pytest.raises(SealError):
        house.under(house.new_key("person:a"), "person:a").open(sealed, "x")


def test_without_a_key_the_remedy_is_named():
    with pytest.raises(SealError, match="CAIRN_SECRET_KEYS_FILE"):
        Sealer([])
