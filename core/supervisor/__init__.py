"""Runs the processes of one machine as children of one parent, and keeps them running."""

from core.supervisor.child import Child
from core.supervisor.supervisor import ChildFailed, StopRequested, Supervisor
from core.supervisor.table import Row, rows_of

__all__ = ["Child", "ChildFailed", "Row", "StopRequested", "Supervisor", "rows_of"]
