"""The model worker: a child process that holds the models, and the window's end of the line to it."""
