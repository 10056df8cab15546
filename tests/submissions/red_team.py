"""The table of hostile submissions, made of their cases: ``python tests/submissions/red_team.py`` rewrites the page."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- red team: made by tests/submissions/red_team.py -->", "<!-- end of the red team -->"
_DUNDER = re.compile(r"\w*__\w+")
_WORDS = {"out_of_memory": "out of memory", "timed_out": "timed out"}


class HostileCase(Protocol):
    """What the table needs of a case."""

    name: str
    settings: Mapping[str, Any]
    expect: Mapping[str, Any]


def table(cases: Sequence[HostileCase]) -> str:
    """One row a case, by the first class of its attack."""
    rows = ["| class | submission | tries to | comes to | points |", "|---|---|---|---|---|"]
    for case in sorted(cases, key=lambda case: (case.settings["class"][0], case.name)):
        tries = case.settings["tries"].rstrip(".")
        cells = (
            ", ".join(map(str, case.settings["class"])),
            case.name.replace("_", " "),
            _DUNDER.sub(r"`\g<0>`", tries[0].lower() + tries[1:]).replace("|", "\\|"),
            _outcomes(case),
            case.expect["score"],
        )
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows)


def _outcomes(case: HostileCase) -> str:
    """What the attacked tasks came to, each label once."""
    found = [case.expect["all"]] if "all" in case.expect else list(dict.fromkeys(case.expect["tasks"].values()))
    return ", ".join(_WORDS.get(label, label) for label in found)


def page_with(page: str, cases: Sequence[HostileCase]) -> str:
    """The page with the table of these cases between its marks. Raises ``ValueError`` where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE}: lacks the marks {BEGIN!r} and {END!r}")
    return f"{before}{begin}\n\n{table(cases)}\n\n{end}{after}"


if __name__ == "__main__":
    import recipes

    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), recipes.cases("hostile")), encoding="utf-8")
