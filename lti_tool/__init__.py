"""Cairn: an assessed outcome in the LMS becomes a confirmed award in the student record system."""

__version__ = "0.1.0"
