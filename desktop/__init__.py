"""What the doctor touches: the command line, and the window to come."""
