"""The institution, which every other row belongs to."""

from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db import Base, new_key
from lti_tool.models.base import Dated, Label


class Institution(Dated, Base):
    """A university; a tenant of the installation.

    ``words`` are its own names for things (noun, board, board_plural): vocabulary is configuration.
    No personal data.
    """

    __tablename__ = "institution"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True, default=new_key)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Label]
    timezone: Mapped[str] = mapped_column(String(60), default="UTC")
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
