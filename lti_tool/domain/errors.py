"""The one way in which regulations, worked cases and facts refuse what they cannot mean."""


class RegulationError(ValueError):
    """Something in a regulation set, a worked case or the facts has no meaning; the text names it and the remedy."""

    def __init__(self, text: str, *, key: str = "", where: str = "") -> None:
        super().__init__(f"{where}: {text}" if where else text)
        self.key = key
        self.where = where
