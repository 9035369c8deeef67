"""Where bundles are: the one that the app serves, and those that it served before."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVED = ROOT / "function_app" / "model"
HISTORY = ROOT / ".local" / "bundles"
"""Replaced bundles, see `export.history`."""
