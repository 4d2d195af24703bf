"""Figures of a benchmark as they are measured: a line each, with ok or MISSED where a target is known; JSON, CSV."""

import csv
import datetime
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure; ``met`` is whether it reached its target, None where it has none."""

    date: str
    card: str
    what: str
    value: float
    unit: str
    note: str
    met: bool | None


@dataclass
class Report:
    """The figures of one card."""

    card: str
    rows: list[Row] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Print what the next lines are about."""
        print(f"\n{text}", flush=True)

    def add(
        self, what: str, value: float, unit: str, note: str = "", least: float | None = None, most: float | None = None
    ) -> None:
        """Keep and print a figure; ``least`` and ``most`` are its target."""
        met = None if least is None and most is None else value >= (least or 0) and (most is None or value <= most)
        target = f"at least {least:g}" if least is not None else f"at most {most:g}" if most is not None else ""
        note = "; ".join(filter(None, (target, note)))
        self.rows.append(Row(datetime.date.today().isoformat(), self.card, what, value, unit, note, met))
        word = {None: "", True: "ok", False: "MISSED"}[met]
        print(f"  {word:<6} {what:<52} {value:>11,.4g} {unit:<12} {note}", flush=True)

    def absent(self, what: str, why: str) -> None:
        """Say that a figure was not measured."""
        print(f"         {what:<52} not measured: {why}", flush=True)

    def write(self, path: Path) -> None:
        """Write all figures: rows of CSV where the file is called so, else JSON."""
        rows = [asdict(row) for row in self.rows]
        if path.suffix != ".csv":
            path.write_text(json.dumps({"card": self.card, "figures": rows}, indent=1) + "\n", encoding="utf-8")
            return
        with path.open("w", newline="", encoding="utf-8") as file:
            columns = ["date", "card", "what", "value", "unit", "note"]
            writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows({**row, "value": f"{row['value']:.6g}"} for row in rows)
