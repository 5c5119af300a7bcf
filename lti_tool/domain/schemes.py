"""What must be shown to earn a micro-credential: its components and the scale they are marked on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.fields import Fields
from lti_tool.domain.figures import text_of

SCALE_KEYS = frozenset({"min", "max", "bands"})
COMPONENT_KEYS = frozenset({"id", "weight", "out_of", "must_reach", "type", "due"})
PASS_FAIL = "pass_fail"


@dataclass(frozen=True, kw_only=True)
class Component:
    """One assessed part. A gate carries an outcome instead of a mark and weighs nothing, yet decides."""

    id: str
    weight: Fraction
    out_of: Fraction | None = None
    must_reach: Fraction | None = None
    is_gate: bool = False
    due: datetime | None = None
    title: str = ""

    @property
    def label(self) -> str:
        """What sentences call it."""
        return self.title or self.id


@dataclass(frozen=True)
class Scale:
    """A mark scale; ``bands`` give a label to the points at which each band begins."""

    name: str
    minimum: Fraction
    maximum: Fraction
    bands: Mapping[str, Fraction] | None = None

    def band_of(self, figure: Fraction) -> str | None:
        """The highest band that the figure reaches; where figures are whole, the band with exactly these points."""
        reached = [(points, label) for label, points in (self.bands or {}).items() if points <= figure]
        return max(reached)[1] if reached else None


def check_components(components: Sequence[Component]) -> None:
    """Refuse a scheme that cannot be computed: weights total 100, names are unique, gates weigh nothing."""
    ids = [component.id for component in components]
    for component in components:
        _check_component(component, ids)
    total = sum((component.weight for component in components), Fraction(0))
    if total != 100:
        parts = " + ".join(text_of(component.weight) for component in components) or "nothing"
        raise RegulationError(f"weights must total 100, and {parts} = {text_of(total)}.", key="weight")


def _check_component(component: Component, ids: Sequence[str]) -> None:
    where = f"component {component.id}"
    if ids.count(component.id) > 1:
        raise RegulationError("this id is used twice.", key="id", where=where)
    if component.weight < 0:
        raise RegulationError("weight is below 0.", key="weight", where=where)
    if component.is_gate and component.weight:
        raise RegulationError("a pass_fail component has weight 0.", key="weight", where=where)
    if component.is_gate and component.must_reach is not None:
        raise RegulationError("a pass_fail component has no mark for must_reach.", key="must_reach", where=where)
    if component.out_of is not None and component.out_of <= 0:
        raise RegulationError("out_of must be above 0.", key="out_of", where=where)
    if component.due is not None and component.due.tzinfo is None:
        raise RegulationError("due has no UTC offset.", key="due", where=where)


def component_from(fields: Fields) -> Component:
    """Read one entry of ``components``."""
    kind = fields.maybe("type", lambda key: fields.choice(key, [PASS_FAIL]))
    return Component(
        id=fields.text("id"),
        weight=fields.decimal("weight"),
        out_of=fields.maybe("out_of", fields.decimal),
        must_reach=fields.maybe("must_reach", fields.decimal),
        is_gate=kind == PASS_FAIL,
        due=fields.maybe("due", fields.instant),
        title=fields.maybe("title", fields.text) or fields.maybe("name", fields.text) or "",
    )


def scale_from(fields: Fields, name: str) -> Scale:
    """Read one entry of ``scales``."""
    minimum, maximum = fields.decimal("min"), fields.decimal("max")
    if minimum >= maximum:
        raise fields.error("max", "must be above min.")
    return Scale(name=name, minimum=minimum, maximum=maximum, bands=fields.maybe("bands", lambda _: _bands(fields)))


def _bands(fields: Fields) -> Mapping[str, Fraction]:
    written = fields.raw("bands")
    if not isinstance(written, Mapping) or not written:
        raise fields.error("bands", "must give each label its points.")
    bands = fields.within("bands", [str(label) for label in written])
    points = {str(label): Fraction(bands.integer(str(label), least=-1000)) for label in written}
    if len(set(points.values())) != len(points):
        raise fields.error("bands", "gives two labels the same points.")
    return points


def scales_from(value: object) -> dict[str, Scale]:
    """Read the ``scales`` of a file."""
    names = [str(name) for name in value] if isinstance(value, Mapping) else []
    fields = Fields(value, "scales", names)
    return {name: scale_from(fields.within(name, SCALE_KEYS), name) for name in names}
