"""Paint a photo stroke by stroke."""
