"""What the doctor touches: the window, the command line, the worker's process and the record."""
