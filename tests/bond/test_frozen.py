import pytest

from twinbell.bond.frozen import Frozen


class Rang(Frozen):
    """A ring."""

    at_s: int
    data: bytes = b""
    sound: bool = True


class Fell(Frozen):
    """Something else with the same fields."""

    at_s: int
    data: bytes = b""
    sound: bool = True


class Small(Frozen):
    """A number below ten."""

    number: int

    def __post_init__(self):
        if self.number >= 10:
            raise ValueError


def test_fields_are_given_in_order_by_name_or_by_default():
    assert Rang(1, b"x", False) == Rang(sound=False, at_s=1, data=b"x")
    assert Rang(1) == Rang(1, b"", True)
    assert hash(Rang(1)) == hash(Rang(1))


def test_equal_fields_of_another_class_are_not_equal():
    assert Rang(1) != Fell(1)
    assert Rang(1) != 1


@pytest.mark.parametrize(
    "values, named", [((), {}), ((1, b"", True, 2), {}), ((1,), {"at_s": 1}), ((1,), {"no": 1})]
)
def test_fields_that_are_missing_doubled_or_unknown_are_refused(values, named):
    with pytest.raises(TypeError):
        Rang(*values, **named)


@pytest.mark.parametrize("name", ["at_s", "other"])
def test_nothing_changes_a_record(name):
    rang = Rang(1)

    with pytest.raises(AttributeError):
        setattr(rang, name, 2)
    with pytest.raises(AttributeError):
        delattr(rang, name)


def test_values_that_make_no_sense_are_refused_when_it_is_made():
    with pytest.raises(ValueError):
        Small(10)


def test_a_record_is_taken_apart_by_position():
    match Rang(1, b"x"):
        case Rang(at_s, data):
            assert (at_s, data) == (1, b"x")


def test_printing_shows_no_bytes():
    assert repr(Rang(1, b"secret")) == "Rang(at_s=1, data=<6 bytes>, sound=True)"
