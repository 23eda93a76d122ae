"""Films: read, paint, steady, write."""
