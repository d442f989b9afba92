"""`python -m desktop.worker`: the model worker's process, started by the window."""

from desktop.worker.main import main

if __name__ == "__main__":
    main()
