from __future__ import annotations

import psutil
import pytest
import torch

from lm import hardware
from lm.errors import InvalidInput
from lm.hardware import DtypeMeasurement, choose_device, choose_dtype, describe, measure_cpu


def test_auto_is_the_gpu_where_there_is_one() -> None:
    assert choose_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert choose_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("wish", ["cuda:99", "mps", "toaster", "", "cpu:x"])
def test_device_that_is_not_there_is_refused(wish: str) -> None:
    with pytest.raises(InvalidInput, match="choose auto"):
        choose_device(wish)


def test_measurement_decides_the_numbers_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = DtypeMeasurement(decode_bf16_ms=1, decode_fp32_ms=2, prefill_bf16_ms=5, prefill_fp32_ms=8)
    slow = DtypeMeasurement(decode_bf16_ms=1, decode_fp32_ms=2, prefill_bf16_ms=40, prefill_fp32_ms=8)
    cpu = torch.device("cpu")
    monkeypatch.setattr(hardware, "measure_cpu", lambda: fast)
    assert choose_dtype(cpu) == torch.bfloat16
    monkeypatch.setattr(hardware, "measure_cpu", lambda: slow)
    assert choose_dtype(cpu) == torch.float32


def test_machine_is_measured_once_and_gets_its_threads_back() -> None:
    threads = torch.get_num_threads()
    measure_cpu.cache_clear()
    assert measure_cpu() is measure_cpu()
    assert measure_cpu().decode_bf16_ms > 0
    assert measure_cpu().prefill_fp32_ms > 0
    assert torch.get_num_threads() == threads


def test_machine_is_described_as_it_is() -> None:
    machine = describe("cpu")
    assert machine.device == "cpu"
    assert machine.gpu is None
    assert 1 <= machine.cores <= (psutil.cpu_count() or 1)
    assert machine.memory_bytes == psutil.virtual_memory().total
    assert machine.dtype == str(choose_dtype(torch.device("cpu"))).removeprefix("torch.")
    assert machine.measurement == measure_cpu()
    assert machine.cpu
