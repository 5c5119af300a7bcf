"""What every row has: a number for joins, an institution it belongs to and, where a URL shows it, a random key."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from lti_tool.clock import utcnow
from lti_tool.db import UtcDateTime, new_key

Instant = Annotated[datetime, mapped_column(UtcDateTime)]
Moment = Annotated[datetime | None, mapped_column(UtcDateTime)]
Json = Annotated[dict[str, Any], mapped_column(JSON, default=dict)]
JsonList = Annotated[list[Any], mapped_column(JSON, default=list)]
Code = Annotated[str, mapped_column(String(40))]
Label = Annotated[str, mapped_column(String(255), default="")]
Remote = Annotated[str, mapped_column(String(255), default="")]
Url = Annotated[str, mapped_column(String(2000), default="")]
Sealed = Annotated[bytes, mapped_column(LargeBinary)]


class Owned:
    """A row of one institution; institutions in one installation see nothing of each other."""

    id: Mapped[int] = mapped_column(primary_key=True)

    @declared_attr
    def institution_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("institution.id"), index=True)


class Keyed(Owned):
    """A row that URLs name, by a random key."""

    key: Mapped[str] = mapped_column(String(40), unique=True, default=new_key)


class Dated:
    """A row that knows when it was made."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
