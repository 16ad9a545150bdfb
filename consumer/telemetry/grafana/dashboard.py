"""How does Grafana draw the panels?

``python -m consumer.telemetry.grafana.dashboard`` writes ``deploy/grafana/everonce.json``; a test
holds it to what stands here.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from consumer.telemetry.catalogue import CATALOGUE
from consumer.telemetry.grafana.failure_rows import FAILURE_ROWS
from consumer.telemetry.grafana.flow_rows import FLOW_ROWS
from consumer.telemetry.grafana.panel import Panel

ROWS = FLOW_ROWS | FAILURE_ROWS
WRITTEN = Path(__file__).parents[3] / "deploy" / "grafana" / "everonce.json"
SCHEMA_VERSION = 39
"""Of Grafana 10.4 and later; newer ones bring it up to date by themselves."""

_Json = dict[str, Any]
_WIDTH, _STAT, _TALL = 24, 4, 8
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_HELP = {metric.name: metric.help for metric in CATALOGUE}


def dashboard() -> _Json:
    """Return the dashboard as Grafana imports it."""
    return {
        "uid": "everonce",
        "title": "Everonce",
        "description": "What one deployment of Everonce does. What to do: docs/operations.md.",
        "tags": ["everonce", "kafka"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [_source(), _job()]},
        "annotations": {"list": [_alerts()]},
        "panels": _laid_out(),
    }


def _source() -> _Json:
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _job() -> _Json:
    query = "label_values(everonce_build_info, job)"
    return {
        "name": "job",
        "label": "Deployment",
        "type": "query",
        "datasource": _SOURCE,
        "definition": query,
        "query": {"query": query, "refId": "job"},
        "refresh": 2,
        "sort": 1,
        "current": {"text": "everonce", "value": "everonce"},
    }


def _alerts() -> _Json:
    return {
        "name": "Alerts",
        "datasource": _SOURCE,
        "enable": True,
        "iconColor": "red",
        "expr": 'ALERTS{alertname=~"Everonce.*", alertstate="firing"}',
        "titleFormat": "{{alertname}}",
        "step": "60s",
    }


def _laid_out() -> list[_Json]:
    panels: list[_Json] = []
    top = 0
    for title, row in ROWS.items():
        place = {"x": 0, "y": top, "w": _WIDTH, "h": 1}
        panels.append({"type": "row", "title": title, "gridPos": place, "panels": []})
        top += 1
        for line in _lines(row):
            width, height = _WIDTH // len(line), _STAT if line[0].kind == "stat" else _TALL
            for number, panel in enumerate(line):
                place = {"x": number * width, "y": top, "w": width, "h": height}
                panels.append(_drawn(panel, place))
            top += height
    return [{"id": number, **panel} for number, panel in enumerate(panels, start=1)]


def _lines(row: Sequence[Panel]) -> list[Sequence[Panel]]:
    """Return the panels of a row in lines: numbers all in one, pictures three or four in each."""
    if row[0].kind == "stat":
        return [row]
    most = 4 if len(row) % 4 == 0 else 3
    return [row[start : start + most] for start in range(0, len(row), most)]


def _drawn(panel: Panel, place: _Json) -> _Json:
    drawn: _Json = {
        "type": panel.kind,
        "title": panel.title,
        "description": _HELP[panel.about],
        "datasource": _SOURCE,
        "gridPos": place,
        "targets": [
            {
                "refId": chr(ord("A") + number),
                "datasource": _SOURCE,
                "expr": query.expr,
                "legendFormat": query.legend,
            }
            for number, query in enumerate(panel.queries)
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
    }
    if panel.kind == "stat":
        drawn["options"] = {"reduceOptions": {"calcs": ["lastNotNull"]}, "graphMode": "area"}
    else:
        drawn["options"] = {
            "legend": {"displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    return drawn


def _defaults(panel: Panel) -> _Json:
    steps: list[_Json] = [{"color": "green", "value": None}]
    if panel.alarm is not None:
        steps.append({"color": "red", "value": panel.alarm})
    defaults: _Json = {
        "unit": panel.unit,
        "min": 0,
        "thresholds": {"mode": "absolute", "steps": steps},
    }
    if panel.kind == "timeseries":
        stacking = {"mode": "normal" if panel.is_stacked else "none", "group": "A"}
        fill = 30 if panel.is_stacked else 5
        defaults["custom"] = {"fillOpacity": fill, "showPoints": "never", "stacking": stacking}
    return defaults


def dashboard_text() -> str:
    """Return what stands in ``deploy/grafana/everonce.json``."""
    return json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(dashboard_text(), encoding="utf-8")
