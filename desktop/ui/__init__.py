"""The window: Qt widgets. Never imports torch, `multimodal` or `lm`; the models live in the worker process."""
