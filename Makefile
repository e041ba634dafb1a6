# Two commands matter: `make run` and `make test`. Both install what is missing first.

SHELL := /bin/bash
PYTHON_ENV := .venv

# The task that `make run` ends with: its target does not wait.
MOVING_TASK ?= conveyor-pick

.PHONY: run view test test-long dist setup python-env build results-latency results-margins format clean help

help:
	@echo "make run        install what is missing, build, run the main job"
	@echo "make view       watch one episode in a window (installs GLFW)"
	@echo "make test       the same set-up and a private Python environment, then all tests"
	@echo "make test-long  soak, fuzz and statistics that do not fit half an hour"
	@echo "make dist       a tar for Debian 12 computers without Swift"
	@echo "make setup      the installing alone"
	@echo "make results-latency, make results-margins"
	@echo "                the tables of RESULTS.md on latency (an hour or more on two cores; Python 3)"
	@echo "make format     format every Swift file in place"

run: build
	@.build/release/simrun task pick-place --episodes 10
	@echo
	@.build/release/simrun clocks $(MOVING_TASK) --episodes 10 --video out

view: build
	@tools/setup.sh "libglfw3:the window" "libgl1-mesa-dri:OpenGL"
	@.build/release/simrun task pick-place --episodes 1 --view

build: setup
	@swift build -c release --product simrun

dist: setup
	@tools/setup.sh "binutils:naming the libraries that a program needs"
	@tools/dist.sh

setup:
	@tools/setup.sh

python-env:
	@tools/setup.sh "python3-venv:the training environment and counterpart tests" \
		"libglfw3:tests of the window" "libegl1:tests of headless pictures" \
		"libegl-mesa0:their driver" "libgl1-mesa-dri:OpenGL for both" \
		"xvfb:a display for tests" "xdotool:keys for tests"
	@tools/python-env.sh $(PYTHON_ENV)

test: python-env
	@tools/setup.sh "chromium:opening reports" "chromium-driver:opening them by a script" \
		"fonts-dejavu-core:their text" "sqlite3:the documented queries of sweeps"
	@tools/test.sh

test-long: python-env
	@tools/setup.sh "libegl1:Meta-World's pictures" "libegl-mesa0:their driver" \
		"libgl1-mesa-dri:OpenGL for them"
	@tools/setup.sh "g++-aarch64-linux-gnu:compiling the kernels for arm64" \
		"qemu-user:running them there" \
		"slurm-wlm:running a sweep as an array" "munge:Slurm's authentication" \
		"sqlite3:reading its results" \
		"debootstrap:a clean Debian to try the tar of make dist in"
	@tools/test-long.sh

results-latency: build
	@tools/results.py latency-grid

results-margins: build
	@tools/results.py margins

format:
	swift format -i --recursive Package.swift Sources Tests

clean:
	rm -rf .build dist $(PYTHON_ENV)
