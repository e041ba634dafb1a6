#!/usr/bin/env python3
"""Converts an MP1, FlowPolicy, DP3 or Simple DP3 checkpoint; `--help` says how."""

import sys

from simrun_training.convert import main

if __name__ == "__main__":
    sys.exit(main())
