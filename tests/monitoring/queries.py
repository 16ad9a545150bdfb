"""What does the dashboard ask Prometheus, once a deployment is chosen?"""

from consumer.telemetry.grafana.dashboard import ROWS


def panel_queries(job: str = "everonce", window: str = "1m") -> dict[str, str]:
    """Return every query by the row, title and legend of its panel."""
    return {
        f"{row}: {panel.title}: {query.legend}": query.expr.replace("$job", job).replace(
            "$__rate_interval", window
        )
        for row, panels in ROWS.items()
        for panel in panels
        for query in panel.queries
    }
