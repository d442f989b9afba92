"""The open picture sets in small, and questions of patients with answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path


def write_open_pictures(data: Path) -> None:
    """Write a few pictures of each set, in both splits, with the manifest's columns."""
    data.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    rows: list[dict[str, object]] = []
    for number in range(60):
        cause = "virus" if number % 2 else "bacteria"
        rows += [
            {
                "source": "kermany-cxr",
                "split": "train",
                "path": f"person{number}_{cause}_1.png",
                "label": "pneumonia",
                "sublabel": cause,
            },
            {
                "source": "kermany-cxr",
                "split": "train",
                "path": f"IM-{number:04}-0001.png",
                "label": "normal",
                "sublabel": "normal",
            },
            {"source": "busi", "split": "train", "path": f"benign{number}.png", "label": "benign"},
            {"source": "busi", "split": "train", "path": f"malignant{number}.png", "label": "malignant"},
        ]
    for number in range(4):
        split = "train" if number < 2 else "test"
        rows.append({"source": "bccd", "split": split, "path": f"smear{number}.png", "counts": {"RBC": 9, "WBC": 1}})
        for organ in ("HEAD", "CHEST", "ABD"):
            rows += [
                {
                    "source": "vqa-rad",
                    "split": "train" if number < 2 else "dev",
                    "path": f"{organ}{number}.png",
                    "organ": organ,
                    "question": question,
                    "answer": answer,
                }
                for question, answer in (("Is it normal?", ("Yes", "No")[number % 2]), ("Where is it?", "left"))
            ]
    for row in rows:
        Image.fromarray(rng.integers(0, 255, (16, 16), dtype=np.uint8)).save(data / str(row["path"]))
    (data / "images.jsonl").write_text("\n".join(json.dumps(row) for row in rows))


def write_open_questions(data: Path) -> None:
    """Write questions about made-up diseases, of which some are held out by their hash."""
    data.mkdir(exist_ok=True)
    rows = [
        {
            "source": "medquad/test",
            "focus": f"disease {number}",
            "question": f"What is disease {number} ?",
            "answer": f"Disease {number} is an illness. It goes away after {number} days.",
        }
        for number in range(24)
    ]
    rows.append({"source": "pubmedqa", "focus": "other", "question": "Is it?", "answer": "Yes."})
    (data / "qa.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
