"""Does the dashboard ask what Prometheus can answer, of metrics that there are?"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from consumer.telemetry.grafana.dashboard import ROWS, WRITTEN, dashboard_text
from tests.monitoring.names import asked_for, there_are
from tests.monitoring.promtool import Promtool
from tests.monitoring.queries import panel_queries

DASHBOARD: dict[str, Any] = json.loads(WRITTEN.read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]


def test_it_is_current() -> None:
    assert WRITTEN.read_text() == dashboard_text(), "out of date: run make docs and commit it"


def test_promtool_can_read_each_query(promtool: Promtool, tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": query}
        for number, query in enumerate(panel_queries().values())
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))

    content, said = promtool.says("check", "rules", file)

    assert content, said
    assert f"{len(rules)} rules found" in said


@pytest.mark.parametrize("title", panel_queries())
def test_panel_asks_for_metrics_that_there_are(title: str) -> None:
    asked = asked_for(panel_queries()[title])

    assert asked
    assert asked <= there_are()


def test_rows_stand_in_order_and_no_panel_covers_another() -> None:
    rows = [panel["title"] for panel in PANELS if panel["type"] == "row"]
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in PANELS
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]

    assert rows == [*ROWS]
    assert len(cells) == len({*cells})
    assert max(x for x, _ in cells) == 23
    assert all(a["id"] < b["id"] for a, b in pairwise(PANELS))


def test_every_panel_says_what_it_shows_and_what_to_do() -> None:
    for panel in PANELS:
        if panel["type"] != "row":
            assert len(panel["description"]) > 20, panel["title"]
