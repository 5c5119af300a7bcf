"""What a service refuses, in a sentence for the person who asked."""


class ServiceError(Exception):
    """Anything that a service raises on purpose."""


class NotFound(ServiceError):
    """There is no such thing here; another institution's things are not here either."""


class Refused(ServiceError):
    """The rules of the house say no: a short code, and a sentence that says what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
