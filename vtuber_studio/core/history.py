"""Undo and redo as a value: a bounded row of snapshots and a position in it. Nothing changes in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

T = TypeVar("T")
LIMIT = 500  # snapshots share almost everything with their neighbours, so this many cost little


@dataclass(frozen=True)
class Step(Generic[T]):
    """The value a step led to, and what the user did to get there."""

    label: str
    value: T


@dataclass(frozen=True)
class History(Generic[T]):
    """Snapshots ``steps`` and the position ``at`` of the present one; each method returns a new History."""

    steps: tuple[Step[T], ...]
    at: int = 0
    limit: int = LIMIT

    @property
    def value(self) -> T:
        """The present value."""
        return self.steps[self.at].value

    @property
    def previous(self) -> T:
        """The value before the present step; the present one when there is nothing before it."""
        return self.steps[max(self.at - 1, 0)].value

    @property
    def undo_label(self) -> str:
        """What undo would take back; empty when there is nothing to undo."""
        return self.steps[self.at].label if self.at else ""

    @property
    def redo_label(self) -> str:
        """What redo would do again; empty when there is nothing to redo."""
        return self.steps[self.at + 1].label if self.can_redo else ""

    @property
    def can_undo(self) -> bool:
        """True when there is a step before the present one."""
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        """True when there is a step after the present one."""
        return self.at + 1 < len(self.steps)

    def push(self, label: str, value: T) -> History[T]:
        """A new present; what could be redone is gone. The same value again is no step."""
        if value == self.value:
            return self
        steps = (*self.steps[: self.at + 1], Step(label, value))[-max(self.limit, 1) :]
        return replace(self, steps=steps, at=len(steps) - 1)

    def undo(self) -> History[T]:
        """One step back; the same history when there is none."""
        return replace(self, at=self.at - 1) if self.can_undo else self

    def redo(self) -> History[T]:
        """One step forward; the same history when there is none."""
        return replace(self, at=self.at + 1) if self.can_redo else self

    def go(self, at: int) -> History[T]:
        """Any step, back or forward; the nearest one when there is none at ``at``."""
        return replace(self, at=min(max(at, 0), len(self.steps) - 1))


def start(value: T, limit: int = LIMIT) -> History[T]:
    """A history that holds ``value`` alone."""
    return History((Step("", value),), 0, limit)
