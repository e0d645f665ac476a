"""The sandbox network for independent clients."""

from __future__ import annotations

from tests.services.sandbox_service import running_sandbox, sandbox

__all__ = ["running_sandbox", "sandbox"]
