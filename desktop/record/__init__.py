"""What an encounter holds and where it is kept (no Qt, no torch)."""
