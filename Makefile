# Two commands matter: `make run` and `make test`. Both install what is missing first.

SHELL := /bin/bash
PYTHON_ENV := .venv

.PHONY: run test test-long setup python-env build format clean help

help:
	@echo "make run        install what is missing, build, run the main job"
	@echo "make test       the same set-up and a private Python environment, then all tests"
	@echo "make test-long  soak, fuzz and statistics that do not fit half an hour"
	@echo "make setup      the installing alone"
	@echo "make format     format every Swift file in place"

run: build
	@.build/release/simrun task pick-place --episodes 10

build: setup
	@swift build -c release --product simrun

setup:
	@tools/setup.sh

python-env:
	@tools/setup.sh "python3-venv:the training environment and counterpart tests"
	@tools/python-env.sh $(PYTHON_ENV)

test: python-env
	@tools/test.sh

test-long: python-env
	@tools/test-long.sh

format:
	swift format -i --recursive Package.swift Sources Tests

clean:
	rm -rf .build $(PYTHON_ENV)
