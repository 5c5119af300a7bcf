from lti_tool.domain.errors import RegulationError


def test_an_error_says_where_and_names_its_key() -> None:
    error = RegulationError("weight is missing.", key="weight", where="RC-01")
    assert (str(error), error.key, error.where) == ("RC-01: weight is missing.", "weight", "RC-01")
    assert isinstance(error, ValueError)


def test_an_error_without_a_place_is_its_sentence() -> None:
    assert str(RegulationError("weights must total 100.")) == "weights must total 100."
