"""Texts of other machines, made fit to be kept and shown."""


def plain(text: str, most: int = 500) -> str:
    """What can be printed of it, at most this long: no database keeps half a character, and no page shows a NUL."""
    words = "".join(letter if letter.isprintable() else " " for letter in text[: most * 4])
    return " ".join(words.split())[:most]
