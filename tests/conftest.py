"""Shared fixtures: the fetched models and the open data, each skipped with one clear line where absent."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
import tqdm
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Before anything imports Qt: tests draw into memory, also where there is a screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "bedside-hypothesis")

# openai-whisper, a reference here, draws its progress with tqdm, whose monitor is a thread that never ends.
tqdm.tqdm.monitor_interval = 0

pytest_plugins = ["tests.guards", "tests.gui_guards"]

REPOSITORY = Path(__file__).resolve().parent.parent

# No database of examples: a test run writes nothing into the checkout. No deadline: machines differ in speed.
settings.register_profile("bedside", database=None, deadline=None, derandomize=True, print_blob=True)
settings.load_profile("bedside")


def _installed(model_id: str) -> Path:
    from multimodal.catalog import installed_path

    return installed_path(model_id)


@pytest.fixture(scope="session")
def smollm2_folder() -> Path:
    return _installed("smollm2-135m-instruct")


@pytest.fixture(scope="session")
def whisper_folder() -> Path:
    return _installed("whisper-base")


@pytest.fixture(scope="session")
def vad_folder() -> Path:
    return _installed("silero-vad")


@pytest.fixture(scope="session")
def voice_folder() -> Path:
    return _installed("ge2e-voice")


@pytest.fixture(scope="session")
def dinov2_folder() -> Path:
    return _installed("dinov2-small")


@pytest.fixture(scope="session")
def sample_recording() -> Path:
    return REPOSITORY / "assets" / "sample" / "consultation.flac"


@pytest.fixture(scope="session")
def open_data() -> Path:
    folder = Path(os.environ.get("BEDSIDE_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "images.jsonl").is_file():
        pytest.skip(f"the open data is not at {folder}: set BEDSIDE_DATA")
    return folder
