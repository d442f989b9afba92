"""The vault behind the window: making it, unlocking it, locking it, and what came through a crash."""
