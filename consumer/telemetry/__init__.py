"""TELLS: metrics, logs, health; one sink per file, each told facts."""
