"""The dashboard in ``deploy/grafana``; nothing of it runs in the consumer."""
