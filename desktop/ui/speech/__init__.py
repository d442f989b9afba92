"""Reading aloud on this machine, offline, and only when it is asked for."""
