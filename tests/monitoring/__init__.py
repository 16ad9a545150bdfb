"""Do alerts, rules and dashboard say what they should?  Asked of Prometheus itself."""
