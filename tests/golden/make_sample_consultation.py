"""Voice the sample consultation in `assets/sample/`: run once, with flite installed; its output is committed.

python -m tests.golden.make_sample_consultation
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from multimodal.audio import load_audio
from multimodal.sound import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "sample"
VOICES = {"doctor": "rms", "patient": "slt"}
SLOWER = 1.06
"""Both voices hurry at their own pace."""
PAUSE_S = 0.65
LEVEL = 0.06
"""Root mean square of every turn, so that both voices are equally loud."""


def main() -> int:
    """Write consultation.flac, and the start of every turn into script.json."""
    flite = shutil.which("flite")
    if flite is None:
        sys.stderr.write("flite is not installed: apt-get install flite\n")
        return 3
    script_path = FOLDER / "script.json"
    script = json.loads(script_path.read_text(encoding="utf-8"))
    pieces, position = [], 0
    for turn in script["turns"]:
        pieces.append(_silence(PAUSE_S))
        position += len(pieces[-1])
        spoken = _speak(flite, VOICES[turn["speaker"]], turn["text"])
        turn["start_s"] = round(position / SAMPLE_RATE_HZ, 2)
        pieces.append(spoken)
        position += len(spoken)
        turn["end_s"] = round(position / SAMPLE_RATE_HZ, 2)
    pieces.append(_silence(PAUSE_S))
    _write_flac(FOLDER / "consultation.flac", np.concatenate(pieces))
    script_path.write_text(json.dumps(script, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _speak(flite: str, voice: str, text: str) -> NDArray[np.float32]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "turn.wav"
        command = [flite, "-voice", voice, "--setf", f"duration_stretch={SLOWER}", "-t", text, "-o", str(path)]
        subprocess.run(command, check=True)
        samples = load_audio(path).samples
    loud = np.flatnonzero(np.abs(samples) > 0.005)
    samples = samples[loud[0] : loud[-1] + 1]
    return samples * np.float32(LEVEL / np.sqrt(np.mean(samples**2)))


def _silence(seconds: float) -> NDArray[np.float32]:
    """Return a faint hiss, as any room has; perfect digital silence is a sound that no microphone hears."""
    generator = np.random.default_rng(0)
    return (generator.standard_normal(int(seconds * SAMPLE_RATE_HZ)) * 1e-4).astype(np.float32)


def _write_flac(path: Path, samples: NDArray[np.float32]) -> None:
    pcm = (np.clip(samples, -1, 1) * 32_767).astype(np.int16)
    with av.open(str(path), mode="w", format="flac") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE_HZ, layout="mono", options={"compression_level": "12"})
        frame = av.AudioFrame.from_ndarray(pcm[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


if __name__ == "__main__":
    raise SystemExit(main())
