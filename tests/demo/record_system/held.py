"""What counts as waiting, agreed and final here, and what may not be overwritten."""

from dataclasses import dataclass
from typing import Any

from tests.demo.record_system.faults import Faults
from tests.demo.record_system.store import Store, Thing
from tests.demo.record_system.students import Students

Problem = tuple[int, str, str]
AGREEMENT = ("agreed", "agreedReference", "agreedOn")


@dataclass(frozen=True)
class Held:
    """What the whole record system knows."""

    store: Store
    students: Students
    faults: Faults

    def class_of(self, thing: Thing) -> str:
        """The class of a line item or a result, which names it or has it from its line item."""
        if "class" in thing:
            return str(thing["class"]["sourcedId"])
        item = self.store.get("lineItems", thing["lineItem"]["sourcedId"]) or {}
        return str(item.get("class", {}).get("sourcedId", ""))


def state_of(result: Thing) -> str:
    """waiting, agreed, final or withdrawn: the registry's words for a result."""
    metadata = result.get("metadata", {})
    if result["status"] == "tobedeleted":
        return "withdrawn"
    if metadata.get("agreed") == "true":
        return "agreed"
    if metadata.get("cairn.final", "") == "true" or result["scoreStatus"] == "fully graded":
        return "final"
    return "waiting"


def with_agreement(thing: Thing, before: Thing | None) -> Thing:
    """What is written over an agreed mark keeps the agreement as long as the mark stays the same."""
    given = {name: text for name, text in thing.get("metadata", {}).items() if name not in AGREEMENT}
    if before and before.get("score") == thing.get("score") and before.get("textScore") == thing.get("textScore"):
        old = before.get("metadata", {})
        given |= {name: old[name] for name in AGREEMENT if name in old}
    return {**thing, "metadata": given} if given or "metadata" in thing else thing


def fault_in(held: Held, kind: str, thing: Thing, before: Thing | None) -> Problem | None:
    """Why a body that is right in form may not be kept."""
    if kind == "categories":
        return None
    code = held.class_of(thing)
    if code not in held.students.classes:
        return (404, "unknownobject", f"there is no class {code}")
    if kind == "lineItems":
        return _unknown(held, "categories", thing["category"]["sourcedId"])
    return (
        _unknown(held, "lineItems", thing["lineItem"]["sourcedId"])
        or _unfit_student(held, thing, code)
        or _overwrites(thing, before)
    )


def _unknown(held: Held, kind: str, key: str) -> Problem | None:
    return None if held.store.get(kind, key) else (404, "unknownobject", f"{kind} has no {key}")


def _unfit_student(held: Held, result: Thing, code: str) -> Problem | None:
    student = held.students.by_id.get(result["student"]["sourcedId"])
    if student is None:
        return (404, "unknownobject", "unknown person")
    if student.number in held.faults.reject:
        return (404, "unknownobject", held.faults.reject[student.number])
    if code not in student.classes:
        return (404, "unknownobject", f"the student is not registered on {code}")
    return None


def _overwrites(result: Thing, before: Thing | None) -> Problem | None:
    """An agreed or final mark gives way only to a final one of at least its version; a repeat changes nothing."""
    if before is None or state_of(before) not in ("agreed", "final") or _same(result, before):
        return None
    if result["status"] == "tobedeleted" and result.get("metadata", {}).get("cairn.revocationReference"):
        return None
    if state_of({**result, "metadata": _without_agreement(result)}) == "final" and _version(result) >= _version(before):
        return None
    return (409, "exists_different", f"the mark is {state_of(before)} and is not overwritten")


def _same(result: Thing, before: Thing) -> bool:
    a, b = ({**one, "metadata": _without_agreement(one), "dateLastModified": ""} for one in (result, before))
    return a == b


def _without_agreement(result: Thing) -> dict[str, Any]:
    return {name: text for name, text in result.get("metadata", {}).items() if name not in AGREEMENT}


def _version(result: Thing) -> int:
    text = str(result.get("metadata", {}).get("cairn.version", "0"))
    return int(text) if text.isdecimal() else 0
