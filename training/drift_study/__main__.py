"""``python -m training.drift_study``."""

import sys

from training.drift_study.command import main

if __name__ == "__main__":
    sys.exit(main())
