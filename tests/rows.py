"""All that a database holds, to see whether anything has changed."""

from typing import Any

from sqlalchemy import select

from lti_tool.db import Base, Sessions, reading


def everything(sessions: Sessions) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with reading(sessions) as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }
