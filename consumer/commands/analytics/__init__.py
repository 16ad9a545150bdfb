"""What the metrics of running processes say about processing."""
