"""What the processor at hand is and can do."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits

M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8  # <malloc.h>


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 products are in the hardware, not emulated."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch, and the linear algebra of NumPy, compute on one thread.

    The products of a single time step are too short to be shared out well, and two visitors at once
    should have a core each instead of waiting for both.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(threads)


def keep_freed_memory() -> None:
    """Tell the C library to hold on to memory that was freed, where it is glibc.

    Each training step takes and frees the same large blocks. By default glibc hands them back to
    the system, which clears every page anew; on two cores that took a quarter of the time. Threads
    other than the first have heaps of their own, handed back all the same; so all share one.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, 1)
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def best_device(choice: str = "auto") -> torch.device:
    """The device to train on.

    Args:
        choice: "auto", "cpu", "cuda" ...

    Raises:
        ValueError: if there is no such device here.
    """
    if choice == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(choice)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError):
        raise ValueError(f"There is no device {choice!r} here; try auto or cpu.") from None
    return device


def processor(device: torch.device) -> str:
    """The name of a processor, for a card."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [s for s in info.read_text().splitlines() if s.startswith("model name")]
        name = models[0].split(":")[1].strip() if models else name
    return f"{name}, {torch.get_num_threads()} threads"
